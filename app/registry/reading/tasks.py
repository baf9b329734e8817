"""Tasks: what models are for, by canonical name, with the plain words that people search by."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.statements import GIVEN
from app.db.text import fold
from app.registry.catalogue import TaskNames, shipped_tasks
from app.registry.tables import RegisteredModel, Tag, Task

FURTHER_TASKS = "tasks"
"""The key of a model's tag that lists what else it is for."""
TASK_TAGS = ("task", FURTHER_TASKS)
"""The keys of the tags by which a dataset says what it is for."""


_NAMED = select(Task).where(col(Task.name).in_(GIVEN))


class TaskMatcher:
    """Tells the canonical name of a task from whatever it is called."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._names = TaskNames(tasks)

    def task(self, text: str) -> Task | None:
        """Return the task that `text` names by name, title or synonym."""
        return self._names.canonical(text)

    def canonical(self, text: str) -> str | None:
        """Return the canonical name of the task that `text` names."""
        task = self.task(text)
        return task.name if task else None


def task_names(session: ReadSession) -> TaskMatcher:
    """Return the matcher over all tasks that are defined; it is read once a session."""
    if "task_names" not in session.info:
        # A registry's own tasks come first, so that they win over shipped synonyms.
        rows = session.exec(select(Task).order_by(col(Task.shipped), col(Task.id))).all()
        session.info["task_names"] = TaskMatcher(rows)
    matcher: TaskMatcher = session.info["task_names"]
    return matcher


def tasks_named(session: ReadSession, names: Collection[str]) -> dict[str, Task]:
    """Return the tasks that are named by name, title or synonym, by what names them; others are left out.

    Most are named by their names, which no other task has; all tasks are read only for the rest.
    """
    if not names:
        return {}
    named = {task.name: task for task in session.exec(_NAMED, params={"given": list(names)})}
    for name in names:
        if name not in named and (task := task_names(session).task(name)) is not None:
            named[name] = task
    return named


def with_canonical(session: ReadSession, names: Collection[str]) -> set[str]:
    """Return folded names, and of the tasks that they name otherwise the canonical ones, folded."""
    others = [name for name in names if name not in _shipped_names()]
    tasks = task_names(session) if others else None
    found = [tasks.canonical(name) for name in others] if tasks else []
    return {*names, *(fold(name) for name in found if name)}


@cache
def _shipped_names() -> frozenset[str]:
    return frozenset(fold(task.name) for task in shipped_tasks())


def models_of_tasks(session: ReadSession, task_ids: Collection[str]) -> set[str]:
    """Return the ids of the models whose task, or one of whose further tasks, is called like one of these."""
    tasks = task_names(session)
    stated = session.exec(select(RegisteredModel.task_folded).distinct()).all()
    names = [name for name in stated if name and _names_any(tasks, name, task_ids)]
    models = session.exec(select(RegisteredModel.id).where(col(RegisteredModel.task_folded).in_(names)))
    return {*models, *_tagged(session, "mdl_", (FURTHER_TASKS,), task_ids)}


def datasets_of_tasks(session: ReadSession, task_ids: Collection[str]) -> set[str]:
    """Return the ids of the datasets with a tag that calls one of these tasks by any of its names."""
    return _tagged(session, "dst_", TASK_TAGS, task_ids)


def texts_of(value: Any) -> list[str]:
    """Return the texts that the value of a tag is or lists."""
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str)]


def _tagged(session: ReadSession, kind: str, keys: Sequence[str], task_ids: Collection[str]) -> set[str]:
    tasks, of_kind = task_names(session), col(Tag.subject_id).startswith(kind, autoescape=True)
    tagged = session.exec(select(Tag.subject_id, Tag.value).where(col(Tag.key).in_(keys), of_kind))
    return {
        subject_id
        for subject_id, value in tagged
        if any(_names_any(tasks, name, task_ids) for name in texts_of(value))
    }


def _names_any(tasks: TaskMatcher, name: str, task_ids: Collection[str]) -> bool:
    task = tasks.task(name)
    return task is not None and task.id in task_ids
