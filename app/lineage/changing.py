"""Changing edges that are there: ending them, giving them exceptions, leading them to another node."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select

from app.db.changelog import Logged
from app.db.history import close_states, columns_of, open_states
from app.db.locks import held
from app.errors import NotFound
from app.identity.session import WriteSession
from app.lineage.tables import LineageEdge, lineage_edge_history
from app.lineage.walks import living


def find_edge(session: WriteSession, edge_id: str) -> LineageEdge:
    """Return an edge, which no other writer changes meanwhile.

    Raises:
        NotFound: There is none.
    """
    edge = session.exec(held(session, select(LineageEdge).where(LineageEdge.id == edge_id))).first()
    if edge is None:
        raise NotFound(f"there is no lineage edge {edge_id}", field=["id"])
    return edge


def change_edges(
    session: WriteSession, edges: Sequence[LineageEdge], values: Mapping[str, Any], logged: Logged
) -> None:
    """Give columns of edges new values by one change, which their history keeps."""
    for edge in edges:
        for name, value in values.items():
            setattr(edge, name, value)
        session.add(edge)
    session.flush()
    states = [columns_of(edge) for edge in edges]
    close_states(session, lineage_edge_history, states, [logged] * len(states))
    open_states(session, lineage_edge_history, states, [logged] * len(states))


def edges_at(session: WriteSession, node: str) -> Sequence[LineageEdge]:
    """Return the living edges of which `node` is an end, by id; no other writer changes them meanwhile."""
    ends = or_(col(LineageEdge.downstream) == node, col(LineageEdge.upstream) == node)
    statement = select(LineageEdge).where(ends, *living())
    return session.exec(held(session, statement.order_by(col(LineageEdge.id)))).all()
