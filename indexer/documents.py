"""Which models the changes touched, and which there are; `app.insight.documents` builds their documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from app.db.changelog import changes_after
from app.db.engine import ReadSession
from app.insight.documents import documents_for
from app.registry.tables import RegisteredModel
from app.registry.tasks import models_of_tasks

__all__ = ["TouchedModels", "all_model_keys", "documents_for", "touched_models"]


@dataclass(frozen=True, slots=True)
class TouchedModels:
    """The models that a run of changes touched.

    Attributes:
        ids: Their ids; some may be deleted by now.
        through: The last change of the run.
        through_at: When that change was made; None when there was none.
    """

    ids: set[str]
    through: int
    through_at: datetime | None


def touched_models(session: ReadSession, after: int, limit: int) -> TouchedModels:
    """Return the models that the next `limit` changes behind `after` touched.

    A change names the models it touches as its subject or among its related entities; a task that is newly
    defined touches the models whose task it names.
    """
    changes = changes_after(session, after, limit=limit)
    ids = {entity for change in changes for entity in (change.subject_id, *change.related)}
    models = {entity for entity in ids if entity.startswith("mdl_")}
    if defined := [change.subject_id for change in changes if change.action == "task.defined"]:
        models |= models_of_tasks(session, defined)
    if not changes:
        return TouchedModels(models, after, None)
    return TouchedModels(models, changes[-1].sequence, changes[-1].at)


def all_model_keys(session: ReadSession) -> Sequence[tuple[int, str]]:
    """Return key and id of every living model, in the order of the keys."""
    statement = select(RegisteredModel.key, RegisteredModel.id).where(
        col(RegisteredModel.deleted_at).is_(None)
    )
    rows = session.execute(statement.order_by(col(RegisteredModel.key)))
    return [(key or 0, model_id) for key, model_id in rows]
