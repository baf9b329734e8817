"""Several processes that fill an index: killed, outlived, and beside one that writes it alone."""

import os
import signal
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from app.db.engine import Database
from app.search.contract import Kind
from app.search.keeping import IndexLocked
from app.search.opensearch.cluster import Cluster
from app.search.opensearch.engine import OpenSearchEngine
from tests.opensearch.commands import command, said
from tests.opensearch.proxy import Behaviour, gateway
from tests.search.samples import LOG, document, vectors
from tests.store import Store, leases, seeded_file
from tests.waiting import wait_until

__all__ = ["leases", "seeded_file"]


@pytest.fixture
def cluster(opensearch: str, opensearch_prefix: str) -> Cluster:
    return Cluster(url=opensearch, prefix=opensearch_prefix)


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for one in lists for child in one.read_text().split()]


def crew_of(pid: int) -> list[int]:
    """Return the processes that fill an index for another one: the children of its children."""
    return [one for child in children(pid) for one in children(child)]


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("killed", ["the crew", "the writer"])
def test_killed_it_leaves_nothing_wrong(store: Store, tmp_path: Path, cluster: Cluster, killed: str) -> None:
    if not store.database.embedded:
        pytest.skip("the lease of either database is tested in tests/db")
    models = [store.model() for _ in range(5)]
    held_back = Behaviour(paths="models/_bulk", gate=Event())
    with (
        gateway(cluster.url, held_back) as address,
        command("run --once", tmp_path, replace(cluster, url=address)) as indexer,
    ):
        assert held_back.arrived.wait(120)
        crew = crew_of(indexer.pid)
        assert crew
        for one in crew if killed == "the crew" else [indexer.pid]:
            os.kill(one, signal.SIGKILL)
        wait_until(lambda: not any(map(lives, crew)))
        assert held_back.gate
        held_back.gate.set()
        told = indexer.communicate()[1]
    if killed == "the crew":
        assert "a process that fills the index was killed; going on with one process" in told
        assert indexer.returncode == 0
    else:
        # The lease of the one that was killed ends by itself.
        wait_until(lambda: said("run --once", tmp_path, cluster)[0] == 0)
    code, told = said("check", tmp_path, cluster)
    assert (code, f"models: compared {len(models)}; no difference" in told) == (0, True)


def test_what_a_sender_puts_is_as_if_the_writer_had_put_it(cluster: Cluster, leases: Database) -> None:
    engine = OpenSearchEngine(cluster, Kind.MODELS, leases)
    one, other, broken = document(1, sequence=3), document(2, sequence=3), document(3, description="\ud800")
    whole, made = vectors([one, other])
    short = replace(made, facts=made.facts[:3])
    with closing(engine.writer(LOG)) as writer:
        writer.use_embedder("an embedder")
        delivery = writer.sender().send(leases, [one, other, broken], [whole, short])
        writer.note_sent(delivery.sent)
        writer.commit()
        assert [sent.id for sent in delivery.sent] == [one.id, other.id]
        assert [refused.id for refused in delivery.refused] == [broken.id]
        assert [(bad.id, bad.reason) for bad in delivery.malformed] == [
            (other.id, "a vector of 3 numbers, not 384")
        ]
        assert writer.missing_vectors(9) == [other.id]
        assert (writer.position.documents, writer.position.embedded) == (2, 1)
    assert [(entry.id, entry.vectors == entry.texts) for entry in engine.entries()] == [
        (one.id, True),
        (other.id, False),
    ]


def test_a_sender_puts_nothing_once_the_index_is_lost(cluster: Cluster, leases: Database) -> None:
    engine = OpenSearchEngine(cluster, Kind.MODELS, leases)
    with closing(engine.writer(LOG)) as writer:
        sender = writer.sender()
    with closing(engine.writer(LOG)), pytest.raises(IndexLocked, match="the lease of the index"):
        sender.send(leases, [document(1)], [])
    assert engine.entries() == []
