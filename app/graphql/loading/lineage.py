"""Lineage graphs with the names and entities of their nodes."""

from collections.abc import Collection, Mapping
from typing import Any

import strawberry

from app.db.engine import ReadSession
from app.errors import NotFound
from app.graphql.inputs.lineage import PREFIXES, walk_asked
from app.graphql.loading.nodes import load_nodes
from app.graphql.selection import Selection
from app.graphql.types.lineage import LineageGraph, LineageNode, lineage_edge
from app.insight.nodes import NodeLabel, label_nodes
from app.lineage.walks import direct_counts, walk
from app.registry.reading.finding import require_kind

KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}


def load_graph(
    session: ReadSession, root: str, arguments: Mapping[str, Any], selection: Selection
) -> LineageGraph:
    """Walk from `root` as the arguments say and make a graph of what is found.

    Raises:
        InvalidInput: The root is of a kind that has no lineage, or a bound is out of range.
        NotFound: There is no such node.
    """
    require_kind(root, "ver", "dsv", "ext", field=["root"])
    request = walk_asked(root, arguments)
    reached = walk(session, request)
    labels = label_nodes(session, reached.depths.keys())
    if root not in labels:
        raise NotFound(f"there is nothing with the id {root}", field=["root"])
    nodes = _nodes(session, reached.depths, labels, selection.below("root"), selection.below("nodes"))
    return LineageGraph(
        root=nodes[root],
        nodes=[nodes[key] for key in reached.depths if key in nodes],
        edges=[lineage_edge(edge) for edge in reached.edges],
        total_nodes=reached.total_nodes,
        total_edges=reached.total_edges,
        totals_exact=reached.totals_exact,
        truncated=reached.truncated,
    )


def _nodes(
    session: ReadSession,
    depths: Mapping[str, int],
    labels: Mapping[str, NodeLabel],
    *selections: Selection,
) -> dict[str, LineageNode]:
    counted = any(selection.asks("directUpstream", "directDownstream") for selection in selections)
    up, down = direct_counts(session, depths.keys()) if counted else ({}, {})
    entities = _entities(session, depths.keys(), selections)
    return {
        key: LineageNode(
            key=strawberry.ID(key),
            depth=depth,
            kind=KINDS[key[:3]],
            name=labels[key].name,
            entity=entities.get(key),
            stage=labels[key].stage,
            direct_upstream=up.get(key, 0),
            direct_downstream=down.get(key, 0),
        )
        for key, depth in depths.items()
        if key in labels
    }


def _entities(
    session: ReadSession, keys: Collection[str], selections: Collection[Selection]
) -> dict[str, Any]:
    """Read the entities behind the nodes, where they are asked for."""
    entities: dict[str, Any] = {}
    for selection in selections:
        if "entity" in selection:
            entities.update(load_nodes(session, keys, selection.below("entity")))
    return entities
