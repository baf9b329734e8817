"""Adding edges: no self edges, no doubles, no cycles."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import Any

from sqlmodel import select

from app.db.changelog import Logged
from app.db.history import open_states
from app.db.ids import new_id
from app.db.json_lists import among
from app.db.rows import insert_rows
from app.errors import CycleFound, InvalidInput
from app.identity.session import WriteSession
from app.lineage.tables import LineageEdge, Relation, lineage_edge_history
from app.lineage.walks import living
from app.lineage.ways import Steps, edges_above, least_ways, steps_of


@dataclass(frozen=True, slots=True)
class NewEdge:
    """An edge to be added: *downstream* RELATION *upstream*, both by node id."""

    downstream: str
    upstream: str
    relation: Relation
    evidence: str | None = None
    since: datetime | None = None
    exceptions: Mapping[str, str] = field(default_factory=dict)


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
            "exceptions": dict(edge.exceptions),
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
    above = steps_of((edge.downstream, edge.upstream) for edge in edges)
    uppers = {edge.upstream for edge in edges}
    if uppers.isdisjoint(above) and not _any_descendants(session, above):
        return
    for edge in edges_above(session, uppers):
        above.setdefault(edge.downstream, set()).add(edge.upstream)
    try:
        TopologicalSorter(above).prepare()
    except CycleError:
        raise next(filter(None, (_circle(above, edge) for edge in edges))) from None


def _circle(above: Steps, edge: NewEdge) -> CycleFound | None:
    """Return the error of an edge that closes a circle."""
    path = least_ways(above, edge.upstream).get(edge.downstream)
    if path is None:
        return None
    message = f"{edge.upstream} already descends from {edge.downstream}: the edge would close a circle"
    return CycleFound(message, path=path, field=["upstream"])


def _known(session: WriteSession, nodes: Collection[str]) -> Sequence[tuple[str, str, str]]:
    statement = select(LineageEdge.downstream, LineageEdge.upstream, LineageEdge.relation)
    return session.exec(statement.where(among(LineageEdge.downstream, nodes), *living())).all()


def _any_descendants(session: WriteSession, nodes: Collection[str]) -> bool:
    statement = select(LineageEdge.id).where(among(LineageEdge.upstream, nodes), *living())
    return session.exec(statement.limit(1)).first() is not None
