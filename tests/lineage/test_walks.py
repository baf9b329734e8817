"""Walks against networkx: nodes, exact depths, edges and totals."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.db.ids import new_id
from app.lineage.edges import NewEdge
from app.lineage.outside import external_nodes, external_uris
from app.lineage.tables import LineageEdge, Relation
from app.lineage.walks import (
    Reached,
    Walk,
    WalkDirection,
    count_between,
    direct_counts,
    edges_between,
    edges_of,
    walk,
)
from tests.lineage.graphs import KINDS, RELATIONS, Plan, keep, new_edges, plans, reachable
from tests.store import Store, statements

pytestmark = pytest.mark.both_databases

UP, DOWN, BOTH = WalkDirection.UPSTREAM, WalkDirection.DOWNSTREAM, WalkDirection.BOTH
WALKS = st.fixed_dictionaries(
    {
        "direction": st.sampled_from(WalkDirection),
        "max_depth": st.integers(0, 5),
        "relations": st.none() | st.sets(st.sampled_from(RELATIONS)),
        "kinds": st.none() | st.sets(st.sampled_from(KINDS)),
    }
)


def triples(edges: Sequence[LineageEdge]) -> list[tuple[str, str, str]]:
    return [(edge.downstream, edge.upstream, edge.relation) for edge in edges]


@settings(max_examples=90, deadline=None)
@given(plan=plans(), at=st.integers(0, 8), wish=WALKS, most=st.integers(1, 9))
def test_a_walk_finds_what_networkx_finds(
    shared_store: Store, plan: Plan, at: int, wish: dict[str, Any], most: int
) -> None:
    graph = plan.graph()
    root = list(graph)[at % len(graph)]
    keep(shared_store, new_edges(graph))
    depths, edges = reachable(graph, root, wish)
    nearest_first = sorted(depths, key=lambda node: (depths[node], node))
    with shared_store.reading() as session:
        reached = walk(session, Walk(root=root, **wish))
        shown = reached.nearest(most)
        found = edges_between(session, shown, wish["relations"])
        total = count_between(session, set(reached.nodes()), wish["relations"])
    assert reached.total == len(depths)
    assert reached.depths({*depths, "ver_none"}) == depths
    assert list(shown.items()) == [(node, depths[node]) for node in nearest_first[:most]]
    assert sorted(triples(found)) == sorted(edge for edge in edges if {edge[0], edge[1]} <= set(shown))
    assert (total, reached.complete) == (len(edges), True)


def chain(store: Store, length: int) -> list[str]:
    """Make a chain of descent and return its nodes, the lowest first."""
    nodes = [new_id("ver") for _ in range(length)]
    keep(store, [NewEdge(lower, upper, Relation.FINE_TUNED_FROM) for lower, upper in pairwise(nodes)])
    return nodes


def go(store: Store, **wish: Any) -> Reached:
    with store.reading() as session:
        return walk(session, Walk(**wish))


def edges_found(store: Store, **wish: Any) -> list[tuple[str, str, str]]:
    with store.reading() as session:
        return sorted(triples(edges_between(session, set(walk(session, Walk(**wish)).nodes()))))


@pytest.mark.parametrize("direction", [UP, DOWN, BOTH])
def test_a_level_is_one_statement(store: Store, direction: WalkDirection) -> None:
    nodes = chain(store, 9)
    with statements(store.database) as sent:
        reached = go(store, root=nodes[4], direction=direction, max_depth=3)
    assert len(reached.levels) == 4
    assert len(sent) == 3


def test_a_root_that_nothing_leads_to_is_reached_alone(store: Store) -> None:
    root = new_id("ver")
    for direction in WalkDirection:
        reached = go(store, root=root, direction=direction, max_depth=9)
        assert reached == Reached([{root}], complete=True)


def test_siblings_are_neither_ancestors_nor_descendants(store: Store) -> None:
    base, root, sibling = (new_id("ver") for _ in range(3))
    keep(store, [NewEdge(child, base, Relation.FINE_TUNED_FROM) for child in (root, sibling)])
    assert go(store, root=root, direction=BOTH, max_depth=5).levels == [{root}, {base}]


def test_an_edge_past_the_root_is_shown(store: Store) -> None:
    base, root, child = (new_id("ver") for _ in range(3))
    added = [(root, base), (child, root), (child, base)]
    keep(store, [NewEdge(lower, upper, Relation.MERGED_FROM) for lower, upper in added])
    found = edges_found(store, root=root, direction=BOTH, max_depth=1)
    assert found == sorted((*ends, "MERGED_FROM") for ends in added)


def test_an_edge_between_nodes_of_the_last_level_is_shown(store: Store) -> None:
    root, one, other = (new_id("ver") for _ in range(3))
    added = [(root, one), (root, other), (one, other)]
    keep(store, [NewEdge(lower, upper, Relation.MERGED_FROM) for lower, upper in added])
    for direction, start in ((UP, root), (DOWN, other)):
        found = edges_found(store, root=start, direction=direction, max_depth=1)
        assert found == sorted((*ends, "MERGED_FROM") for ends in added)


def test_more_nodes_than_are_counted_say_so(store: Store) -> None:
    base = new_id("ver")
    fan = """
        INSERT INTO lineage_edge (id, downstream, upstream, relation, since)
        WITH RECURSIVE child(n) AS (SELECT 100000 UNION ALL SELECT n + 1 FROM child WHERE n < 150000)
        SELECT 'lin_' || :zeros || n, 'ver_' || :zeros || n, :base, 'FINE_TUNED_FROM', :now FROM child
    """
    with store.writing() as session:
        session.execute(text(fan), {"base": base, "zeros": "0" * 26, "now": session.now.replace(tzinfo=None)})
    reached = go(store, root=base, direction=DOWN, max_depth=4)
    assert (reached.total, reached.complete) == (50_002, False)
    first = reached.nearest(3)
    assert first == {base: 0, **{f"ver_{'0' * 26}{number}": 1 for number in (100_000, 100_001)}}
    assert go(store, root=base, direction=DOWN, max_depth=4) == reached


def test_edges_are_counted_and_told_by_their_nodes(store: Store) -> None:
    nodes = chain(store, 3)
    with store.writing() as session:
        outside = external_nodes(session, ["hf:bert-base"])["hf:bert-base"]
    keep(store, [NewEdge(nodes[0], outside, Relation.TRAINED_ON)])
    with store.reading() as session:
        assert direct_counts(session, nodes) == (
            {nodes[0]: 2, nodes[1]: 1},
            {nodes[1]: 1, nodes[2]: 1},
        )
        assert external_uris(session, [outside, nodes[0]]) == {outside: "hf:bert-base"}
        up = edges_of(session, nodes[:1])
        only = edges_of(session, nodes[:1], relations=[Relation.TRAINED_ON])
    assert [edge.upstream for edge in up] == [nodes[1], outside]
    assert [edge.upstream for edge in only] == [outside]
