"""An import waits for what others are changing; none of its lines is wrong because of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.db.limits import ServerLimits
from app.errors import Busy
from app.registry.opening import open_registry
from app.registry.reading.finding import ModelBy, find_model
from tests.postgresql import Server
from tests.store import Store, open_store
from tests.transfer.files import ZOO, Importer
from tests.waiting import wait_until

WAITING = "SELECT xact_start FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

MODEL = ZOO[4]
LATER = {**MODEL, "versions": [*MODEL["versions"], {"number": 9}]}


@pytest.fixture
def importers(postgresql: Server, seeded_database: str, tmp_path: Path) -> Iterator[tuple[Importer, Store]]:
    """Give one who imports and waits for nobody for long, and one who works beside."""
    with postgresql.fresh(seeded_database) as url:
        beside = open_store(url)
        hasty = Store(open_registry(url, ServerLimits(lock_seconds=0.2)), beside.viewer)
        yield Importer(hasty, tmp_path), beside
        hasty.database.close()
        beside.database.close()


def test_a_line_that_others_hold_is_tried_until_they_let_go(importers: tuple[Importer, Store]) -> None:
    importer, beside = importers
    importer.lines(*ZOO)
    tries: set[Any] = set()

    def tried_again() -> bool:
        with beside.reading() as session:
            tries.update(session.execute(text(WAITING)).scalars())
        return len(tries) > 2

    with ThreadPoolExecutor(1) as pool:
        with beside.writing() as session:
            find_model(session, ModelBy(name=MODEL["name"], namespace=MODEL["namespace"]))
            importing = pool.submit(importer.lines, LATER)
            wait_until(tried_again)
        tally = importing.result()
    assert (tally.new.total(), tally.rejected.total(), importer.reasons) == (1, 0, [])


def test_patience_ends_without_blaming_a_line(
    importers: tuple[Importer, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    importer, beside = importers
    importer.lines(*ZOO)
    monkeypatch.setattr("app.transfer.importing.PATIENCE_SECONDS", 0.0)
    with beside.writing() as session:
        find_model(session, ModelBy(name=MODEL["name"], namespace=MODEL["namespace"]))
        with pytest.raises(Busy, match="others are changing"):
            importer.lines(LATER)
    assert importer.reasons == []
