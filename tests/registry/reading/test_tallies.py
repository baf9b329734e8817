"""Counting what hangs on models, on every database."""

import pytest

from app.registry.reading.filtering import model_condition
from app.registry.reading.tallies import count_tag_values, with_keys
from app.search.filters import All
from tests.store import Store

pytestmark = pytest.mark.both_databases


def test_it_works(store: Store) -> None:
    models = [store.model(tags={"team": value}) for value in ("nlp", "nlp", "vision", 7, True)]
    keys = [model.key or 0 for model in models]
    with store.reading() as session:
        among = with_keys(keys[1:4])
        assert sorted((one.written, one.documents) for one in count_tag_values(session, "team", among)) == [
            ("7", 1),
            ("nlp", 1),
            ("vision", 1),
        ]
        every = count_tag_values(session, "team", model_condition(All()))
        assert sorted((one.written, one.documents) for one in every) == [
            ("7", 1),
            ("nlp", 2),
            ("true", 1),
            ("vision", 1),
        ]
        assert count_tag_values(session, "team", with_keys([])) == []


def test_a_model_counts_once_for_a_value(store: Store) -> None:
    store.model(tags={"for": ["Text", "text", 1.5, None, ["deep"], {"a": "b"}]})
    store.model(tags={"for": {"text": "text"}})
    with store.reading() as session:
        found = count_tag_values(session, "for", model_condition(All()))
    assert [(one.folded, one.documents) for one in found] == [("text", 1), ("1.5", 1)]
