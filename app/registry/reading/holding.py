"""What a writer finds, it holds: whoever changes a model, or anything of it, holds the model's row."""

from collections.abc import Collection

from sqlmodel import col, select

from app.db.columns import Row
from app.db.engine import ReadSession
from app.db.locks import Selecting, alone, held
from app.identity.session import WriteSession
from app.registry.tables import ModelVersion, RegisteredModel


def kept(session: ReadSession, statement: Selecting, *, of: type[Row] | None = None) -> Selecting:
    """Return the statement, which holds its rows, or those of one table, where the session is a writer's."""
    return held(session, statement, of=of) if isinstance(session, WriteSession) else statement


def hold_models_of(session: ReadSession, version_ids: Collection[str]) -> None:
    """Hold the models of versions, where the session is a writer's, before the versions are read."""
    if version_ids and isinstance(session, WriteSession) and not alone(session):
        mine = select(ModelVersion.model_id).where(col(ModelVersion.id).in_(version_ids))
        models = select(RegisteredModel).where(col(RegisteredModel.id).in_(mine))
        session.exec(held(session, models.order_by(col(RegisteredModel.id)))).all()
