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
from app.db.json_lists import elements
from app.lineage.tables import LineageEdge, Relation
from app.lineage.walks import living

Steps: TypeAlias = Mapping[str, Collection[str]]
"""A part of the graph: the next nodes of each node, one way."""


def edges_above(
    session: ReadSession, nodes: Collection[str], relations: Collection[Relation] | None = None
) -> Sequence[Any]:
    """Return all living edges above `nodes`, however far: their ends, relations and exceptions, by id."""
    above = _closure(nodes, "downstream", "upstream", relations)
    statement = select(
        LineageEdge.downstream,  # type: ignore[call-overload]
        LineageEdge.upstream,
        LineageEdge.relation,
        LineageEdge.exceptions,
    ).where(col(LineageEdge.downstream).in_(select(above.c.node)), *living(relations))
    return session.execute(statement.order_by(col(LineageEdge.id))).all()


def nodes_below(nodes: Collection[str]) -> Select[tuple[str]]:
    """Return the statement that selects `nodes` and all that lies below them, however far."""
    return select(_closure(nodes, "upstream", "downstream", None).c.node)


def shortest_way(steps: Steps, start: str, goal: str) -> list[str]:
    """Return the nodes of a shortest way from `start` to `goal`, the least by their keys; or nothing."""
    return next(iter(shortest_ways(steps, start, goal, limit=1)), [])


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


def _closure(nodes: Collection[str], near: str, far: str, relations: Collection[Relation] | None) -> CTE:
    """Return the recursive expression of `nodes` and all that their edges lead to, in a column `node`."""
    edge = aliased(LineageEdge)
    given = elements(literal(orjson.dumps(sorted(nodes)).decode()))
    reached = select(given.c.value.label("node")).cte("reached", recursive=True)
    step = select(getattr(edge, far)).join(reached, getattr(edge, near) == reached.c.node)
    return reached.union(step.where(*living(relations, edge)))
