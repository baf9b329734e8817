"""Finding principals."""

from collections.abc import Collection, Sequence

from sqlmodel import col, select

from app.db.engine import ReadSession
from app.errors import NotFound
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


def require_principals(session: ReadSession, ids: Sequence[str], *, field: str = "owners") -> None:
    """Return when all of these principals exist.

    Raises:
        NotFound: One does not; its place in `field` is named.
    """
    known = principals_by_id(session, ids)
    for index, wanted in enumerate(ids):
        if wanted not in known:
            raise NotFound(f"there is no principal {wanted[:80]!r}", field=[field, str(index)])
