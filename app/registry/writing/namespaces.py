"""Namespaces: they are made by name and never silently."""

from collections.abc import Sequence

from sqlmodel import col, select

from app.db.changelog import Fact
from app.db.ids import new_id
from app.db.text import fold
from app.errors import AlreadyExists
from app.identity.session import WriteSession
from app.registry.drafts import NamespaceDraft
from app.registry.tables import Namespace


def create_namespaces(session: WriteSession, drafts: Sequence[NamespaceDraft]) -> list[Namespace]:
    """Make namespaces.

    Raises:
        AlreadyExists: A name is taken.
    """
    taken = {row.name: row.id for row in _named(session, [draft.name for draft in drafts])}
    made = []
    for draft in drafts:
        session.require("namespace.create", draft.name)
        if draft.name in taken:
            raise AlreadyExists(
                f"there is a namespace {draft.name!r} already", existing=taken[draft.name], field=["name"]
            )
        namespace = Namespace(
            id=new_id("nsp"),
            name=draft.name,
            name_folded=fold(draft.name),
            description=draft.description,
            created_at=session.now,
            created_by=session.viewer.id,
        )
        taken[draft.name] = namespace.id
        made.append(namespace)
    session.add_all(made)
    session.record(
        [
            Fact(
                action="namespace.created",
                subject_id=namespace.id,
                after={"name": namespace.name, "description": namespace.description},
            )
            for namespace in made
        ]
    )
    session.flush()
    return made


def _named(session: WriteSession, names: Sequence[str]) -> Sequence[Namespace]:
    return session.exec(select(Namespace).where(col(Namespace.name).in_(names))).all()
