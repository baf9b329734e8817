"""A change that touches many documents: written by parts, while others go on, and taken up where it ended."""

from pathlib import Path
from threading import Event

import pytest

from app.registry.drafts import ModelDraft, TaskDraft, draft
from app.registry.writing.registration import register_models
from app.registry.writing.tasks import define_tasks
from app.search.contract import SearchRequest
from app.search.keeping import SearchEngine
from indexer.checking import compare
from indexer.embeddings import Embedder
from indexer.following import follow
from indexer.source import RegistrySource
from indexer.worker import Worker
from tests.engines import engine, leases
from tests.indexer.sources import HashingEncoder
from tests.store import Store

__all__ = ["engine", "leases"]

TASK = "pebble_sorting"


@pytest.fixture
def task_of_many(store: Store, engine: SearchEngine, monkeypatch: pytest.MonkeyPatch) -> RegistrySource:
    """Give a registry that is indexed but for its last change, which defines the task of 35 of 55 models."""
    monkeypatch.setattr("indexer.documents.FEW", 5)
    monkeypatch.setattr("indexer.worker.DOCUMENTS_AT_ONCE", 10)
    with store.writing() as session:
        named = {f"m{one}": TASK for one in range(35)} | {f"n{one}": "coin_tossing" for one in range(20)}
        register_models(session, [draft(ModelDraft, {"name": name, "task": named[name]}) for name in named])
    source = RegistrySource(store.database)
    follow([(source, engine)], None, Event(), through=source.head())
    with store.writing() as session:
        define_tasks(session, [draft(TaskDraft, {"name": TASK, "title": "Lapidary arrangement"})])
    return source


def found(engine: SearchEngine, text: str) -> int:
    """Return how many documents have a word, as of the last commit."""
    reader = engine.reader()
    try:
        return reader.search(SearchRequest(text=text)).total
    finally:
        reader.close()


def test_it_is_written_by_parts_and_goes_on_where_it_was_cut_off(
    store: Store, engine: SearchEngine, task_of_many: RegistrySource
) -> None:
    source = task_of_many
    writer = engine.writer(source.log())
    worker, before = Worker(source, writer, None), writer.position.words
    assert worker.follow()
    assert (worker.position.words, found(engine, "lapidary")) == (before, 0)
    store.model("latecomer")
    assert worker.follow()
    # The newer change is found before all of the older one is, and the position tells of neither yet.
    assert (found(engine, "latecomer"), found(engine, "lapidary")) == (1, 10)
    assert worker.position.words == before
    assert writer.ahead is not None
    done, followed = writer.ahead.done, writer.ahead.followed
    assert followed == source.head()
    worker.follow()
    worker.discard()
    assert writer.ahead.done > done
    done = writer.ahead.done
    writer.close()
    writer = engine.writer(source.log())
    worker = Worker(source, writer, None)
    assert writer.ahead is not None
    assert (writer.ahead.done, writer.position.words) == (done, before)
    store.model("another")
    steps = 0
    while worker.follow():
        steps += 1
        assert worker.position.words in {before, source.head()}
    writer.close()
    # 15 of the 35 were left, and the models that were registered meanwhile are not among them.
    assert steps == 2
    assert worker.position.words == source.head()
    assert found(engine, "lapidary") == 35
    assert compare(source, engine).differences == ()


def test_another_of_the_kind_waits_and_vectors_come_too(
    store: Store, engine: SearchEngine, task_of_many: RegistrySource, tmp_path: Path
) -> None:
    source = task_of_many
    writer = engine.writer(source.log())
    worker = Worker(source, writer, None)
    worker.follow()
    with store.writing() as session:
        define_tasks(session, [draft(TaskDraft, {"name": "coin_tossing", "title": "Numismatic hurling"})])
    worker.follow()
    assert writer.ahead is not None
    assert writer.ahead.followed == writer.ahead.through
    writer.close()
    embedder = Embedder(tmp_path / "cache", HashingEncoder())
    follow([(source, engine)], embedder, Event(), through=source.head())
    embedder.close()
    assert (found(engine, "lapidary"), found(engine, "numismatic")) == (35, 20)
    comparison = compare(source, engine)
    assert (comparison.differences, comparison.behind) == ((), 0)
    position = engine.standing().position
    assert position is not None
    assert (position.meaning, position.embedded) == (source.head(), 55)
