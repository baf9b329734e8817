"""Which things the changes touched, and which there are; `insight.discovery` makes them documents."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from app.db.changelog import Change, changes_after
from app.db.engine import ReadSession
from app.db.ids import DATASET, DATASET_VERSION, MODEL
from app.registry.reading.tasks import datasets_of_tasks, models_of_tasks
from app.registry.tables import Dataset, RegisteredModel
from app.search.contract import Mark

TASK_DEFINED = "task.defined"
FEW = 500


@dataclass(frozen=True, slots=True)
class Touched:
    """What a run of changes touched.

    Attributes:
        ids: The ids of what was touched by changes that touch few; some may be deleted by now.
        through: The last change of the run; None if there was none.
        many: The ids of what else was touched, by changes that touch more than `FEW` each.
    """

    ids: set[str]
    through: Mark | None
    many: frozenset[str] = frozenset()


def touched_models(session: ReadSession, after: int, limit: int) -> Touched:
    """Return the models that the next `limit` changes behind `after` touched.

    A change names the models it touches as its subject or among its related entities; a task that is newly
    defined touches the models whose task it names.
    """
    changes = changes_after(session, after, limit=limit)
    touched = [{one for one in _named(change) if one.startswith(MODEL)} for change in changes]
    if defined := [change.subject_id for change in changes if change.action == TASK_DEFINED]:
        touched.append(models_of_tasks(session, defined))
    return _run(changes, touched)


def touched_datasets(session: ReadSession, after: int, limit: int) -> Touched:
    """Return the datasets that the next `limit` changes behind `after` touched.

    Those are what a dataset, or a version of one, was the subject of: a use of a dataset leaves it as it is.
    A task that is newly defined touches the datasets that name it.
    """
    changes = changes_after(session, after, limit=limit)
    own = [change for change in changes if change.subject_id.startswith((DATASET, DATASET_VERSION))]
    touched = [{one for one in _named(change) if one.startswith(DATASET)} for change in own]
    if defined := [change.subject_id for change in changes if change.action == TASK_DEFINED]:
        touched.append(datasets_of_tasks(session, defined))
    return _run(changes, touched)


def living_models(session: ReadSession) -> list[str]:
    """Return the id of every living model, in the order of their keys."""
    statement = select(RegisteredModel.id).where(col(RegisteredModel.deleted_at).is_(None))
    return list(session.exec(statement.order_by(col(RegisteredModel.key))))


def all_datasets(session: ReadSession) -> list[str]:
    """Return the id of every dataset, in the order of the ids."""
    return list(session.exec(select(Dataset.id).order_by(col(Dataset.id))))


def _named(change: Change) -> tuple[str, ...]:
    return (change.subject_id, *change.related)


def mark_of(change: Change) -> Mark:
    """Return the place of a change in the log."""
    return Mark(change.sequence, change.at, change.digest)


def _run(changes: Sequence[Change], touched: Sequence[set[str]]) -> Touched:
    few: set[str] = set().union(*(ids for ids in touched if len(ids) <= FEW))
    many = frozenset().union(*(ids for ids in touched if len(ids) > FEW)) - few
    return Touched(few, mark_of(changes[-1]) if changes else None, many)
