"""Following the log of a server, which tells of every commit, and goes away at times."""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event

import orjson
import pytest
from sqlalchemy import text

from app.db.limits import ServerLimits
from app.db.news import Listening
from app.registry.opening import open_registry
from app.search.contract import IndexUnavailable, SearchRequest
from app.search.document import Document
from app.search.embedded.engine import EmbeddedEngine
from app.search.keeping import Rejected, rejected_again
from indexer.following import Outdated, follow
from indexer.source import RegistrySource
from tests.indexer.sources import Shelf
from tests.postgresql import Cluster, Server, text_of
from tests.search.samples import document
from tests.store import Store, open_store
from tests.waiting import wait_until

NEVER = 3_600.0


def followed(engine: EmbeddedEngine, store: Store) -> bool:
    """Tell whether an index is through the log."""
    position = engine.standing().position
    return position is not None and position.words.sequence == store.last_change().sequence


@contextmanager
def following(store: Store, engine: EmbeddedEngine, **options: float) -> Iterator[None]:
    """Keep an index up to date meanwhile."""
    stop = Event()
    kept = [(RegistrySource(store.database), engine)]
    news = partial(Listening, store.database, **options)
    with ThreadPoolExecutor(1) as pool:
        indexer = pool.submit(follow, kept, None, stop, news=news)
        try:
            yield
        finally:
            stop.set()
        indexer.result()


def test_news_alone_keep_an_index_up_to_date(
    postgresql: Server, seeded_database: str, tmp_path: Path
) -> None:
    with postgresql.fresh(seeded_database) as url:
        store, engine = open_store(url), EmbeddedEngine(tmp_path)
        with following(store, engine, seconds=NEVER):
            for _ in range(3):
                store.model()
                wait_until(lambda: followed(engine, store))
        store.database.close()


def test_a_restart_of_the_server_is_outlived_at_work_and_in_waiting(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("indexer.stepping.PAUSE_SECONDS", 0.05)
    store = open_store(text_of(cluster.server.make()))
    working, wanted = EmbeddedEngine(tmp_path / "working"), EmbeddedEngine(tmp_path / "wanted")
    other = wanted.writer(RegistrySource(store.database).log())
    caplog.set_level(logging.INFO)
    with following(store, working), following(store, wanted):
        wait_until(lambda: followed(working, store) and "standing by" in caplog.text)
        cluster.stop()
        wait_until(lambda: caplog.text.count("the database server cannot be reached") == 2)
        cluster.start()
        other.close()
        store.model()
        wait_until(lambda: followed(working, store) and followed(wanted, store))
    store.database.close()
    assert caplog.text.count("indexing works again") == 2
    assert "Traceback" not in caplog.text


def test_what_waits_for_a_locked_table_is_not_parked(
    postgresql: Server, seeded_database: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with postgresql.fresh(seeded_database) as url:
        store, engine = open_store(url), EmbeddedEngine(tmp_path)
        hasty = Store(open_registry(url, ServerLimits(lock_seconds=0.1)), store.viewer)
        store.model()
        with store.database.writers.connect() as other:
            other.execute(text("LOCK TABLE model_version IN ACCESS EXCLUSIVE MODE"))
            with following(hasty, engine):
                wait_until(lambda: "others are changing what was asked for" in caplog.text)
                other.rollback()
                wait_until(lambda: followed(engine, store))
        assert engine.standing().parked == ()
        hasty.database.close()
        store.database.close()


class Held(Shelf):
    """A shelf that gives its documents out once its gate is open."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.gate = Event()

    def documents(self, ids: Collection[str]) -> Sequence[Document]:
        """Return the documents among `ids` that are there."""
        assert self.gate.wait(60)
        return super().documents(ids)


def outdated(directory: Path, shelf: Shelf, **changes: object) -> EmbeddedEngine:
    """Make an index as another version does."""
    engine = EmbeddedEngine(directory)
    follow([(shelf, engine)], None, Event(), through=shelf.head())
    manifest = directory / "manifest.json"
    manifest.write_bytes(orjson.dumps(orjson.loads(manifest.read_bytes()) | changes))
    return engine


def is_through(engine: EmbeddedEngine, shelf: Shelf) -> bool:
    """Return whether an index is there that has all changes."""
    standing = engine.standing()
    return not standing.unfit and standing.position is not None and standing.position.words == shelf.head()


@pytest.mark.parametrize("may_rebuild", [False, True], ids=["outdated", "being rebuilt"])
def test_an_index_that_cannot_be_followed_keeps_no_other_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, *, may_rebuild: bool
) -> None:
    monkeypatch.setattr("indexer.stepping.PAUSE_SECONDS", 0.01)
    held, shelf, rounds, stop = Held(3), Shelf(3), [], Event()
    held.gate.set()
    engines = outdated(tmp_path / "outdated", held, fingerprint="another"), EmbeddedEngine(tmp_path / "other")
    held.gate.clear()
    kept = list(zip((held, shelf), engines, strict=True))
    with ThreadPoolExecutor(1) as pool:
        indexer = pool.submit(
            follow, kept, None, stop, each_round=lambda: rounds.append(1), may_rebuild=may_rebuild
        )
        try:
            for key in range(4, 10):
                shelf.put(document(key))
                wait_until(lambda: is_through(engines[1], shelf))
            assert engines[0].standing().generation == 1
            held.gate.set()
            wait_until(lambda: is_through(engines[0], held) if may_rebuild else len(rounds) > 10)
        finally:
            held.gate.set()
            stop.set()
        indexer.result()
    assert caplog.text.count("another version of Holotype made the index") == (0 if may_rebuild else 1)


@pytest.mark.parametrize(
    "changes",
    [{"format": 99}, {"later": 1}, {"position": 7}],
    ids=["another format", "more than is known", "edited by hand"],
)
def test_an_index_that_another_version_noted_otherwise_stays_until_it_may_be_made_anew(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    shelf = Shelf(3)
    engine = outdated(tmp_path, shelf, **changes)
    with closing(engine.reader()) as reader, pytest.raises(IndexUnavailable, match="another version"):
        reader.search(SearchRequest(text="model"))
    with pytest.raises(Outdated, match="how far it is was not written by this version"):
        follow([(shelf, engine)], None, Event(), through=shelf.head(), may_rebuild=False)
    assert (tmp_path / "g1").exists()
    follow([(shelf, engine)], None, Event(), through=shelf.head())
    assert is_through(engine, shelf)
    assert engine.standing().generation == 2


class Unsteady(Shelf):
    """A shelf whose documents are others whenever they are looked at, which its log does not tell."""

    looks = 0

    def documents(self, ids: Collection[str]) -> Sequence[Document]:
        """Return the documents among `ids` that are there."""
        self.looks += 1
        looked = "abcdefghijklmnopqrstuvwxyz"[self.looks % 26] * 5
        return [replace(one, description=looked) for one in super().documents(ids)]


@contextmanager
def kept_up(shelf: Shelf, engine: EmbeddedEngine, each_round: Callable[[], None]) -> Iterator[None]:
    """Keep an index up to date meanwhile."""
    stop = Event()
    with ThreadPoolExecutor(1) as pool:
        indexer = pool.submit(follow, [(shelf, engine)], None, stop, each_round=each_round)
        try:
            yield
        finally:
            stop.set()
        indexer.result()


def test_a_rebuild_that_is_rejected_is_tried_again_after_a_growing_pause(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.stepping.PAUSE_SECONDS", 0.01)
    shelf, rounds = Unsteady(3), []
    engine = outdated(tmp_path, shelf, fingerprint="another")

    def tries() -> int:
        rejected = engine.standing().rejected
        return rejected.tries if rejected else 0

    with kept_up(shelf, engine, lambda: rounds.append(1)):
        wait_until(lambda: tries() == 1)
        seen = len(rounds)
        wait_until(lambda: len(rounds) > seen + 20)
    assert (tries(), engine.standing().generation) == (1, 1)
    assert caplog.text.count("is not what the registry holds") == 1
    monkeypatch.setattr("app.search.parking.FIRST_RETRY", timedelta(milliseconds=1))
    engine.reject_draft(engine.draft(shelf.log()), "to be made anew at once")
    with kept_up(shelf, engine, lambda: None):
        wait_until(lambda: tries() == 5)


def test_the_pauses_double_up_to_an_hour() -> None:
    rejected: Rejected | None = None
    pauses = []
    for _ in range(12):
        rejected = rejected_again(rejected, "why")
        pauses.append(round((rejected.retry_at - datetime.now(UTC)).total_seconds()))
    assert pauses[:3] == [30, 60, 120]
    assert pauses[-1] == 3_600
