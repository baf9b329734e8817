"""Following the change log."""

import logging
import shutil
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from app.registry.writing.labels import set_tags
from app.search.contract import IndexPosition, Mark, SearchMode, SearchRequest, Vector
from app.search.document import Document
from app.search.embedded.engine import EmbeddedEngine
from app.search.embedded.reader import EmbeddedReader
from app.search.parking import Part
from indexer.embeddings import Embedder, Encoder, EncodingFailed
from indexer.following import follow
from indexer.source import DocumentSource, RegistrySource
from indexer.worker import COMMITTED_AT_ONCE
from tests.indexer.sources import HashingEncoder, MissingEncoder, Shelf
from tests.search.samples import document, vector_of
from tests.store import Store


def work(source: DocumentSource, data: Path, encoder: Encoder | None = None) -> IndexPosition:
    """Index everything that there is to index, as a process that starts and ends."""
    engine = EmbeddedEngine(data / "index")
    embedder = Embedder(data / "embeddings.sqlite", encoder or HashingEncoder())
    try:
        follow([(source, engine)], embedder, Event(), through=source.head())
    finally:
        embedder.close()
    position = engine.standing().position
    assert position is not None
    return position


@contextmanager
def reading(data: Path) -> Iterator[EmbeddedReader]:
    reader = EmbeddedReader(data / "index")
    yield reader
    reader.close()


def found(data: Path, text: str | None = None, mode: SearchMode = SearchMode.WORDS) -> list[str]:
    with reading(data) as reader:
        vector = vector_of(text) if text else None
        return [hit.id for hit in reader.search(SearchRequest(text=text, vector=vector, mode=mode)).hits]


@pytest.mark.both_databases
def test_it_works(store: Store, tmp_path: Path) -> None:
    german = store.model("bert-de", languages=["de"], description="Reads sentences")
    store.model("resnet50", task="image_classification")
    position = work(RegistrySource(store.database), tmp_path)
    assert position.words.sequence == position.meaning.sequence == store.last_change().sequence
    assert position.words.at == store.last_change().at
    assert (position.expected, position.documents, position.embedded) == (2, 2, 2)
    assert found(tmp_path, "german") == [german.id]
    assert found(tmp_path, "reads sentences", SearchMode.MEANING)[0] == german.id


@pytest.mark.both_databases
def test_changes_are_followed(store: Store, tmp_path: Path) -> None:
    model = store.model("plain")
    source = RegistrySource(store.database)
    work(source, tmp_path)
    with store.writing() as session:
        set_tags(session, model.id, {"flavour": "vanilla"})
    other = store.model("late")
    position = work(source, tmp_path)
    assert position.words.sequence == store.last_change().sequence
    assert found(tmp_path, "vanilla") == [model.id]
    assert found(tmp_path, "late") == [other.id]


@pytest.mark.both_databases
def test_index_and_registry_agree(store: Store, tmp_path: Path) -> None:
    models = {store.model().id for _ in range(20)}
    source = RegistrySource(store.database)
    work(source, tmp_path)
    models |= {store.model().id for _ in range(20)}
    work(source, tmp_path)
    assert set(found(tmp_path)) == models == set(source.ids())


def test_an_empty_registry_is_no_error(tmp_path: Path) -> None:
    shelf = Shelf()
    assert work(shelf, tmp_path).words == Mark()
    shelf.put(document(1))
    assert work(shelf, tmp_path).documents == 1


def test_what_is_deleted_goes(tmp_path: Path) -> None:
    shelf = Shelf(3)
    work(shelf, tmp_path)
    shelf.take(document(2).id)
    shelf.put(document(4))
    shelf.take(document(4).id)
    position = work(shelf, tmp_path)
    assert found(tmp_path) == [document(1).id, document(3).id]
    assert (position.documents, position.embedded, position.words.sequence) == (2, 2, 6)


class CutOff(Shelf):
    """A shelf whose reader is stopped after the first documents."""

    def documents(self, ids: Collection[str]) -> Sequence[Document]:
        """Return documents, as many as are committed at once."""
        if len(self.asked) >= COMMITTED_AT_ONCE:
            raise KeyboardInterrupt
        return super().documents(ids)


def test_a_first_reading_that_was_cut_off_goes_on_where_it_was(tmp_path: Path) -> None:
    count = COMMITTED_AT_ONCE + 5
    with pytest.raises(KeyboardInterrupt):
        work(CutOff(count), tmp_path, MissingEncoder())
    with reading(tmp_path) as reader:
        position = reader.position()
        assert position is not None
        assert (position.words, position.documents, position.expected) == (Mark(), COMMITTED_AT_ONCE, count)
    shelf = Shelf(count)
    shelf.put(document(1, "renamed"))
    shelf.take(document(2).id)
    position = work(shelf, tmp_path, MissingEncoder())
    assert position.words == shelf.head()
    assert len(shelf.asked) == 5 + 2
    assert found(tmp_path, "renamed") == [document(1).id]
    assert set(found(tmp_path)) <= set(shelf.living)
    assert position.documents == count - 1


def test_a_document_that_cannot_be_indexed_keeps_no_other_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf(3)
    shelf.put(document(9, "half a character", description="\ud800"))
    position = work(shelf, tmp_path)
    assert position.documents == position.embedded == 3
    assert position.words == shelf.head()
    assert document(9).id in caplog.text


def test_without_an_encoder_words_work_and_the_log_says_what_is_missing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    position = work(Shelf(3), tmp_path, MissingEncoder())
    assert (position.documents, position.embedded) == (3, 0)
    assert position.meaning == Mark()
    assert "torch is not installed" in caplog.text


class SlowlyPrepared(HashingEncoder):
    """An encoder whose encoder of queries takes a moment to make."""

    def __init__(self) -> None:
        super().__init__()
        self.prepared = False

    def prepare(self) -> None:
        """Take a moment."""
        time.sleep(0.5)
        self.prepared = True


def test_what_runs_once_waits_for_the_encoder_of_queries(tmp_path: Path) -> None:
    work(Shelf(2), tmp_path)
    shutil.rmtree(tmp_path / "index")
    encoder = SlowlyPrepared()
    embedder = Embedder(tmp_path / "embeddings.sqlite", encoder)
    kept = [(Shelf(2), EmbeddedEngine(tmp_path / "index"))]
    follow(kept, embedder, Event(), through=Shelf(2).head())
    assert (encoder.prepared, encoder.encoded) == (True, [])
    embedder.close()


def test_nothing_is_encoded_twice(tmp_path: Path) -> None:
    first, second, third = HashingEncoder(), HashingEncoder(), HashingEncoder("another")
    shelf = Shelf()
    for key in (1, 2):
        shelf.put(document(key, f"model {key}", description="Shared text"))
    work(shelf, tmp_path, first)
    assert first.encoded == ["model 2.", "Shared text", "model 1."]
    (tmp_path / "index" / "manifest.json").unlink()
    assert work(shelf, tmp_path, second).embedded == 2
    assert second.encoded == []
    position = work(shelf, tmp_path, third)
    assert len(third.encoded) == 3
    assert (position.embedder, position.embedded) == ("another", 2)


def test_the_log_says_what_was_indexed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    work(Shelf(5), tmp_path)
    assert "models: 5 of 5 are found by words, as of change 5" in caplog.messages
    assert "models: 5 of 5 are found by meaning" in caplog.messages


def test_a_registry_that_went_back_in_time_is_indexed_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    work(Shelf(5), tmp_path)
    position = work(Shelf(2), tmp_path)
    assert (position.documents, position.embedded, position.words.sequence) == (2, 2, 2)
    assert "anew" in caplog.text


@pytest.mark.both_databases
def test_another_registry_in_the_same_folder_is_noticed(store: Store, tmp_path: Path) -> None:
    work(Shelf(5), tmp_path)
    model = store.model()
    work(RegistrySource(store.database), tmp_path)
    assert found(tmp_path) == [model.id]


class Flaky(Shelf):
    """A shelf that fails once, in the middle of the first reading."""

    def __init__(self, count: int, stop: Event) -> None:
        super().__init__(count)
        self.heads = 0
        self.failed = False
        self.stop = stop

    def head(self) -> Mark:
        """Return the end of the log; who has asked for it often enough is told to stop."""
        self.heads += 1
        if self.heads > 3:
            self.stop.set()
        return super().head()

    def ids(self) -> list[str]:
        """Return the ids, at the second time."""
        if not self.failed:
            self.failed = True
            raise OSError("away for a moment")
        return super().ids()


def test_a_failure_of_the_registry_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("indexer.stepping.PAUSE_SECONDS", 0.01)
    stop = Event()
    engine = EmbeddedEngine(tmp_path)
    follow([(Flaky(3, stop), engine)], None, stop)
    position = engine.standing().position
    assert position is not None
    assert position.documents == 3
    assert "away for a moment" in caplog.text


def test_a_failure_ends_what_was_to_run_once(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="away"):
        work(Flaky(3, Event()), tmp_path)


def broken(store: Store, name: str, *, text: str) -> None:
    """Write a description behind everyone's back."""
    with store.database.writers.begin() as connection:
        connection.exec_driver_sql(f"UPDATE model SET description = {text} WHERE name = '{name}'")  # noqa: S608


def test_what_the_database_cannot_tell_is_parked_and_mended_later(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.search.parking.FIRST_RETRY", timedelta(0))
    ill = store.model("ill")
    others = [store.model() for _ in range(3)]
    broken(store, "ill", text="CAST(x'c328' AS TEXT)")
    source = RegistrySource(store.database)
    position = work(source, tmp_path)
    assert (position.words, position.documents, position.parked) == (source.head(), 3, 1)
    [parked] = EmbeddedEngine(tmp_path / "index").standing().parked
    assert (parked.id, parked.part) == (ill.id, Part.WORDS)
    assert "decode" in parked.reason
    broken(store, "ill", text="'mended'")
    others.append(store.model("late"))
    position = work(source, tmp_path)
    assert (position.parked, position.words) == (0, source.head())
    assert found(tmp_path, "mended") == [ill.id]
    assert set(found(tmp_path)) == {ill.id, *(model.id for model in others)}


class Choking(HashingEncoder):
    """An encoder that fails at some texts."""

    def encode(self, texts: Sequence[str]) -> Vector:
        """Fail at the texts that say so."""
        if any("choke" in text for text in texts):
            raise EncodingFailed("choked")
        return super().encode(texts)


def test_a_text_that_cannot_be_encoded_is_parked_and_keeps_no_other_back(tmp_path: Path) -> None:
    shelf = Shelf(3)
    shelf.put(document(9, "choke"))
    position = work(shelf, tmp_path, Choking())
    assert (position.documents, position.embedded, position.parked) == (4, 3, 1)
    assert position.meaning == position.words == shelf.head()
    [parked] = EmbeddedEngine(tmp_path / "index").standing().parked
    assert (parked.id, parked.part, parked.reason, parked.tries) == (
        document(9).id,
        Part.MEANING,
        "choked",
        1,
    )
    assert parked.retry_at > datetime.now(UTC)
    assert found(tmp_path, "choke") == [document(9).id]
    shelf.put(document(9, "cured"))
    position = work(shelf, tmp_path, Choking())
    assert (position.embedded, position.parked, position.meaning) == (4, 0, shelf.head())


def test_a_log_that_parted_from_the_one_that_was_followed_is_noticed(tmp_path: Path) -> None:
    first, other = Shelf(5), Shelf(3)
    work(first, tmp_path)
    other.put(document(8))
    other.put(document(9))
    other.put(document(10))
    assert other.log() == first.log()
    assert other.head().sequence > first.head().sequence
    work(other, tmp_path)
    assert set(found(tmp_path)) == set(other.living)
