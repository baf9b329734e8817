"""Walking the graph: breadth first, level by level, with the exact number of hops."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.db.engine import ReadSession
from app.db.statements import VALUES_A_STATEMENT, batched
from app.lineage.tables import ExternalNode, LineageEdge, Relation

EXACT_TOTALS = 50_000


class WalkDirection(StrEnum):
    """Which way a walk goes: to what a node came from, to what came from it, or both ways from the root."""

    UPSTREAM = "UPSTREAM"
    DOWNSTREAM = "DOWNSTREAM"
    BOTH = "BOTH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A walk to be made.

    Attributes:
        root: The node it starts from.
        max_depth: How many hops at most; 0 gives the root alone.
        relations: Only edges of these relations are followed; None follows all.
        kinds: Only nodes whose id has one of these prefixes are entered; None enters all.
        max_nodes: How many nodes are returned, nearest first.
    """

    root: str
    direction: WalkDirection
    max_depth: int = 1
    relations: Collection[Relation] | None = None
    kinds: Collection[str] | None = None
    max_nodes: int = 500


@dataclass(slots=True)
class Reached:
    """What a walk found.

    Attributes:
        depths: The shown nodes with their hops from the root, nearest first, then by id.
        edges: The edges between shown nodes.
        total_nodes: How many nodes the walk reaches, the root included, whether shown or not.
        total_edges: How many edges lie between them.
        totals_exact: False when the walk stopped counting at 50,000 nodes.
        truncated: Whether nodes were left out.
    """

    depths: dict[str, int] = field(default_factory=dict)
    edges: list[LineageEdge] = field(default_factory=list)
    total_nodes: int = 0
    total_edges: int = 0
    totals_exact: bool = True
    truncated: bool = False


def walk(session: ReadSession, request: Walk) -> Reached:
    """Walk the graph and return the nodes with their exact depth and all edges between them.

    In direction BOTH the answer joins the ancestors and the descendants of the root; siblings are neither.
    """
    upward, downward = (
        request.direction in {way, WalkDirection.BOTH}
        for way in (WalkDirection.UPSTREAM, WalkDirection.DOWNSTREAM)
    )
    depths: dict[str, int] = {request.root: 0}
    edges: dict[str, LineageEdge] = {}
    exact = True
    for enabled, up in ((upward, True), (downward, False)):
        if enabled:
            exact = _walk_one_way(session, request, depths, edges, up=up) and exact
    if upward and downward:
        _edges_across(session, request, depths, edges)
    return _shown(request, depths, edges, exact=exact)


def direct_counts(session: ReadSession, nodes: Collection[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Count the edges that lead up and down from each of `nodes`: (upstream, downstream)."""
    return _count_by(session, LineageEdge.downstream, nodes), _count_by(session, LineageEdge.upstream, nodes)


def edges_of(
    session: ReadSession, downstream: Collection[str], *, relations: Collection[Relation] | None = None
) -> Sequence[LineageEdge]:
    """Return the living edges that lead up from the nodes `downstream`, by id."""
    return sorted(_edges_at(session, "downstream", downstream, relations), key=lambda edge: edge.id)


def external_uris(session: ReadSession, ids: Collection[str]) -> dict[str, str]:
    """Return what the outside nodes among `ids` are called, by id."""
    statement = select(ExternalNode.id, ExternalNode.uri).where(col(ExternalNode.id).in_(ids))
    return dict(session.execute(statement).all())


def _walk_one_way(
    session: ReadSession, request: Walk, depths: dict[str, int], edges: dict[str, LineageEdge], *, up: bool
) -> bool:
    """Follow the edges one way and return whether everything was counted."""
    near, far = ("downstream", "upstream") if up else ("upstream", "downstream")
    visited = {request.root: 0}
    frontier = {request.root}
    # One level more than asked finds the edges between nodes of the last level.
    for depth in range(1, request.max_depth + 2):
        reached = set()
        for edge in _edges_at(session, near, frontier, request.relations):
            node = getattr(edge, far)
            if depth <= request.max_depth and node not in visited and _entered(request, node):
                visited[node] = depth
                reached.add(node)
            if node in visited:
                edges[edge.id] = edge
        frontier = reached
        if not frontier or len(visited) > EXACT_TOTALS:
            break
    for node, depth in visited.items():
        depths.setdefault(node, depth)
    return len(visited) <= EXACT_TOTALS


def _edges_across(
    session: ReadSession, request: Walk, depths: dict[str, int], edges: dict[str, LineageEdge]
) -> None:
    """Add the edges that lead from a descendant of the root straight to an ancestor, past the root."""
    lower = {edge.downstream for edge in edges.values()} & depths.keys()
    for edge in _edges_at(session, "downstream", lower, request.relations):
        if edge.upstream in depths:
            edges[edge.id] = edge


def _edges_at(
    session: ReadSession, end: str, nodes: Collection[str], relations: Collection[Relation] | None
) -> list[LineageEdge]:
    found: list[LineageEdge] = []
    for chunk in batched(sorted(nodes), VALUES_A_STATEMENT):
        found += session.exec(_living(relations).where(getattr(LineageEdge, end).in_(chunk)))
    return found


def _living(relations: Collection[Relation] | None) -> SelectOfScalar[LineageEdge]:
    statement = select(LineageEdge).where(col(LineageEdge.until).is_(None))
    if relations is not None:
        statement = statement.where(col(LineageEdge.relation).in_([str(relation) for relation in relations]))
    return statement


def _entered(request: Walk, node: str) -> bool:
    return request.kinds is None or node[:3] in request.kinds


def _shown(request: Walk, depths: dict[str, int], edges: dict[str, LineageEdge], *, exact: bool) -> Reached:
    nearest_first = sorted(depths, key=lambda node: (depths[node], node))
    shown = {node: depths[node] for node in nearest_first[: request.max_nodes]}
    return Reached(
        depths=shown,
        edges=[
            edges[edge]
            for edge in sorted(edges)
            if {edges[edge].downstream, edges[edge].upstream} <= shown.keys()
        ],
        total_nodes=len(depths),
        total_edges=len(edges),
        totals_exact=exact,
        truncated=len(shown) < len(depths) or not exact,
    )


def _count_by(session: ReadSession, end: str, nodes: Collection[str]) -> dict[str, int]:
    statement = (
        select(end, func.count())
        .where(col(end).in_(nodes), col(LineageEdge.until).is_(None))
        .group_by(col(end))
    )
    return dict(session.execute(statement).all())
