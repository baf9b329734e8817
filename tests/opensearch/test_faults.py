"""What goes wrong with a server of OpenSearch: one line says what, nothing is lost, and it is whole again."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from threading import Event, Thread
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
import urllib3

from app.db.engine import Database
from app.db.leases import LEASE_SECONDS, HeldLease
from app.search.contract import IndexUnavailable, Kind, Mark, SearchRequest
from app.search.document import content_digest, texts_digest
from app.search.keeping import IndexLocked
from app.search.opensearch.breaker import ServerAway
from app.search.opensearch.cluster import Cluster
from app.search.opensearch.engine import OpenSearchEngine
from app.search.opensearch.indexes import Indexes
from app.search.opensearch.mapping import Layout
from app.search.opensearch.server import Server
from app.search.opensearch.turns import Turns
from app.search.opensearch.writer import OpenSearchWriter
from app.search.parking import Part
from indexer.following import follow
from tests.indexer.sources import Shelf
from tests.opensearch.node import PrivateNode
from tests.opensearch.proxy import Behaviour, gateway
from tests.search.samples import LOG, document, vectors
from tests.store import leases, let_pass, seeded_file
from tests.waiting import wait_until

__all__ = ["leases", "seeded_file"]


def ask(address: str, method: str, path: str, body: Any = None, **params: Any) -> Any:
    """Ask the node itself."""
    path += f"?{urlencode(params)}" if params else ""
    headers = {"content-type": "application/json"}
    answer = urllib3.request(method, f"{address}{path}", body=orjson.dumps(body), headers=headers)
    assert answer.status < 300, answer.data
    return orjson.loads(answer.data)


@pytest.fixture
def cluster(opensearch: str, opensearch_prefix: str) -> Cluster:
    return Cluster(url=opensearch, prefix=opensearch_prefix)


@pytest.fixture
def engine(cluster: Cluster, leases: Database) -> OpenSearchEngine:
    return OpenSearchEngine(cluster, Kind.MODELS, leases)


@pytest.fixture
def writer(engine: OpenSearchEngine) -> Iterator[OpenSearchWriter]:
    made = engine.writer(LOG)
    made.use_embedder("test")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.search.opensearch.bulk.PAUSES", (0.01, 0.01))


@pytest.mark.parametrize("block", ["index.blocks.write", "index.blocks.read_only_allow_delete"])
def test_a_blocked_index_goes_on_where_it_was(
    cluster: Cluster, engine: OpenSearchEngine, writer: OpenSearchWriter, block: str
) -> None:
    writer.put([document(1)])
    ask(cluster.url, "PUT", f"/{cluster.prefix}-models/_settings", {block: True})
    with pytest.raises(IndexUnavailable, match=r"did not write: index \[.*\] blocked by") as failure:
        writer.commit(Mark(1))
    assert "\n" not in str(failure.value)
    assert writer.position.words == Mark()
    ask(cluster.url, "PUT", f"/{cluster.prefix}-models/_settings", {block: None})
    with pytest.raises(IndexUnavailable):
        writer.commit(Mark(1))
    writer.discard()
    writer.put([document(1)])
    writer.commit(Mark(1))
    assert [entry.key for entry in engine.entries()] == [1]


def test_an_index_that_lost_its_shard_is_made_anew_once_there_is_room_for_one(
    cluster: Cluster, leases: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.search.opensearch.engine.WRITING_SECONDS", 5.0)
    monkeypatch.setattr("indexer.stepping.PAUSE_SECONDS", 0.05)
    engine, shelf = OpenSearchEngine(cluster, Kind.MODELS, leases), Shelf(20)
    reader = engine.reader()
    with indexing(shelf, engine):
        wait_until(lambda: is_through(engine, shelf))
        index, wanted = lose_shard(cluster), "index.routing.allocation.require._name"
        shelf.put(document(21, sequence=21))
        with pytest.raises(ServerAway):
            reader.search(SearchRequest(text="model"))
        with pytest.raises(IndexUnavailable) as failure:
            engine.standing()
        assert "\n" not in str(failure.value)
        ask(cluster.url, "PUT", f"/{index}/_settings", {wanted: None})
        wait_until(lambda: is_through(engine, shelf))
    assert [entry.key for entry in engine.entries()] == list(range(1, 22))
    reader.close()


def lose_shard(cluster: Cluster) -> str:
    """Leave of an index what a cluster knows of one whose only node is gone; return its name."""
    alias = f"{cluster.prefix}-models"
    [(index, known)] = ask(cluster.url, "GET", f"/{alias}").items()
    nowhere = {"index.routing.allocation.require._name": "nobody", "knn": True}
    left = {"settings": nowhere, "mappings": known["mappings"], "aliases": known["aliases"]}
    ask(cluster.url, "DELETE", f"/{index}")
    ask(cluster.url, "PUT", f"/{index}", left, wait_for_active_shards=0)
    return str(index)


def test_an_index_that_is_not_ours_is_left_alone(cluster: Cluster, engine: OpenSearchEngine) -> None:
    alias = f"{cluster.prefix}-models"
    ask(cluster.url, "PUT", f"/{cluster.prefix}-theirs", {"aliases": {alias: {}}})
    for use in (lambda: engine.writer(LOG), engine.entries, engine.standing):
        with pytest.raises(IndexUnavailable, match="which Holotype did not make"):
            use()
    assert f"{cluster.prefix}-theirs" in ask(cluster.url, "GET", f"/{alias}")


def test_a_mapping_that_was_changed_by_hand_is_noticed(
    cluster: Cluster, engine: OpenSearchEngine, writer: OpenSearchWriter
) -> None:
    writer.close()
    ask(
        cluster.url,
        "PUT",
        f"/{cluster.prefix}-models/_mapping",
        {"properties": {"mine": {"type": "keyword"}}},
    )
    assert engine.standing().unfit == "its mapping was changed"
    again = engine.writer(LOG)
    assert again.replaced == "its mapping was changed"
    assert engine.standing().unfit is None
    again.close()


def take_over(engine: OpenSearchEngine, leases: Database) -> OpenSearchWriter:
    """Write in the place of one that was paused for too long."""
    let_pass(leases, LEASE_SECONDS)
    return engine.writer(LOG)


def test_a_writer_that_was_paused_finds_that_another_has_its_turn(
    engine: OpenSearchEngine, writer: OpenSearchWriter, leases: Database
) -> None:
    writer.put([document(1, framework="late", sequence=5)])
    other = take_over(engine, leases)
    other.put([document(1, framework="newer", sequence=6)])
    other.commit(Mark(6))
    for late in (partial(writer.commit, Mark(5)), writer.discard, partial(writer.reset, LOG)):
        with pytest.raises(IndexLocked):
            late()
    other.put([document(2, sequence=7)])
    other.commit(Mark(7))
    newer = document(1, framework="newer", sequence=6), document(2, sequence=7)
    assert [entry.content for entry in engine.entries()] == [content_digest(one) for one in newer]
    other.close()


@pytest.fixture
def held_back(cluster: Cluster) -> Iterator[tuple[Cluster, Behaviour]]:
    """Give the cluster behind a gateway that holds each bulk back until its gate is set."""
    behaviour = Behaviour(paths="_bulk", gate=Event())
    with gateway(cluster.url, behaviour) as address:
        yield replace(cluster, url=address), behaviour


def let_through(behaviour: Behaviour) -> None:
    """Let go of what is held back, and wait until the node has it."""
    assert behaviour.gate
    behaviour.gate.set()
    assert behaviour.passed.wait(60)


def test_words_that_come_late_from_another_writer_take_no_vectors_away(
    held_back: tuple[Cluster, Behaviour], engine: OpenSearchEngine, leases: Database
) -> None:
    cluster, behaviour = held_back
    paused = OpenSearchEngine(cluster, Kind.MODELS, leases).writer(LOG)
    paused.use_embedder("test")
    given = document(1, sequence=5)
    paused.put([given])
    with ThreadPoolExecutor() as pool:
        late = pool.submit(paused.commit, Mark(5))
        assert behaviour.arrived.wait(60)
        other = take_over(engine, leases)
        other.put([given])
        other.put_vectors(vectors([given]))
        other.commit(Mark(5))
        let_through(behaviour)
        with pytest.raises(IndexLocked):
            late.result()
    other.commit()
    assert [entry.vectors for entry in engine.entries()] == [texts_digest(given)]
    other.close()
    paused.close()


def test_words_that_come_late_after_their_writer_gave_up_take_no_vectors_away(
    held_back: tuple[Cluster, Behaviour], leases: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.search.opensearch.engine.WRITING_SECONDS", 1.0)
    cluster, behaviour = held_back
    engine = OpenSearchEngine(cluster, Kind.MODELS, leases)
    writer = engine.writer(LOG)
    writer.use_embedder("test")
    before, after = document(1, sequence=5), document(1, "renamed", sequence=6)
    behaviour.paths = "never"
    writer.put([before])
    writer.put_vectors(vectors([before]))
    writer.commit(Mark(5))
    behaviour.paths = "_bulk"
    writer.put([after])
    with pytest.raises(IndexUnavailable, match="in time"):
        writer.commit(Mark(6))
    behaviour.paths = "never"
    writer.discard()
    writer.put([after])
    writer.put_vectors(vectors([after]))
    writer.commit(Mark(6))
    let_through(behaviour)
    writer.commit()
    assert [entry.vectors for entry in engine.entries()] == [texts_digest(after)]
    writer.close()


class Paused(Turns):
    """A process that was paused between its turn and its first look at the index."""

    def __init__(self, lease: HeldLease) -> None:
        self.lease = lease

    def take(self, *, seconds: float = 0.0) -> HeldLease:  # noqa: ARG002 - as a turn is taken
        """Return the turn that it had."""
        return self.lease

    def is_wanted(self) -> bool:
        """Return that nobody waits."""
        return False


def test_a_writer_that_was_paused_as_it_began_takes_nothing_over(
    cluster: Cluster, engine: OpenSearchEngine, leases: Database
) -> None:
    indexes = Indexes(Server(cluster, seconds=30, connections=1), cluster.prefix, Layout(Kind.MODELS))
    paused = Paused(Turns(leases, indexes.live).take())
    other = take_over(engine, leases)
    with pytest.raises(IndexLocked, match="has taken over"):
        OpenSearchWriter(indexes, indexes.live, paused, LOG)
    other.put([document(1)])
    other.commit(Mark(1))
    other.close()


def test_a_writer_that_cannot_renew_its_turn_writes_no_more(
    writer: OpenSearchWriter, leases: Database
) -> None:
    let_pass(leases, LEASE_SECONDS)

    def refused() -> bool:
        try:
            writer.commit(Mark(1))
        except IndexLocked:
            return True
        return False

    wait_until(refused)


def test_what_only_the_server_refuses_is_parked_and_keeps_nothing_back(
    engine: OpenSearchEngine, writer: OpenSearchWriter
) -> None:
    writer.put([document(1, framework="kept")])
    writer.commit(Mark(1))
    documents = [document(1, framework="x" * 40_000, sequence=2), document(2, sequence=2)]
    writer.put(documents)
    writer.put_vectors(vectors(documents))
    writer.commit(Mark(2))
    [parked] = engine.standing().parked
    assert (parked.id, parked.part) == (document(1).id, Part.WORDS)
    assert "immense term" in parked.reason
    assert "\n" not in parked.reason
    kept, other = engine.entries()
    assert (kept.vectors, other.vectors) == (None, other.texts)
    assert (writer.position.words, writer.position.embedded) == (Mark(2), 1)
    writer.put([document(1, sequence=3)])
    writer.commit(Mark(3))
    assert engine.standing().parked == ()


@pytest.mark.parametrize(
    ("path", "behaviour"),
    [
        ("_bulk", Behaviour(status=429)),
        ("_bulk", Behaviour(status=503)),
        ("_bulk", Behaviour(status=0)),
        ("_bulk", Behaviour(truncated=True)),
        ("_bulk", Behaviour(seconds=6)),
        ("_doc/state", Behaviour(truncated=True)),
    ],
    ids=["429", "503", "ended", "truncated", "slow", "commit truncated"],
)
def test_nothing_is_lost_or_done_twice_when_an_answer_is(
    cluster: Cluster, leases: Database, path: str, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.search.opensearch.engine.WRITING_SECONDS", 5.0)
    monkeypatch.setattr("indexer.stepping.PAUSE_SECONDS", 0.05)
    calm = Behaviour()
    with gateway(cluster.url, calm) as address:
        through = OpenSearchEngine(Cluster(url=address, prefix=cluster.prefix), Kind.MODELS, leases)
        shelf = Shelf(20)
        with indexing(shelf, through):
            wait_until(lambda: is_through(through, shelf))
            for name in ("status", "truncated", "seconds"):
                setattr(calm, name, getattr(behaviour, name))
            calm.paths = path
            shelf.put(document(21, sequence=21))
            shelf.take(document(1).id)
            time.sleep(0.5)
            calm.paths = "never"
            wait_until(lambda: is_through(through, shelf))
        assert [entry.key for entry in through.entries()] == list(range(2, 22))


def test_a_node_that_is_killed_loses_nothing(
    private_opensearch: PrivateNode, leases: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.stepping.PAUSE_SECONDS", 0.05)
    engine = OpenSearchEngine(Cluster(url=private_opensearch.address), Kind.MODELS, leases)
    shelf = Shelf(200)
    with indexing(shelf, engine):
        wait_until(lambda: is_through(engine, shelf))
        for key in range(201, 601):
            shelf.put(document(key, sequence=key))
            if key == 400:
                private_opensearch.kill()
        with pytest.raises(IndexUnavailable, match="does not answer") as failure:
            engine.standing()
        assert "\n" not in str(failure.value)
        private_opensearch.start()
        wait_until(lambda: is_through(engine, shelf))
    assert [entry.key for entry in engine.entries()] == list(range(1, 601))


@contextmanager
def indexing(shelf: Shelf, engine: OpenSearchEngine) -> Iterator[None]:
    """Keep an index up to date meanwhile."""
    stop = Event()
    indexer = Thread(target=follow, args=([(shelf, engine)], None, stop))
    indexer.start()
    try:
        yield
    finally:
        stop.set()
        indexer.join()


def is_through(engine: OpenSearchEngine, shelf: Shelf) -> bool:
    """Return whether an index that can be asked has all changes."""
    try:
        position = engine.standing().position
    except IndexUnavailable:
        return False
    return position is not None and position.words == shelf.head()
