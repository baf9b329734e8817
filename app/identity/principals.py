"""Finding principals."""

from collections.abc import Collection

from sqlmodel import col, select

from app.db.engine import ReadSession
from app.identity.tables import Principal
from app.identity.viewer import Viewer


def viewer_named(session: ReadSession, name: str) -> Viewer:
    """Return the seeded principal `name` as a viewer."""
    principal = session.exec(select(Principal).where(Principal.name == name)).one()
    return Viewer(principal.id, principal.name)


def principals_by_id(session: ReadSession, ids: Collection[str]) -> dict[str, Principal]:
    """Return the principals with these ids; unknown ids are left out."""
    found = session.exec(select(Principal).where(col(Principal.id).in_(ids))).all()
    return {principal.id: principal for principal in found}
