"""Adding edges: no self edges, no doubles, no cycles, and every edge in its history."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from app.db.ids import new_id
from app.errors import CycleFound, InvalidInput
from app.lineage.edges import NewEdge
from app.lineage.outside import external_nodes
from app.lineage.tables import ExternalNode, LineageEdge, Relation, lineage_edge_history
from tests.lineage.graphs import Plan, is_acyclic, keep, new_edges, plans
from tests.store import Store

pytestmark = pytest.mark.both_databases

FROM = Relation.FINE_TUNED_FROM


def kept(store: Store, nodes: list[str]) -> list[tuple[str, str, str]]:
    with store.reading() as session:
        mine = select(LineageEdge).where(col(LineageEdge.downstream).in_(nodes))
        return sorted((edge.downstream, edge.upstream, edge.relation) for edge in session.exec(mine))


@settings(max_examples=60, deadline=None)
@given(plan=plans(), ends=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=3))
def test_cycles_are_refused_with_a_true_path(
    shared_store: Store, plan: Plan, ends: list[tuple[int, int]]
) -> None:
    graph = plan.graph()
    keep(shared_store, new_edges(graph))
    nodes = list(graph)
    before = kept(shared_store, nodes)
    chosen = [(nodes[low % len(nodes)], nodes[up % len(nodes)]) for low, up in ends]
    added = [NewEdge(lower, upper, Relation.DERIVED_FROM) for lower, upper in chosen]
    later = graph.copy()
    later.add_edges_from((edge.downstream, edge.upstream, edge.relation) for edge in added)
    if is_acyclic(later):
        keep(shared_store, added)
        assert kept(shared_store, nodes) == sorted(
            {*before, *((edge.downstream, edge.upstream, str(edge.relation)) for edge in added)}
        )
        return
    with pytest.raises((CycleFound, InvalidInput)) as caught:
        keep(shared_store, added)
    assert kept(shared_store, nodes) == before
    if isinstance(caught.value, CycleFound):
        path = caught.value.path
        assert (path[-1], path[0]) in {(edge.downstream, edge.upstream) for edge in added}
        assert all(later.has_edge(lower, upper) for lower, upper in pairwise(path))
        assert len(path) > 1
    else:
        assert any(edge.downstream == edge.upstream for edge in added)


def test_a_node_does_not_descend_from_itself(store: Store) -> None:
    node = new_id("ver")
    with pytest.raises(InvalidInput, match=node) as caught:
        keep(store, [NewEdge(node, node, FROM)])
    assert caught.value.field == ("upstream",)


def test_a_cycle_within_one_batch_is_refused(store: Store) -> None:
    one, two, three = (new_id("ver") for _ in range(3))
    with pytest.raises(CycleFound) as caught:
        keep(store, [NewEdge(one, two, FROM), NewEdge(two, three, FROM), NewEdge(three, one, FROM)])
    assert set(caught.value.path) == {one, two, three}
    assert kept(store, [one, two, three]) == []


def test_a_cycle_over_a_wide_level_is_found(store: Store) -> None:
    top, bottom = new_id("ver"), new_id("ver")
    middle = [new_id("ver") for _ in range(1_500)]
    keep(store, [NewEdge(node, top, FROM) for node in middle])
    keep(store, [NewEdge(bottom, node, FROM) for node in middle])
    with pytest.raises(CycleFound) as caught:
        keep(store, [NewEdge(top, bottom, FROM)])
    assert (caught.value.path[0], caught.value.path[-1], len(caught.value.path)) == (bottom, top, 3)


def test_an_edge_that_is_there_is_left_alone(store: Store) -> None:
    one, two = new_id("ver"), new_id("ver")
    [made] = keep(store, [NewEdge(one, two, FROM, "first"), NewEdge(one, two, FROM, "second")])
    assert keep(store, [NewEdge(one, two, FROM, "third")]) == []
    with store.reading() as session:
        [edge] = session.exec(select(LineageEdge)).all()
    assert (edge.id, edge.evidence) == (made, "first")


def test_an_ended_edge_may_be_made_anew(store: Store) -> None:
    one, two = new_id("ver"), new_id("ver")
    keep(store, [NewEdge(one, two, FROM)])
    with store.writing() as session:
        session.execute(update(LineageEdge).values(until=session.now))
    assert len(keep(store, [NewEdge(one, two, FROM)])) == 1
    assert len(kept(store, [one])) == 2


def test_the_way_back_is_free_when_the_edge_has_ended(store: Store) -> None:
    one, two = new_id("ver"), new_id("ver")
    keep(store, [NewEdge(one, two, FROM)])
    with store.writing() as session:
        session.execute(update(LineageEdge).values(until=session.now))
    assert len(keep(store, [NewEdge(two, one, FROM)])) == 1


def test_the_database_has_the_last_word(store: Store) -> None:
    one, two = new_id("ver"), new_id("ver")
    keep(store, [NewEdge(one, two, FROM)])
    with pytest.raises(IntegrityError, match="no_self_edge"), store.writing() as session:
        session.execute(update(LineageEdge).values(upstream=one))


def test_every_edge_is_in_its_history(store: Store) -> None:
    one, two, three = (new_id("ver") for _ in range(3))
    made = keep(store, [NewEdge(one, two, FROM, "a paper"), NewEdge(two, three, FROM)])
    opened = {change.subject_id: change for change in store.changes() if change.action == "lineage.added"}
    with store.reading() as session:
        states = session.execute(lineage_edge_history.select()).mappings().all()
    columns = ("id", "evidence", "opened_by", "opened_sequence", "closed_by")
    assert [tuple(state[name] for name in columns) for state in states] == [
        (made[0], "a paper", opened[one].id, opened[one].sequence, None),
        (made[1], None, opened[two].id, opened[two].sequence, None),
    ]


def test_a_thing_outside_is_one_node(store: Store) -> None:
    with store.writing() as session:
        first = external_nodes(session, ["hf:a", "hf:b", "hf:a"])
    with store.writing() as session:
        second = external_nodes(session, ["hf:b", "hf:c"])
        assert external_nodes(session, []) == {}
    assert first["hf:b"] == second["hf:b"]
    with store.reading() as session:
        rows = session.exec(select(ExternalNode)).all()
    assert {row.uri: row.id for row in rows} == {**first, **second}
