"""Defining tasks."""

from collections.abc import Sequence

from sqlmodel import select

from app.db.changelog import Fact
from app.db.ids import new_id
from app.db.text import fold_term
from app.errors import AlreadyExists
from app.identity.session import WriteSession
from app.registry.drafts import TaskDraft
from app.registry.reading.tasks import datasets_of_tasks, models_of_tasks
from app.registry.tables import Task
from app.registry.writing.words import rewrite_words_of


def define_tasks(session: WriteSession, drafts: Sequence[TaskDraft], *, shipped: bool = False) -> list[Task]:
    """Define tasks; what names them already is found by their words at once.

    Raises:
        AlreadyExists: A name is taken, or one that differs in case, blanks, `_` and `-` alone.
    """
    taken = {fold_term(row.name): row for row in session.exec(select(Task))}
    tasks = []
    for draft in drafts:
        session.require("task.define", draft.name)
        if same := taken.get(fold_term(draft.name)):
            raise AlreadyExists(f"there is a task {same.name!r} already", existing=same.id, field=["name"])
        tasks.append(Task(id=new_id("tsk"), shipped=shipped, **draft.model_dump()))
        taken[fold_term(draft.name)] = tasks[-1]
    session.add_all(tasks)
    session.flush()
    session.info.pop("task_names", None)
    ids = {task.id for task in tasks}
    rewrite_words_of(session, models_of_tasks(session, ids) | datasets_of_tasks(session, ids))
    session.record(
        [Fact(action="task.defined", subject_id=task.id, after={"name": task.name}) for task in tasks]
    )
    return tasks
