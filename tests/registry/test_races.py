"""Eight processes that make one registry and want the same names and numbers in it, at once."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from sqlmodel import col, select

from app.db.changelog import digest_of
from app.db.history import columns_of
from app.registry.tables import ModelVersion, RegisteredModel
from tests.store import Store, open_store

ROOT = Path(__file__).parents[2]
WRITER = Path(__file__).with_name("racing_writer.py")
WRITERS = 8
SECONDS = 1.5


def start(file: Path) -> list[subprocess.Popen[str]]:
    """Start the writers, all at once, and return them when they are ready to race."""
    writers = [
        subprocess.Popen(
            [sys.executable, WRITER, file, str(SECONDS)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    return writers


def race(writers: list[subprocess.Popen[str]]) -> list[dict[str, list[int]]]:
    """Let the writers go and return what each won."""
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    answers = [writer.communicate(timeout=60)[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * WRITERS
    return [json.loads(answer) for answer in answers]


def numbers(store: Store, model: str) -> list[int]:
    with store.reading() as session:
        mine = select(ModelVersion.number).join(
            RegisteredModel, col(RegisteredModel.id) == ModelVersion.model_id
        )
        return sorted(session.exec(mine.where(RegisteredModel.name == model)))


def test_each_name_and_each_number_has_one_winner(tmp_path: Path) -> None:
    writers = start(tmp_path / "registry.db")
    store = open_store(tmp_path / "registry.db")
    assert len({change.transaction for change in store.changes()}) == 1, "the registry was made once"
    store.model("stated")
    store.model("counted")
    results = race(writers)
    won = {kind: sorted(turn for result in results for turn in result[kind]) for kind in results[0]}
    with store.reading() as session:
        names = session.exec(select(RegisteredModel.name)).all()
    assert len(won["names"]) > WRITERS
    assert sum(bool(result["counted"]) for result in results) > 1, "several writers took turns"
    assert won["names"] == list(range(1, len(won["names"]) + 1))
    assert Counter(names) == Counter(["stated", "counted", *(f"model-{turn}" for turn in won["names"])])
    assert won["stated"] == numbers(store, "stated") == list(range(1, len(won["stated"]) + 1))
    assert won["counted"] == numbers(store, "counted") == list(range(1, len(won["counted"]) + 1))
    previous = ""
    for place, change in enumerate(store.changes(), start=1):
        assert change.sequence == place
        assert change.digest == digest_of(previous, columns_of(change))
        previous = change.digest
