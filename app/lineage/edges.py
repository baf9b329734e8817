"""Adding edges: no self edges, no doubles, no cycles."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from app.db.changelog import Logged
from app.db.history import open_states
from app.db.ids import new_id
from app.db.rows import insert_rows
from app.db.statements import VALUES_A_STATEMENT, batched
from app.errors import CycleFound, InvalidInput
from app.identity.session import WriteSession
from app.lineage.tables import ExternalNode, LineageEdge, Relation, lineage_edge_history


@dataclass(frozen=True, slots=True)
class NewEdge:
    """An edge to be added: *downstream* RELATION *upstream*, both by node id."""

    downstream: str
    upstream: str
    relation: Relation
    evidence: str | None = None
    since: datetime | None = None


def external_nodes(session: WriteSession, uris: Iterable[str]) -> dict[str, str]:
    """Return the node ids of things outside the registry, making the nodes that are new."""
    wanted = set(uris)
    found = dict(
        session.execute(
            select(ExternalNode.uri, ExternalNode.id).where(col(ExternalNode.uri).in_(wanted))
        ).all()
    )
    fresh = {uri: new_id("ext") for uri in sorted(wanted - found.keys())}
    if fresh:
        rows = [{"id": node, "uri": uri, "created_at": session.now} for uri, node in fresh.items()]
        insert_rows(session, ExternalNode, rows)
    return {**found, **fresh}


def unknown_edges(session: WriteSession, edges: Sequence[NewEdge]) -> list[NewEdge]:
    """Return the edges that are not in the graph yet, each once and in their order."""
    known = set(_known(session, {edge.downstream for edge in edges}))
    fresh: dict[tuple[str, str, str], NewEdge] = {}
    for edge in edges:
        triple = (edge.downstream, edge.upstream, str(edge.relation))
        if triple not in known:
            fresh.setdefault(triple, edge)
    return list(fresh.values())


def add_edges(session: WriteSession, edges: Sequence[NewEdge], logged: Mapping[str, Logged]) -> list[str]:
    """Add edges that `unknown_edges` let through and return their ids.

    Args:
        session: The transaction.
        edges: The edges.
        logged: By downstream node, the change that adds its edges.

    Raises:
        InvalidInput: An edge leads from a node to itself.
        CycleFound: An edge would make a node its own ancestor.
    """
    for edge in edges:
        if edge.downstream == edge.upstream:
            raise InvalidInput(f"{edge.downstream} cannot descend from itself", field=["upstream"])
    refuse_cycles(session, edges)
    rows: list[dict[str, Any]] = [
        {
            "id": new_id("lin"),
            "downstream": edge.downstream,
            "upstream": edge.upstream,
            "relation": str(edge.relation),
            "evidence": edge.evidence,
            "since": edge.since or session.now,
            "until": None,
            "exceptions": {},
        }
        for edge in edges
    ]
    if rows:
        insert_rows(session, LineageEdge, rows)
        open_states(session, lineage_edge_history, rows, [logged[edge.downstream] for edge in edges])
    return [str(row["id"]) for row in rows]


def refuse_cycles(session: WriteSession, edges: Sequence[NewEdge]) -> None:
    """Raise CycleFound when `edges`, together with the graph, would close a circle.

    Only an edge whose lower end already has descendants can close one, so that new leaves cost one query.
    """
    added: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        added[edge.downstream].add(edge.upstream)
    uppers = {upstream for upstreams in added.values() for upstream in upstreams}
    suspects = uppers & added.keys() | _with_descendants(session, added.keys())
    for edge in edges:
        if edge.downstream in suspects:
            path = _path_up(session, edge.upstream, edge.downstream, added)
            if path:
                raise CycleFound(
                    f"{edge.upstream} already descends from {edge.downstream}: the edge would close a circle",
                    path=path,
                    field=["upstream"],
                )


def _known(session: WriteSession, nodes: Collection[str]) -> Iterator[tuple[str, str, str]]:
    for chunk in batched(sorted(nodes), VALUES_A_STATEMENT):
        yield from session.execute(
            select(LineageEdge.downstream, LineageEdge.upstream, LineageEdge.relation).where(
                col(LineageEdge.downstream).in_(chunk), col(LineageEdge.until).is_(None)
            )
        )


def _with_descendants(session: WriteSession, nodes: Collection[str]) -> set[str]:
    found: set[str] = set()
    for chunk in batched(sorted(nodes), VALUES_A_STATEMENT):
        statement = select(LineageEdge.upstream).where(col(LineageEdge.upstream).in_(chunk))
        found.update(session.exec(statement.distinct()))
    return found


def _steps_up(session: WriteSession, nodes: Collection[str]) -> Iterator[tuple[str, str]]:
    for chunk in batched(sorted(nodes), VALUES_A_STATEMENT):
        yield from session.execute(
            select(LineageEdge.downstream, LineageEdge.upstream).where(
                col(LineageEdge.downstream).in_(chunk), col(LineageEdge.until).is_(None)
            )
        )


def _path_up(session: WriteSession, start: str, goal: str, added: Mapping[str, set[str]]) -> list[str]:
    """Return the nodes from `start` up to `goal`, or nothing when no way leads there."""
    came_from = {start: ""}
    frontier = {start}
    while frontier and goal not in came_from:
        steps = [(lower, upper) for lower in sorted(frontier) for upper in sorted(added.get(lower, ()))]
        steps += _steps_up(session, frontier)
        frontier = set()
        for lower, upper in steps:
            if upper not in came_from:
                came_from[upper] = lower
                frontier.add(upper)
    if goal not in came_from:
        return []
    path = [goal]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]
