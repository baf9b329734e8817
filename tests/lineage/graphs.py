"""Random lineage: as a networkx graph, which is the oracle, and in a registry."""

from dataclasses import dataclass
from typing import Any

import networkx as nx  # type: ignore[import-untyped] # it ships no types
from hypothesis import strategies as st

from app.db.changelog import Fact
from app.db.ids import new_id
from app.lineage.edges import NewEdge, add_edges, unknown_edges
from app.lineage.tables import Relation
from app.lineage.walks import WalkDirection
from tests.store import Store

RELATIONS = [Relation.FINE_TUNED_FROM, Relation.TRAINED_ON, Relation.MERGED_FROM]
KINDS = ["ver", "dsv", "ext"]

Ends = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """A graph to be: how many nodes of which kinds, and edges that lead from lower numbers to higher."""

    kinds: tuple[str, ...]
    edges: tuple[tuple[int, int, Relation], ...]

    def graph(self) -> Any:
        """Return the graph under ids of its own; its edges lead up, from a node to what it came from."""
        nodes = [new_id(kind) for kind in self.kinds]
        graph = nx.MultiDiGraph()
        graph.add_nodes_from(nodes)
        for lower, upper, relation in self.edges:
            graph.add_edge(nodes[lower], nodes[upper], key=relation)
        return graph


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Draw an acyclic graph, small and dense, so that ways of different lengths lead to the same node."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=4, max_size=7))
    ends = st.tuples(st.integers(0, len(kinds) - 1), st.integers(0, len(kinds) - 1))
    pairs = draw(st.lists(ends.filter(lambda pair: pair[0] != pair[1]), min_size=3, max_size=18))
    relations = draw(st.lists(st.sampled_from(RELATIONS), min_size=len(pairs), max_size=len(pairs)))
    edges = zip((min(pair) for pair in pairs), (max(pair) for pair in pairs), relations, strict=True)
    return Plan(tuple(kinds), tuple(edges))


def keep(store: Store, edges: list[NewEdge]) -> list[str]:
    """Add edges as one change each lower end, and return their ids."""
    with store.writing() as session:
        fresh = unknown_edges(session, edges)
        lower = sorted({edge.downstream for edge in fresh})
        logged = session.record([Fact(action="lineage.added", subject_id=node) for node in lower])
        return add_edges(session, fresh, dict(zip(lower, logged, strict=True)))


def new_edges(graph: Any) -> list[NewEdge]:
    """Return the edges of a graph as they are added."""
    return [NewEdge(lower, upper, relation) for lower, upper, relation in graph.edges(keys=True)]


def reachable(graph: Any, root: str, wish: dict[str, Any]) -> tuple[dict[str, int], set[Ends]]:
    """Return what a walk without a limit on nodes reaches: nodes with their depths, and edges."""
    followed = nx.MultiDiGraph()
    followed.add_node(root)
    for lower, upper, relation in graph.edges(keys=True):
        if wish["relations"] is None or relation in wish["relations"]:
            followed.add_edge(lower, upper, key=relation)
    if wish["kinds"] is not None:
        followed = followed.subgraph(
            [node for node in followed if node == root or node[:3] in wish["kinds"]]
        ).copy()
    depths: dict[str, int] = {}
    for direction, way in (
        (WalkDirection.UPSTREAM, followed),
        (WalkDirection.DOWNSTREAM, followed.reverse()),
    ):
        if wish["direction"] in {direction, WalkDirection.BOTH}:
            depths |= nx.single_source_shortest_path_length(way, root, cutoff=wish["max_depth"])
    edges = {(low, up, str(key)) for low, up, key in followed.edges(keys=True) if {low, up} <= depths.keys()}
    return depths, edges


def is_acyclic(graph: Any) -> bool:
    """Return whether no node of a graph is its own ancestor."""
    return bool(nx.is_directed_acyclic_graph(graph))
