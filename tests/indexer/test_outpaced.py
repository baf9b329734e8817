"""Following the change log while more is written than can be encoded."""

import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Timer

import pytest

from app.search.contract import Mark, Vector
from app.search.embedded.engine import EmbeddedEngine
from indexer.embeddings import Embedder
from indexer.following import follow
from indexer.rebuilding import rebuild
from tests.indexer.sources import HashingEncoder, Shelf
from tests.search.samples import document
from tests.waiting import PATIENCE_SECONDS

AT_ONCE = 32


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encode a few documents at once, so that a few are many."""
    monkeypatch.setattr("indexer.worker.EMBEDDED_AT_ONCE", AT_ONCE)


def meaning_of(engine: EmbeddedEngine) -> int:
    position = engine.standing().position
    return position.meaning.sequence if position else 0


class Outpaced(HashingEncoder):
    """An encoder that is slower than the writers: for each text, two new documents and an old one again."""

    def __init__(self, shelf: Shelf, stop: Event) -> None:
        super().__init__()
        self.shelf = shelf
        self.stop = stop
        self.batches = 0

    def encode(self, texts: Sequence[str]) -> Vector:
        """Encode while others write."""
        self.batches += 1
        if self.batches > 50:
            self.stop.set()
        for _ in texts:
            written = len(self.shelf.changes)
            self.shelf.put(document(1, f"restless {written}"))
            self.shelf.put(document(written + 10_000))
            self.shelf.put(document(written + 10_001))
        return super().encode(texts)


def test_meaning_moves_on_though_more_is_written_than_can_be_encoded(tmp_path: Path) -> None:
    shelf, stop = Shelf(5 * AT_ONCE), Event()
    encoder = Outpaced(shelf, stop)
    embedder = Embedder(tmp_path / "cache", encoder)
    engine = EmbeddedEngine(tmp_path / "index")
    through = shelf.head()
    follow([(shelf, engine)], embedder, stop, through=through)
    assert not stop.is_set()
    position = engine.standing().position
    assert position is not None
    assert position.meaning.sequence >= through.sequence
    assert position.embedded < position.documents
    embedder.close()


def test_a_rebuild_ends_though_more_is_written_than_can_be_encoded(tmp_path: Path) -> None:
    shelf, stop = Shelf(5 * AT_ONCE), Event()
    engine = EmbeddedEngine(tmp_path / "index")
    follow([(shelf, engine)], None, stop, through=shelf.head())
    embedder = Embedder(tmp_path / "cache", Outpaced(shelf, stop))
    through = shelf.head()
    assert rebuild(shelf, engine, embedder, stop, lambda _position: None)
    assert meaning_of(engine) >= through.sequence
    embedder.close()


class Overtaken(HashingEncoder):
    """An encoder while whose first work the words of what it encodes are written, and followed, again."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__()
        self.shelf = shelf

    def encode(self, texts: Sequence[str]) -> Vector:
        """Return when the index has the new words."""
        if not self.encoded:
            self.shelf.put(document(1, "renamed"))
            while self.shelf.asked.count(document(1).id) < 3:
                time.sleep(0.001)
        return super().encode(texts)


def test_what_was_written_again_while_it_was_encoded_is_encoded_again(tmp_path: Path) -> None:
    shelf = Shelf(1)
    embedder, stop = Embedder(tmp_path / "cache", Overtaken(shelf)), Event()
    engine = EmbeddedEngine(tmp_path / "index")
    patience = Timer(PATIENCE_SECONDS, stop.set)
    patience.start()
    follow([(shelf, engine)], embedder, stop, through=Mark(2))
    patience.cancel()
    embedder.close()
    assert meaning_of(engine) == 2
