"""Ways through the graph: all that lies above or below, and the shortest ways between two nodes.

What lies above or below is found by one recursive statement. It keeps nodes and no depths, so that each node
is gone through once, however many ways lead to it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import heappop, heappush
from typing import Any, TypeAlias

import orjson
from sqlalchemy import CTE, Select, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.db.engine import ReadSession
from app.db.json_lists import among, elements
from app.lineage.tables import LineageEdge, Relation
from app.lineage.walks import LOWER, UPPER, Reached, living

Steps: TypeAlias = Mapping[str, Collection[str]]
"""A part of the graph: the next nodes of each node, one way."""


def edges_above(
    session: ReadSession, nodes: Collection[str], relations: Collection[Relation] | None = None
) -> Sequence[Any]:
    """Return all living edges above `nodes`, however far: their ends, relations and exceptions, by id."""
    above = _reached(_given(nodes), "downstream", "upstream", relations)
    statement = select(
        LineageEdge.downstream,  # type: ignore[call-overload]
        LineageEdge.upstream,
        LineageEdge.relation,
        LineageEdge.exceptions,
    ).where(col(LineageEdge.downstream).in_(select(above.c.node)), *living(relations))
    return session.execute(statement.order_by(col(LineageEdge.id))).all()


def nodes_below(
    nodes: Select[tuple[str]], relations: Collection[Relation] | None = None
) -> Select[tuple[str]]:
    """Return the statement that selects what lies below the nodes which `nodes` selects, a hop at least."""
    reached = _reached(nodes, "upstream", "downstream", relations)
    edge = aliased(LineageEdge)
    lower: Any = edge.downstream
    upper: Any = edge.upstream
    return select(lower).where(upper.in_(select(reached.c.node)), *living(relations, edge))


def ways_up(
    session: ReadSession,
    reached: Reached,
    nodes: Collection[str],
    relations: Collection[Relation] | None = None,
) -> dict[str, list[str]]:
    """Return a shortest way up from each of `nodes` to the root of a walk, the least by its nodes' keys.

    One statement a level serves all ways.

    Args:
        session: The session of the walk.
        reached: What the walk down from the root found.
        nodes: Where the ways begin.
        relations: The relations that the walk followed.
    """
    ways = {node: [node] for node in nodes}
    while lower := {way[-1] for way in ways.values()} - reached.levels[0]:
        depths = reached.depths(lower)
        steps = select(LOWER, UPPER)
        nearer: dict[str, str] = {}
        for near, far in session.execute(steps.where(among(LOWER, lower), *living(relations))):
            if far in reached.levels[depths[near] - 1]:
                nearer[near] = min(far, nearer.get(near, far))
        for way in ways.values():
            if way[-1] in nearer:
                way.append(nearer[way[-1]])
    return ways


def least_ways(steps: Steps, start: str) -> dict[str, list[str]]:
    """Return a shortest way from `start` to each node that steps lead to, the least by its nodes' keys."""
    ways = {start: [start]}
    frontier = [start]
    while frontier:
        reached = []
        # Nodes are gone through in the order of their ways, so that the first way to a node is its least.
        for node in frontier:
            for far in sorted(steps.get(node, ())):
                if far not in ways:
                    ways[far] = [*ways[node], far]
                    reached.append(far)
        frontier = reached
    return ways


def shortest_ways(
    steps: Steps, start: str, goal: str, *, limit: int, most_hops: int | None = None
) -> list[list[str]]:
    """Return the shortest ways from `start` to `goal`, shortest first and then by their nodes' keys.

    A best-first search: a way that is begun is ranked by its hops and the least that it still has to go, so
    that ways come out in their order and none is followed that leads past the goal.

    Args:
        steps: An acyclic part of the graph that holds all ways between the two.
        start: Where the ways begin.
        goal: Where they end.
        limit: How many are returned at most.
        most_hops: How long a way may be; None for as long as it is.
    """
    left = hops_from(_reversed(steps), goal)
    if start not in left:
        return []
    found: list[list[str]] = []
    begun: list[tuple[int, list[str]]] = [(left[start], [start])]
    while begun and len(found) < limit:
        hops, way = heappop(begun)
        if most_hops is not None and hops > most_hops:
            break
        if way[-1] == goal:
            found.append(way)
            continue
        for node in steps.get(way[-1], ()):
            if node in left:
                heappush(begun, (len(way) + left[node], [*way, node]))
    return found


def hops_from(steps: Steps, start: str) -> dict[str, int]:
    """Return the hops from `start` to each node that steps lead to, nearest first."""
    hops = {start: 0}
    frontier = [start]
    while frontier:
        reached = []
        for node in frontier:
            for far in steps.get(node, ()):
                if far not in hops:
                    hops[far] = hops[node] + 1
                    reached.append(far)
        frontier = reached
    return hops


def steps_of(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Return the steps that pairs of a node and its next make."""
    steps: dict[str, set[str]] = {}
    for near, far in pairs:
        steps.setdefault(near, set()).add(far)
    return steps


def _reversed(steps: Steps) -> dict[str, set[str]]:
    return steps_of((far, near) for near, fars in steps.items() for far in fars)


def _given(nodes: Collection[str]) -> Select[tuple[str]]:
    return select(elements(literal(orjson.dumps(sorted(nodes)).decode())).c.value)


def _reached(start: Select[tuple[str]], near: str, far: str, relations: Collection[Relation] | None) -> CTE:
    """Return the recursive expression of `start` and all that edges lead to, in a column `node`."""
    edge = aliased(LineageEdge)
    reached = start.with_only_columns(next(iter(start.selected_columns)).label("node")).cte(recursive=True)
    step = select(getattr(edge, far)).join(reached, getattr(edge, near) == reached.c.node)
    return reached.union(step.where(*living(relations, edge)))
