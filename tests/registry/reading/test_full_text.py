"""Asking the full text of the database."""

import pytest
from sqlalchemy import text

from app.registry.reading.finding_by_words import models_with_words
from app.search.filters import All
from tests.store import Store


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_what_is_read_afterwards_is_planned_as_ever(store: Store) -> None:
    with store.reading() as session:
        models_with_words(session, "bird", All(), 10)
        assert session.execute(text("SHOW enable_seqscan")).scalar_one() == "on"
