"""Rows become documents: the same code for one change, for a whole rebuild and for the reasons of a hit."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlmodel import col, select

from app.db.changelog import head
from app.db.engine import ReadSession
from app.registry.datasets import dataset_names
from app.registry.tables import Namespace, RegisteredModel, Tag
from app.registry.tasks import FURTHER_TASKS, TaskMatcher, task_names
from app.search.document import ModelDocument, TaskWords


def documents_for(session: ReadSession, model_ids: Collection[str]) -> list[ModelDocument]:
    """Return the documents of the living models among `model_ids`, as one snapshot shows them."""
    sequence = head(session)
    tasks = task_names(session)
    tags = _tags(session, model_ids)
    datasets = dataset_names(session, model_ids)
    rows = session.exec(
        select(RegisteredModel, Namespace.name)
        .join(Namespace, col(Namespace.id) == RegisteredModel.namespace_id)
        .where(col(RegisteredModel.id).in_(model_ids), col(RegisteredModel.deleted_at).is_(None))
        .order_by(col(RegisteredModel.key))
    )
    return [
        _document(model, namespace, sequence, tags.get(model.id, {}), datasets.get(model.id, []), tasks)
        for model, namespace in rows
    ]


def _tags(session: ReadSession, model_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    tags: dict[str, dict[str, Any]] = {}
    for tag in session.exec(select(Tag).where(col(Tag.subject_id).in_(model_ids)).order_by(col(Tag.key))):
        tags.setdefault(tag.subject_id, {})[tag.key] = tag.value
    return tags


def _document(
    model: RegisteredModel,
    namespace: str,
    sequence: int,
    tags: dict[str, Any],
    datasets: Sequence[str],
    tasks: TaskMatcher,
) -> ModelDocument:
    named = dict.fromkeys(filter(None, [model.task, *_texts(tags.get(FURTHER_TASKS))]))
    return ModelDocument(
        key=model.key or 0,
        id=model.id,
        sequence=sequence,
        namespace=namespace,
        name=model.name,
        display_name=model.display_name,
        description=model.description,
        tasks=tuple(
            TaskWords(
                name=name,
                title=task.title,
                description=task.description or "",
                synonyms=tuple(task.synonyms),
            )
            if (task := tasks.task(name))
            else TaskWords(name=name)
            for name in named
        ),
        task_as_written=model.task_written if model.task_written != model.task else None,
        domains=tuple(model.domains),
        framework=model.framework,
        architecture=model.architecture,
        family=model.family,
        license=model.license,
        publisher=model.publisher,
        languages=tuple(model.languages),
        datasets=tuple(datasets),
        tags=tuple(
            text for key, value in tags.items() if key != FURTHER_TASKS for text in _tag_texts(key, value)
        ),
    )


def _tag_texts(key: str, value: Any) -> list[str]:
    """Return a tag as words: its key when it is simply set, else its key and its texts."""
    if value is True:
        return [key]
    texts = _texts(value)
    return [f"{key} {' '.join(texts)}"] if texts else []


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str)]
