"""Ways through the graph against networkx: the shortest between two nodes, all that lies above or below."""

from itertools import pairwise
from typing import Any

import networkx as nx  # type: ignore[import-untyped] # it ships no types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import literal, select

from app.db.ids import new_id
from app.errors import CycleFound
from app.lineage.edges import NewEdge
from app.lineage.tables import Relation
from app.lineage.walks import Walk, WalkDirection, walk
from app.lineage.ways import edges_above, least_ways, nodes_below, shortest_ways, steps_of, ways_up
from tests.lineage.graphs import RELATIONS, Plan, keep, new_edges, plans
from tests.store import Store

pytestmark = pytest.mark.both_databases

GRAPHS = {"plan": plans(), "at": st.integers(0, 8)}


def followed(graph: Any, relations: set[Relation] | None) -> Any:
    """Return the graph of the edges of some relations, which lead up."""
    kept = nx.DiGraph()
    kept.add_nodes_from(graph)
    kept.add_edges_from(
        (low, up) for low, up, key in graph.edges(keys=True) if relations is None or key in relations
    )
    return kept


@settings(max_examples=200)
@given(plan=plans(), ends=st.tuples(st.integers(0, 8), st.integers(0, 8)), limit=st.integers(1, 6))
def test_the_shortest_ways_come_first(plan: Plan, ends: tuple[int, int], limit: int) -> None:
    graph = followed(plan.graph(), None)
    nodes = list(graph)
    start, goal = nodes[ends[0] % len(nodes)], nodes[ends[1] % len(nodes)]
    steps = steps_of(graph.edges)
    ways = [[start]] if start == goal else list(nx.all_simple_paths(graph, start, goal))
    expected = sorted(ways, key=lambda way: (len(way), way))
    assert shortest_ways(steps, start, goal, limit=limit) == expected[:limit]
    near = [way for way in expected if len(way) <= 3]
    assert shortest_ways(steps, start, goal, limit=limit, most_hops=2) == near[:limit]
    least = least_ways(steps, start)
    assert set(least) == {start, *nx.descendants(graph, start)}
    if expected:
        assert least[goal] == expected[0]


@settings(max_examples=25)
@given(**GRAPHS, relations=st.none() | st.sets(st.sampled_from(RELATIONS)))
def test_all_above_and_below_is_what_networkx_finds(
    shared_store: Store, plan: Plan, at: int, relations: set[Relation] | None
) -> None:
    graph = plan.graph()
    keep(shared_store, new_edges(graph))
    root = list(graph)[at % len(graph)]
    kept = followed(graph, relations)
    with shared_store.reading() as session:
        above = edges_above(session, [root], relations)
        below = set(session.execute(nodes_below(select(literal(root)), relations)).scalars())
        down = Walk(root=root, direction=WalkDirection.DOWNSTREAM, max_depth=9, relations=relations)
        reached = walk(session, down)
        ways = ways_up(session, reached, list(reached.nodes()), relations)
    higher = {root, *nx.descendants(kept, root)}
    assert {(edge.downstream, edge.upstream) for edge in above} == set(kept.out_edges(higher))
    assert below == nx.ancestors(kept, root)
    for node, way in ways.items():
        assert way == min(nx.all_shortest_paths(kept, node, root))


def test_a_long_chain_is_gone_through_by_one_statement(store: Store) -> None:
    nodes = [new_id("ver") for _ in range(5_000)]
    keep(store, [NewEdge(*pair, Relation.DERIVED_FROM) for pair in pairwise(nodes)])
    with store.reading() as session:
        steps = steps_of((edge.downstream, edge.upstream) for edge in edges_above(session, nodes[:1]))
        assert shortest_ways(steps, nodes[0], nodes[-1], limit=2) == [nodes]
        assert len(session.execute(nodes_below(select(literal(nodes[-1])))).all()) == len(nodes) - 1
    with pytest.raises(CycleFound) as caught:
        keep(store, [NewEdge(nodes[-1], nodes[0], Relation.DERIVED_FROM)])
    assert list(caught.value.path) == nodes
