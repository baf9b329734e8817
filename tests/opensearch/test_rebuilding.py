"""Rebuilds in OpenSearch: killed, raced, kept for a while, and done by the indexer itself."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
import urllib3

from app.db.engine import Database
from app.db.leases import LEASE_SECONDS
from app.search.contract import IndexPosition, IndexUnavailable, Kind, SearchRequest
from app.search.keeping import IndexLocked
from app.search.opensearch.cluster import Cluster
from app.search.opensearch.engine import OpenSearchEngine
from indexer.checking import compare
from indexer.following import Outdated, follow
from indexer.rebuilding import rebuild
from tests.indexer.sources import Shelf
from tests.opensearch.commands import command, said
from tests.opensearch.node import PrivateNode
from tests.opensearch.proxy import Behaviour, gateway
from tests.search.samples import LOG
from tests.store import Store, leases, let_pass, seeded_file
from tests.waiting import wait_until

__all__ = ["leases", "seeded_file"]


@pytest.fixture
def cluster(opensearch: str, opensearch_prefix: str) -> Cluster:
    return Cluster(url=opensearch, prefix=opensearch_prefix)


@pytest.fixture
def engine(cluster: Cluster, leases: Database) -> OpenSearchEngine:
    return OpenSearchEngine(cluster, Kind.MODELS, leases)


def rebuilt(shelf: Shelf, engine: OpenSearchEngine) -> bool:
    return rebuild(shelf, engine, None, Event(), lambda _position: None)


def test_a_draft_that_is_just_being_made_outlives_the_start_of_a_writer(
    cluster: Cluster, engine: OpenSearchEngine, leases: Database
) -> None:
    held_back = Behaviour(paths="_create", gate=Event())
    with gateway(cluster.url, held_back) as address, ThreadPoolExecutor(1) as beside:
        through = OpenSearchEngine(replace(cluster, url=address), Kind.MODELS, leases)
        engine.writer(LOG).close()
        drafting = beside.submit(through.draft, LOG)
        assert held_back.arrived.wait(60)
        engine.writer(LOG).close()
        assert held_back.gate
        held_back.gate.set()
        drafting.result().close()
    assert engine.standing().draft == IndexPosition(log=LOG)


def test_a_node_that_is_killed_in_the_middle_leaves_a_draft_that_goes_on(
    private_opensearch: PrivateNode, leases: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.worker.COMMITTED_AT_ONCE", 30)
    engine = OpenSearchEngine(Cluster(url=private_opensearch.address), Kind.MODELS, leases)
    shelf = Shelf(100)
    follow([(shelf, engine)], None, Event(), through=shelf.head())

    def kill(position: IndexPosition) -> None:
        if position.documents == 60:
            private_opensearch.kill()

    with pytest.raises(IndexUnavailable, match="does not answer"):
        rebuild(shelf, engine, None, Event(), kill)
    private_opensearch.start()
    wait_until(lambda: answers(engine))
    draft = engine.standing().draft
    assert draft is not None
    assert (draft.documents, engine.standing().generation) == (60, 1)
    assert rebuilt(shelf, engine)
    assert engine.standing().generation == 2
    assert compare(shelf, engine).differences == ()


def answers(engine: OpenSearchEngine) -> bool:
    """Return whether all of what a node keeps can be asked again."""
    try:
        return engine.standing().draft is not None
    except IndexUnavailable:
        return False


def test_killed_it_goes_on_and_two_at_once_are_refused(
    store: Store, tmp_path: Path, cluster: Cluster
) -> None:
    models = [store.model() for _ in range(5)]
    if not store.database.embedded:
        pytest.skip("the lease of either database is tested in tests/db")
    assert said("run --once", tmp_path, cluster)[0] == 0
    held_back = Behaviour(paths="draft/_bulk", gate=Event())
    with gateway(cluster.url, held_back) as address:
        with command("rebuild", tmp_path, replace(cluster, url=address)) as first:
            assert held_back.arrived.wait(120)
            code, told = said("rebuild", tmp_path, cluster)
            assert code == 1
            assert (
                f"another process writes the index {cluster.prefix}-models-draft: process {first.pid}" in told
            )
            first.kill()
        assert held_back.gate
        held_back.gate.set()
    status = said("status", tmp_path, cluster)[1]
    assert "a rebuild has 0 of 5 documents" in status
    store.model("later")
    # The lease of the one that was killed ends by itself.
    wait_until(lambda: said("rebuild", tmp_path, cluster)[0] == 0)
    code, told = said("check", tmp_path, cluster)
    assert (code, f"models: compared {len(models) + 1}; no difference" in told) == (0, True)
    assert "goes back to the index before, which is kept until" in said("status", tmp_path, cluster)[1]


def test_what_was_replaced_is_kept_for_its_time(cluster: Cluster, leases: Database) -> None:
    engine = OpenSearchEngine(cluster, Kind.MODELS, leases)
    shelf = Shelf(3)
    follow([(shelf, engine)], None, Event(), through=shelf.head())
    assert engine.standing().previous_until is None
    with engine.alone(), pytest.raises(IndexUnavailable, match="HOLOTYPE_OPENSEARCH_PREVIOUS_HOURS"):
        engine.roll_back()
    assert rebuilt(shelf, engine)
    until = engine.standing().previous_until
    assert until is not None
    assert abs(until - datetime.now(UTC) - timedelta(hours=24)) < timedelta(minutes=10)
    with engine.alone():
        engine.roll_back()
    engine.drop_replaced()
    assert (engine.standing().generation, engine.standing().previous_until is None) == (1, False)
    hasty = OpenSearchEngine(replace(cluster, previous_hours=0), Kind.MODELS, leases)
    # The indexer looks for it as it works.
    shelf.put(shelf.living[shelf.ids()[0]])
    follow([(shelf, hasty)], None, Event(), through=shelf.head())
    assert hasty.standing().previous_until is None
    assert [entry.key for entry in hasty.entries()] == [1, 2, 3]
    with hasty.alone(), pytest.raises(IndexUnavailable, match="there is no going back"):
        hasty.roll_back()


def test_an_index_is_written_on_however_often_its_draft_was_begun(engine: OpenSearchEngine) -> None:
    shelf = Shelf(3)
    follow([(shelf, engine)], None, Event(), through=shelf.head())
    for _ in range(9):
        engine.draft(shelf.log()).close()
    assert rebuilt(shelf, engine)
    engine.writer(shelf.log()).close()


@pytest.mark.parametrize(
    ("path", "changed", "why"),
    [
        ("_mapping", {"properties": {"formerly": {"type": "keyword"}}}, "its mapping was changed"),
        ("_doc/state?refresh", {"state": {"digest": 7}}, "how far it is was not written by this version"),
    ],
    ids=["mapping", "state"],
)
def test_an_index_that_another_version_made_is_made_anew_beside_it_where_that_is_allowed(
    cluster: Cluster, engine: OpenSearchEngine, path: str, changed: dict[str, object], why: str
) -> None:
    shelf = Shelf(3)
    follow([(shelf, engine)], None, Event(), through=shelf.head())
    address = f"{cluster.url}/{cluster.prefix}-models"
    assert urllib3.request("PUT", f"{address}/{path}", json=changed).status == 200
    is_read = path == "_mapping"
    with closing(engine.reader()) as reader:
        refused = nullcontext() if is_read else pytest.raises(IndexUnavailable, match="another version")
        with refused:
            assert reader.search(SearchRequest(text="model")).total == 3
    shelf.take(shelf.ids()[0])
    with pytest.raises(Outdated, match=rf"\({why}\): `holotype index rebuild` makes it anew"):
        follow([(shelf, engine)], None, Event(), through=shelf.head(), may_rebuild=False)
    assert engine.standing().generation == 1
    follow([(shelf, engine)], None, Event(), through=shelf.head())
    standing = engine.standing()
    # An index that cannot say since when it is not searched is not kept.
    assert (standing.generation, standing.unfit) == (2, None)
    assert (standing.previous_until is None) == (not is_read)
    assert compare(shelf, engine).differences == ()
    assert len(urllib3.request("GET", f"{address}-*").json()) == (2 if is_read else 1)


def test_a_rebuild_whose_draft_another_process_took_says_so(
    engine: OpenSearchEngine, leases: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.worker.COMMITTED_AT_ONCE", 3)
    shelf = Shelf(6)
    with ExitStack() as others:

        def take_over(position: IndexPosition) -> None:
            if position.documents == 3:
                let_pass(leases, LEASE_SECONDS)
                others.enter_context(closing(engine.draft(shelf.log())))

        with pytest.raises(IndexLocked, match="another process has taken over"):
            rebuild(shelf, engine, None, Event(), take_over)
    assert rebuilt(shelf, engine)
    assert compare(shelf, engine).differences == ()
