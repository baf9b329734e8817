"""Lineage graphs with the names and entities of their nodes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import strawberry

from app.db.engine import ReadSession
from app.db.ids import past_id
from app.errors import NotFound
from app.graphql.enums import FactKind
from app.graphql.inputs.lineage import PREFIXES, most_nodes, walk_asked
from app.graphql.loading.nodes import HAVING_A_PAST, Loaded, load_nodes
from app.graphql.selection import Selection
from app.graphql.types.lineage import (
    InheritedFact,
    LineageEdge,
    LineageGraph,
    LineageNode,
    LineagePath,
    lineage_edge,
)
from app.insight.lineage.facts import inherited_facts
from app.insight.lineage.nodes import label_nodes
from app.lineage.outside import registered_nodes
from app.lineage.walks import Reached, Walk, count_between, direct_counts, edges_between, walk
from app.registry.reading.finding import require_kind

KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}


def load_graph(
    session: ReadSession, root: str, arguments: Mapping[str, Any], selection: Selection
) -> LineageGraph:
    """Walk from `root` as the arguments say and make a graph of what is found.

    The walk takes a statement a level, the edges one more, and the edges that are left out another.

    Raises:
        InvalidInput: The root is of a kind that has no lineage, or a bound is out of range.
        NotFound: There is no such node.
    """
    root = node_named(session, root, "root")
    request, most = walk_asked(root, arguments), most_nodes(arguments)
    reached = walk(session, request)
    shown = reached.nearest(most)
    nodes = load_lineage_nodes(session, shown, selection.below("root"), selection.below("nodes"))
    if root not in nodes:
        raise nothing(session, root, "root")
    edges = edges_between(session, shown, request.relations) if selection.asks("edges", "totalEdges") else []
    left_out = len(shown) < reached.total
    return LineageGraph(
        root=nodes[root],
        nodes=[nodes[key] for key in shown if key in nodes],
        edges=[lineage_edge(edge, session.as_of) for edge in edges],
        total_nodes=reached.total,
        total_edges=_all_edges(session, request, reached, selection) if left_out else len(edges),
        totals_exact=reached.complete,
        truncated=left_out,
    )


def fill_lineage(session: ReadSession, loaded: Loaded, selection: Selection) -> None:
    """Fill the fields of versions that tell of their lineage."""
    for call in selection.calls("lineage"):
        for version_id, fields in loaded.items():
            fields[call.key] = load_graph(session, version_id, call.arguments, call.below)
    calls = list(selection.calls("inheritedFacts"))
    inherited = inherited_facts(session, loaded.keys()) if calls else {}
    for call in calls:
        facts = [fact for mine in inherited.values() for fact in mine]
        paths = iter(load_paths(session, [fact.way for fact in facts], call.below.below("path")))
        hops = {fact.origin: 0 for fact in facts}
        origins = load_lineage_nodes(session, hops, call.below.below("origin"))
        for version_id, fields in loaded.items():
            fields[call.key] = [
                InheritedFact(
                    kind=FactKind[fact.kind],
                    value=fact.value,
                    origin=replace(origins[fact.origin], depth=len(fact.way) - 1),
                    path=next(paths),
                )
                for fact in inherited[version_id]
            ]


def node_named(session: ReadSession, key: str, field: str) -> str:
    """Return the node that an id names: what an outside thing is registered as, in its place.

    Raises:
        InvalidInput: It is no id of a kind that lineage leads to.
    """
    node = require_kind(key, *KINDS, field=[field])
    return registered_nodes(session, [node]).get(node, node)


def nothing(session: ReadSession, key: str, field: str) -> NotFound:
    """Return the error that there is no such node, at the session's moment."""
    was = "is" if session.as_of is None else f"was, as of {session.as_of.at.isoformat()},"
    return NotFound(f"there {was} nothing with the id {key}", field=[field])


def load_path(session: ReadSession, way: Sequence[str], selection: Selection) -> LineagePath:
    """Make the path of a way through the graph."""
    return load_paths(session, [way], selection)[0]


def load_paths(
    session: ReadSession, ways: Sequence[Sequence[str]], selection: Selection
) -> list[LineagePath]:
    """Make the paths of ways through the graph, all from the same reads."""
    places = {key: 0 for way in ways for key in way}
    nodes = load_lineage_nodes(session, places, selection.below("nodes"))
    between: dict[frozenset[str], list[LineageEdge]] = {}
    if "edges" in selection:
        for edge in edges_between(session, places):
            ends = frozenset({edge.downstream, edge.upstream})
            between.setdefault(ends, []).append(lineage_edge(edge, session.as_of))
    return [
        LineagePath(
            nodes=[replace(nodes[key], depth=place) for place, key in enumerate(way)],
            edges=[edge for pair in pairwise(way) for edge in between.get(frozenset(pair), ())],
        )
        for way in ways
    ]


def load_lineage_nodes(
    session: ReadSession, depths: Mapping[str, int], *selections: Selection
) -> dict[str, LineageNode]:
    """Make nodes with what the selections ask of them, by key; what is not there is left out."""
    labels = label_nodes(session, depths)
    counted = any(selection.asks("directUpstream", "directDownstream") for selection in selections)
    up, down = direct_counts(session, depths) if counted else ({}, {})
    entities = _entities(session, depths, selections)
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


def _all_edges(session: ReadSession, request: Walk, reached: Reached, selection: Selection) -> int:
    asked = "totalEdges" in selection
    return count_between(session, set(reached.nodes()), request.relations) if asked else 0


def _entities(
    session: ReadSession, keys: Collection[str], selections: Collection[Selection]
) -> dict[str, Any]:
    """Read the entities behind the nodes, where they are asked for, as of the session's moment."""
    ids = {key: _id_then(session, key) for key in keys}
    entities: dict[str, Any] = {}
    for selection in selections:
        if "entity" in selection:
            found = load_nodes(session, ids.values(), selection.below("entity"))
            entities.update(
                (key, found[identifier]) for key, identifier in ids.items() if identifier in found
            )
    return entities


def _id_then(session: ReadSession, key: str) -> str:
    past = session.as_of is not None and key[:3] in HAVING_A_PAST
    return past_id(key, session.as_of.sequence) if past and session.as_of else key
