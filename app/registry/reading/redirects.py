"""Old names of models: they lead to the renamed model until another takes them."""

from sqlmodel import col, select

from app.db.engine import ReadSession
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
