"""Eight processes that make one registry and want the same names and numbers in it, at once."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from app.db.changelog import digest_of
from app.db.engine import sqlite_url
from app.db.history import columns_of
from app.registry.tables import ModelVersion, RegisteredModel
from tests.store import Store, open_store

pytestmark = pytest.mark.both_databases

ROOT = Path(__file__).parents[3]
SCRIPT = Path(__file__).with_name("racing_writers.py")
WRITERS = 8
SECONDS = 2


def race(url: str) -> list[dict[str, list[int]]]:
    """Let the writers race and return what each won."""
    finished = subprocess.run(
        [sys.executable, SCRIPT, url, str(WRITERS), str(SECONDS)],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    assert finished.stderr == ""
    results: list[dict[str, list[int]]] = json.loads(finished.stdout)
    return results


def numbers(store: Store, model: str) -> list[int]:
    with store.reading() as session:
        mine = select(ModelVersion.number).join(
            RegisteredModel, col(RegisteredModel.id) == ModelVersion.model_id
        )
        return sorted(session.exec(mine.where(RegisteredModel.name == model)))


@pytest.fixture
def empty(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a database that nobody has opened yet."""
    if database_kind == "sqlite":
        yield sqlite_url(tmp_path / "registry.db")
        return
    with request.getfixturevalue("postgresql").fresh() as url:
        yield url


def test_each_name_and_each_number_has_one_winner(empty: str) -> None:
    results = race(empty)
    won = {kind: sorted(turn for result in results for turn in result[kind]) for kind in results[0]}
    store = open_store(empty)
    with store.reading() as session:
        names = session.exec(select(RegisteredModel.name)).all()
    assert sum(bool(result["counted"]) for result in results) > 1, "several writers took turns"
    assert won["names"] == list(range(len(names)))
    assert sorted(names) == sorted(f"model-{turn}" for turn in won["names"])
    assert won["stated"] == numbers(store, "model-1") == list(range(1, len(won["stated"]) + 1))
    assert won["counted"] == numbers(store, "model-0") == list(range(1, len(won["counted"]) + 1))
    previous = ""
    changes = store.changes()
    for place, change in enumerate(changes, start=1):
        assert change.sequence == place
        assert change.digest == digest_of(previous, columns_of(change))
        previous = change.digest
    registered = next(change.sequence for change in changes if change.action == "model.registered")
    assert len({change.transaction for change in changes[: registered - 1]}) == 1, "it was seeded once"
    store.database.close()
