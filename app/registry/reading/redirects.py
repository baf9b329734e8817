"""Old names of models: they lead to the renamed model until another takes them."""

from collections.abc import Collection

from sqlmodel import col, delete, select

from app.db.engine import ReadSession
from app.identity.session import WriteSession
from app.registry.reading.holding import kept
from app.registry.tables import ModelRedirect, RegisteredModel


def redirected(session: ReadSession, namespace_id: str, name: str) -> RegisteredModel | None:
    """Return the living model that had this name before a rename, if nobody has taken the name since."""
    statement = (
        select(RegisteredModel)
        .join(ModelRedirect, col(ModelRedirect.model_id) == RegisteredModel.id)
        .where(
            ModelRedirect.namespace_id == namespace_id,
            ModelRedirect.name == name,
            col(RegisteredModel.deleted_at).is_(None),
        )
    )
    return session.exec(kept(session, statement, of=RegisteredModel)).first()


def drop_redirects(session: WriteSession, namespace_id: str, names: Collection[str]) -> None:
    """Let old names of models lead nowhere any more, since others have taken them."""
    session.execute(
        delete(ModelRedirect).where(
            col(ModelRedirect.namespace_id) == namespace_id, col(ModelRedirect.name).in_(names)
        )
    )
