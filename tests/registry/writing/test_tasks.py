"""Tasks: shipped ones are there, own ones are defined once and win over shipped synonyms."""

import pytest
from sqlmodel import col, select

from app.errors import AlreadyExists
from app.registry.catalogue import shipped_metrics, shipped_tasks
from app.registry.drafts import ModelDraft, TaskDraft, draft
from app.registry.opening import open_registry
from app.registry.reading.tasks import task_names
from app.registry.tables import MetricDefinition, Namespace, Task
from app.registry.writing.registration import register_models
from app.registry.writing.tasks import define_tasks
from tests.store import Store

pytestmark = pytest.mark.both_databases

HERDING = {"name": "cat_herding", "title": "Cat herding", "synonyms": ["herding of cats", "ner"]}


def test_every_registry_has_the_shipped_tasks_and_metrics(store: Store) -> None:
    with store.reading() as session:
        tasks = session.exec(select(Task.name).where(col(Task.shipped)).order_by(col(Task.name))).all()
        metrics = set(session.exec(select(MetricDefinition.name).where(col(MetricDefinition.shipped))))
        assert session.exec(select(Namespace.name)).all() == ["default"]
    assert list(tasks) == sorted(task.name for task in shipped_tasks())
    assert metrics == {metric.name for metric in shipped_metrics()}


def test_opening_again_changes_nothing(store: Store) -> None:
    before = store.changes()
    open_registry(store.database.url).close()
    assert store.changes() == before


def test_opening_brings_back_what_a_registry_lacks(store: Store) -> None:
    with store.writing() as session:
        task = session.exec(select(Task).order_by(col(Task.name)).limit(1)).one()
        session.delete(task)
    before = store.last_change().sequence
    open_registry(store.database.url).close()
    [change] = store.changes(before)
    assert (change.action, change.after) == ("task.defined", f'{{"name":"{task.name}"}}')


def test_an_own_task_is_found_by_all_its_names_at_once(store: Store) -> None:
    with store.writing() as session:
        assert task_names(session).canonical("Herding of Cats") is None
        [made] = define_tasks(session, [draft(TaskDraft, HERDING)])
        names = task_names(session)
        assert {
            names.canonical(text) for text in ("CAT-HERDING", "Cat herding", "herding_of_cats", "NER")
        } == {"cat_herding"}
        [model] = register_models(session, [draft(ModelDraft, {"name": "a", "task": "herding of cats"})])
    assert (model.task, model.task_written) == ("cat_herding", "herding of cats")
    change = next(change for change in store.changes() if change.subject_id == made.id)
    assert change.action == "task.defined"


def test_a_task_is_defined_once(store: Store) -> None:
    with store.writing() as session:
        [made] = define_tasks(session, [draft(TaskDraft, HERDING)])
    with pytest.raises(AlreadyExists) as caught, store.writing() as session:
        define_tasks(session, [draft(TaskDraft, HERDING)])
    assert caught.value.existing == made.id
