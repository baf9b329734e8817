"""What hangs on a thing, and the ways of descent between two."""

from collections.abc import Mapping
from typing import Any

from app.db.cursors import Order, named
from app.db.engine import ReadSession
from app.db.paging import sequence_page
from app.errors import InvalidInput
from app.graphql.inputs.lineage import depth_asked, relations_asked
from app.graphql.inputs.paging import page_request
from app.graphql.loading.lineage import load_lineage_nodes, load_paths, node_named, nothing
from app.graphql.loading.registered import versions_by_id
from app.graphql.selection import Selection
from app.graphql.types.connections import connection
from app.graphql.types.impact import Impact, ImpactedVersion
from app.graphql.types.lineage import LineagePath
from app.insight.lineage.impact import find_impact
from app.insight.lineage.nodes import label_nodes
from app.insight.lineage.paths import find_paths
from app.lineage.ways import ways_up

DEPTH = 12
MOST_PATHS = 100
NO_PATH = LineagePath(nodes=[], edges=[])
"""Stands for a path that nobody asked for."""


def load_impact(session: ReadSession, of: str, arguments: Mapping[str, Any], selection: Selection) -> Impact:
    """Find what hangs on a thing, with the pages that are asked for.

    Raises:
        InvalidInput: The id is of a kind that has no lineage, or `maxDepth` is out of range.
        NotFound: There is no such thing.
    """
    node = node_named(session, of, "of")
    depth, relations = depth_asked(arguments["max_depth"], DEPTH), relations_asked(arguments["relations"])
    found = load_lineage_nodes(session, {node: 0}, selection.below("of"))
    if node not in found:
        raise nothing(session, node, "of")
    impact = find_impact(session, node, depth, relations)
    as_of = session.as_of.sequence if session.as_of else None
    order = Order(named("impact", {"of": node, **arguments}), ("id",), as_of=as_of)
    loaded: dict[str, Any] = {}
    for call in selection.calls("staged"):
        page = sequence_page(impact.staged, impact.staged, order, page_request(call.arguments, first=50))
        items = call.below.items()
        versions = versions_by_id(session, page.items, items.below("version"))
        ways = ways_up(session, impact.below, page.items, relations) if "path" in items else {}
        paths = dict(zip(ways, load_paths(session, list(ways.values()), items.below("path")), strict=True))
        nodes = [ImpactedVersion(version=versions[one], path=paths.get(one, NO_PATH)) for one in page.items]
        loaded[call.key] = connection(page, nodes)
    return Impact(
        loaded=loaded, of=found[node], total_versions=len(impact.staged), truncated=not impact.below.complete
    )


def load_ways(
    session: ReadSession,
    ends: Mapping[str, str],
    max_depth: int | None,
    limit: int | None,
    selection: Selection,
) -> list[LineagePath]:
    """Find the shortest ways of descent between two things.

    Args:
        session: The session.
        ends: The two, by the names of their arguments.
        max_depth: How many hops a way may have.
        limit: How many ways at most.
        selection: What is asked of them.

    Raises:
        InvalidInput: An id is of a kind that has no lineage, or a bound is out of range.
        NotFound: There is no such thing.
    """
    hops, most = depth_asked(max_depth, DEPTH), 5 if limit is None else limit
    if not 1 <= most <= MOST_PATHS:
        raise InvalidInput(f"limit is 1 to {MOST_PATHS}, not {most}", field=["limit"])
    nodes = {name: node_named(session, key, name) for name, key in ends.items()}
    start, goal = nodes.values()
    known = label_nodes(session, {start, goal})
    for name, node in nodes.items():
        if node not in known:
            raise nothing(session, node, name)
    return load_paths(session, find_paths(session, start, goal, max_hops=hops, limit=most), selection)
