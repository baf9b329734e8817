"""Walking the graph: breadth first, level by level, with the exact number of hops."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from heapq import nsmallest
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, String, bindparam, func, inspect, literal, union_all
from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.json_lists import among, elements
from app.lineage.tables import LineageEdge, Relation

EXACT_TOTALS = 50_000

UPPER, LOWER = col(LineageEdge.upstream), col(LineageEdge.downstream)


class WalkDirection(StrEnum):
    """Which way a walk goes: to what a node came from, to what came from it, or both ways from the root."""

    UPSTREAM = "UPSTREAM"
    DOWNSTREAM = "DOWNSTREAM"
    BOTH = "BOTH"


ENDS = {WalkDirection.UPSTREAM: (LOWER, UPPER), WalkDirection.DOWNSTREAM: (UPPER, LOWER)}
"""The ends of an edge by the way that it is gone: from which, and to which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A walk to be made.

    Attributes:
        root: The node it starts from.
        max_depth: How many hops at most; 0 gives the root alone.
        relations: Only edges of these relations are followed; None follows all.
        kinds: Only nodes whose id has one of these prefixes are entered; None enters all.
        most: The walk stops behind the level on which it has found more nodes than this; None goes on.
    """

    root: str
    direction: WalkDirection
    max_depth: int = 1
    relations: Collection[Relation] | None = None
    kinds: Collection[str] | None = None
    most: int | None = EXACT_TOTALS


@dataclass(frozen=True, slots=True)
class Reached:
    """What a walk found.

    Attributes:
        levels: The nodes by their hops from the root, which is alone in the first.
        complete: False when the walk stopped because it had found too many.
    """

    levels: Sequence[set[str]]
    complete: bool

    @property
    def total(self) -> int:
        """How many nodes were found, with the root."""
        return sum(map(len, self.levels))

    def nodes(self) -> Iterator[str]:
        """Yield the nodes, nearest first; those of one level are in no order."""
        return chain.from_iterable(self.levels)

    def nearest(self, most: int) -> dict[str, int]:
        """Return at most `most` of the nodes with their hops, nearest first, then by id."""
        near: dict[str, int] = {}
        for depth, level in enumerate(self.levels):
            near |= dict.fromkeys(nsmallest(most - len(near), level), depth)
        return near

    def depths(self, nodes: set[str]) -> dict[str, int]:
        """Return which of `nodes` were found with their hops, nearest first, then by id."""
        return {node: depth for depth, level in enumerate(self.levels) for node in sorted(level & nodes)}


def walk(session: ReadSession, request: Walk) -> Reached:
    """Walk the graph by one statement a level and return the nodes by their exact depth.

    In direction BOTH the answer joins the ancestors and the descendants of the root; siblings are neither.
    """
    visited, levels = {request.root}, [{request.root}]
    frontiers = {way: levels[0] for way in ENDS if request.direction in {way, WalkDirection.BOTH}}
    step = _step(request.direction, None if request.relations is None else frozenset(request.relations))
    too_many = False
    while any(frontiers.values()) and len(levels) <= request.max_depth and not too_many:
        given = {str(way): orjson.dumps(list(frontier)).decode() for way, frontier in frontiers.items()}
        for way, found in session.execute(step, given):
            frontiers[WalkDirection(way)] = _entered(request, _nodes_in(found) - visited)
        if level := set().union(*frontiers.values()):
            visited |= level
            levels.append(level)
        too_many = request.most is not None and len(visited) > request.most
    return Reached(levels, complete=not too_many)


def edges_between(
    session: ReadSession, nodes: Collection[str], relations: Collection[Relation] | None = None
) -> Sequence[Any]:
    """Return the living edges of which both ends are among `nodes`, by id, as plain rows of their table."""
    # Thousands may be shown, and a row is made in half the time of an object that the session keeps.
    edges = select(*inspect(LineageEdge).columns)
    return session.execute(edges.where(*_between(nodes, relations)).order_by(col(LineageEdge.id))).all()


def count_between(
    session: ReadSession, nodes: Collection[str], relations: Collection[Relation] | None = None
) -> int:
    """Count the living edges of which both ends are among `nodes`."""
    return session.exec(
        select(func.count()).select_from(LineageEdge).where(*_between(nodes, relations))
    ).one()


def direct_counts(session: ReadSession, nodes: Collection[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Count the edges that lead up and down from each of `nodes`: (upstream, downstream)."""
    counts: tuple[dict[str, int], dict[str, int]] = ({}, {})
    for place, node, count in session.execute(
        union_all(_counted(0, LOWER, nodes), _counted(1, UPPER, nodes))
    ):
        counts[place][node] = count
    return counts


def edges_of(
    session: ReadSession, downstream: Collection[str], *, relations: Collection[Relation] | None = None
) -> Sequence[LineageEdge]:
    """Return the living edges that lead up from the nodes `downstream`, by id."""
    statement = select(LineageEdge).where(among(LOWER, downstream), *living(relations))
    return session.exec(statement.order_by(col(LineageEdge.id))).all()


def living(
    relations: Collection[Relation] | None = None, edge: Any = LineageEdge
) -> list[ColumnElement[bool]]:
    """Return the conditions on edges that hold still, of some relations or of all."""
    if relations is None:
        return [edge.until.is_(None)]
    return [edge.until.is_(None), edge.relation.in_(sorted(map(str, relations)))]


def _between(nodes: Collection[str], relations: Collection[Relation] | None) -> list[ColumnElement[bool]]:
    # As an expression the upper end has no index: nodes have few parents, but hubs have many children.
    return [among(LOWER, nodes), among(UPPER.concat(""), nodes), *living(relations)]


def _counted(place: int, end: Any, nodes: Collection[str]) -> Select[*tuple[Any, ...]]:
    statement = select(literal(place), end, func.count())
    return statement.where(among(end, nodes), *living()).group_by(end)


@lru_cache(maxsize=64)
def _step(direction: WalkDirection, relations: frozenset[Relation] | None) -> Any:
    """Return the statement of a level: given nodes, by the name of the way, to what they lead.

    That comes as one text: making a row of each node would take longer than finding it. Making the statement
    would take longer than finding a few nodes.
    """
    steps = []
    for way, (near, far) in ENDS.items():
        if direction in {way, WalkDirection.BOTH}:
            given = select(elements(bindparam(str(way), type_=String())).c.value)
            step = select(literal(str(way)), func.aggregate_strings(far, ","))
            steps.append(step.where(near.in_(given), *living(relations)))
    return union_all(*steps) if len(steps) > 1 else steps[0]


def _nodes_in(found: str | None) -> set[str]:
    return set(found.split(",")) if found else set()


def _entered(request: Walk, nodes: set[str]) -> set[str]:
    if request.kinds is None:
        return nodes
    return {node for node in nodes if node[:3] in request.kinds}
