"""Lineage graphs with the names and entities of their nodes."""

from collections.abc import Collection, Mapping
from typing import Any

import strawberry

from app.db.engine import ReadSession
from app.errors import InvalidInput, NotFound
from app.graphql.enums import LineageNodeKind
from app.graphql.loading.nodes import load_nodes
from app.graphql.selection import Selection
from app.graphql.types.lineage import LineageGraph, LineageNode, lineage_edge
from app.insight.nodes import NodeLabel, label_nodes
from app.lineage.tables import Relation
from app.lineage.walks import Walk, WalkDirection, direct_counts, walk
from app.registry.finding import require_kind

PREFIXES = {
    LineageNodeKind.MODEL_VERSION: "ver",
    LineageNodeKind.DATASET_VERSION: "dsv",
    LineageNodeKind.EXTERNAL: "ext",
}
KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}
MAX_DEPTH = 50
MAX_NODES = 5_000


def load_graph(
    session: ReadSession, root: str, arguments: Mapping[str, Any], selection: Selection
) -> LineageGraph:
    """Walk from `root` as the arguments say and make a graph of what is found.

    Raises:
        InvalidInput: The root is of a kind that has no lineage, or a bound is out of range.
        NotFound: There is no such node.
    """
    require_kind(root, "ver", "dsv", "ext", field=["root"])
    request = _walk(root, arguments)
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


def _walk(root: str, arguments: Mapping[str, Any]) -> Walk:
    depth, most = (
        default if arguments.get(name) is None else arguments[name]
        for name, default in (("max_depth", 1), ("max_nodes", 500))
    )
    if not 0 <= depth <= MAX_DEPTH:
        raise InvalidInput(f"maxDepth is 0 to {MAX_DEPTH}, not {depth}", field=["maxDepth"])
    if not 1 <= most <= MAX_NODES:
        raise InvalidInput(f"maxNodes is 1 to {MAX_NODES}, not {most}", field=["maxNodes"])
    relations, kinds = arguments.get("relations"), arguments.get("kinds")
    return Walk(
        root=root,
        direction=WalkDirection(_value(arguments["direction"])),
        max_depth=depth,
        relations=None if relations is None else [Relation(_value(relation)) for relation in relations],
        kinds=None if kinds is None else [PREFIXES[LineageNodeKind(_value(kind))] for kind in kinds],
        max_nodes=most,
    )


def _value(member: Any) -> Any:
    return getattr(member, "value", member)


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
