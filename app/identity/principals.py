"""Finding principals, and making those that others have named."""

from collections.abc import Collection, Sequence

from sqlmodel import col, select

from app.db.changelog import Fact
from app.db.engine import ReadSession
from app.db.ids import new_id
from app.db.statements import VALUES_A_STATEMENT, batched
from app.errors import NotFound
from app.identity.session import WriteSession
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


def ensure_principals(session: WriteSession, names: Collection[str]) -> dict[str, str]:
    """Return the ids of principals by name, making a user without any rights of a name that is new."""
    known: dict[str, str] = {}
    for some in batched(sorted(names), VALUES_A_STATEMENT):
        mine = select(Principal.name, Principal.id).where(col(Principal.name).in_(some))
        known.update(session.execute(mine).all())
    made = [
        Principal(id=new_id("usr"), kind="user", name=name, created_at=session.now)
        for name in sorted(set(names) - known.keys())
    ]
    for principal in made:
        session.require("principal.create", principal.name)
    session.add_all(made)
    session.record(
        [
            Fact(action="principal.created", subject_id=principal.id, after={"name": principal.name})
            for principal in made
        ]
    )
    session.flush()
    return known | {principal.name: principal.id for principal in made}
