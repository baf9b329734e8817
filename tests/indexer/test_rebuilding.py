"""An index made anew beside the one that is searched."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from app.registry.writing.removal import delete_model
from app.search.contract import IndexPosition, SearchRequest
from app.search.keeping import IndexLocked, SearchEngine
from indexer.checking import Fault, compare
from indexer.embeddings import Embedder
from indexer.following import follow
from indexer.rebuilding import rebuild
from indexer.source import DocumentSource, RegistrySource
from indexer.verifying import DraftDiffers
from tests.engines import engine, leases
from tests.indexer.sources import HashingEncoder, Shelf
from tests.search.samples import document
from tests.store import Store

__all__ = ["engine", "leases"]


def ignore(_position: IndexPosition) -> None:
    """Take no interest in how far it is."""


def indexed(
    source: DocumentSource, engine: SearchEngine, data: Path, encoder: HashingEncoder | None = None
) -> None:
    """Index everything that there is to index."""
    embedder = Embedder(data / "cache", encoder or HashingEncoder())
    follow([(source, engine)], embedder, Event(), through=source.head())
    embedder.close()


def rebuilt(
    source: DocumentSource,
    engine: SearchEngine,
    data: Path,
    encoder: HashingEncoder | None = None,
    report: Callable[[IndexPosition], None] = ignore,
) -> bool:
    embedder = Embedder(data / "cache", encoder or HashingEncoder())
    try:
        return rebuild(source, engine, embedder, Event(), report)
    finally:
        embedder.close()


def test_it_works_and_nothing_is_encoded_twice(engine: SearchEngine, tmp_path: Path) -> None:
    shelf, first, second = Shelf(5), HashingEncoder(), HashingEncoder()
    indexed(shelf, engine, tmp_path, first)
    assert len(first.encoded) > 0
    seen: list[IndexPosition] = []
    assert rebuilt(shelf, engine, tmp_path, second, seen.append)
    assert second.encoded == []
    assert seen[-1].documents == 5
    standing = engine.standing()
    assert standing.position is not None
    assert (standing.generation, standing.draft) == (2, None)
    assert (standing.position.embedded, standing.position.meaning) == (5, shelf.head())
    assert compare(shelf, engine).differences == ()


def test_what_is_wrong_is_named_and_mended(engine: SearchEngine, tmp_path: Path) -> None:
    shelf = Shelf(4)
    indexed(shelf, engine, tmp_path)
    # Changes that no log tells of.
    shelf.living[document(1).id] = document(1, "another name")
    del shelf.living[document(2).id]
    shelf.living[document(7).id] = document(7)
    wrong = {(one.fault, one.id) for one in compare(shelf, engine).differences}
    assert wrong == {
        (Fault.STALE, document(1).id),
        (Fault.ORPHANED, document(2).id),
        (Fault.MISSING, document(7).id),
    }
    assert rebuilt(shelf, engine, tmp_path)
    assert compare(shelf, engine).differences == ()


def test_an_index_from_another_state_of_the_registry_is_named(engine: SearchEngine, tmp_path: Path) -> None:
    indexed(Shelf(4), engine, tmp_path)
    assert [one.fault for one in compare(Shelf(3), engine).differences] == [Fault.UNFIT]


def test_one_that_was_cut_off_goes_on(
    engine: SearchEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.worker.COMMITTED_AT_ONCE", 30)
    monkeypatch.setattr("indexer.verifying.SAMPLED", 3)
    shelf = Shelf(35)
    indexed(shelf, engine, tmp_path)
    stop = Event()
    embedder = Embedder(tmp_path / "cache", HashingEncoder())
    assert not rebuild(shelf, engine, embedder, stop, lambda _position: stop.set())
    draft = engine.standing().draft
    assert draft is not None
    assert draft.documents == 30
    assert engine.standing().generation == 1
    shelf.asked.clear()
    shelf.put(document(1, "renamed meanwhile"))
    assert rebuild(shelf, engine, embedder, Event(), ignore)
    embedder.close()
    assert len(set(shelf.asked)) <= 5 + 1 + 3
    assert compare(shelf, engine).differences == ()


def test_one_that_differs_from_the_registry_is_dropped_and_the_old_index_stays(
    engine: SearchEngine, tmp_path: Path
) -> None:
    shelf = Shelf(20)
    indexed(shelf, engine, tmp_path)
    told = shelf.head()

    def change(position: IndexPosition) -> None:
        """Change what the draft has read, by changes that no log tells of."""
        if position.words == told:
            shelf.living[document(1).id] = document(1, "another name")
            shelf.living.pop(document(2).id, None)
            shelf.living[document(30).id] = document(30)

    with pytest.raises(DraftDiffers) as differs:
        rebuilt(shelf, engine, tmp_path, report=change)
    assert set(differs.value.faults) == {document(1).id, document(2).id, document(30).id}
    assert "\n" not in str(differs.value)
    standing = engine.standing()
    assert standing.rejected
    assert (standing.generation, standing.rejected.tries) == (1, 1)
    assert standing.rejected.reason == str(differs.value)
    assert (standing.draft, len(engine.entries())) == (IndexPosition(log=shelf.log()), 20)
    assert rebuilt(shelf, engine, tmp_path)
    assert engine.standing().rejected is None
    assert compare(shelf, engine).differences == ()


def test_one_with_vectors_of_something_else_is_dropped(engine: SearchEngine, tmp_path: Path) -> None:
    shelf = Shelf(20)
    indexed(shelf, engine, tmp_path)

    def swap(position: IndexPosition) -> None:
        """Have the vectors of a document kept as those of another, once the draft has its own."""
        if position.embedded == 20:
            with sqlite3.connect(tmp_path / "cache") as kept:
                kept.execute("UPDATE embedding SET vector = (SELECT max(vector) FROM embedding)")

    with pytest.raises(DraftDiffers, match=r"20 documents compared in full.*has wrong vectors"):
        rebuilt(shelf, engine, tmp_path, report=swap)
    assert engine.standing().draft == IndexPosition(log=shelf.log())


def test_there_is_one_at_a_time(engine: SearchEngine, tmp_path: Path) -> None:
    shelf = Shelf(2)
    indexed(shelf, engine, tmp_path)
    draft = engine.draft(shelf.log())
    with pytest.raises(IndexLocked):
        rebuilt(shelf, engine, tmp_path)
    draft.close()


def test_changes_go_on_meanwhile_and_none_is_lost_or_brought_back(
    store: Store, engine: SearchEngine, tmp_path: Path
) -> None:
    models = [store.model(f"before-{number}") for number in range(30)]
    source = RegistrySource(store.database)
    indexed(source, engine, tmp_path)
    stop, serving = Event(), Embedder(tmp_path / "cache", HashingEncoder())
    indexer = Thread(target=follow, args=([(source, engine)], None, stop))
    indexer.start()
    number = 0

    def change(_position: IndexPosition) -> None:
        """Register one model and delete another after every step of the rebuild."""
        nonlocal number
        number += 1
        store.model(f"meanwhile-{number}")
        with store.writing() as session:
            delete_model(session, models.pop())

    reader = engine.reader()
    try:
        for _ in range(3):
            assert rebuild(source, engine, serving, Event(), change)
            assert reader.search(SearchRequest()).total > 0
    finally:
        stop.set()
        indexer.join()
        reader.close()
    follow([(source, engine)], serving, Event(), through=source.head())
    serving.close()
    comparison = compare(source, engine)
    assert (comparison.differences, comparison.behind) == ((), 0)
    assert number >= 3
    assert {entry.id for entry in engine.entries()} == set(source.ids())
