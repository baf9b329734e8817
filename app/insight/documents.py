"""Rows become documents: the same code for one change, for a whole rebuild and for the reasons of a hit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from app.db.changelog import head
from app.db.engine import ReadSession
from app.registry.reading.datasets import TASK_TAGS, dataset_names
from app.registry.reading.listing import models_by_id, namespaces_by_id, parameter_counts, tags_of
from app.registry.reading.tasks import FURTHER_TASKS, TaskMatcher, task_names, tasks_named
from app.registry.tables import Dataset, Namespace, RegisteredModel, Task
from app.search.document import Document, TaskWords, key_of

DOMAIN_TAGS = ("domain", "domains")
LANGUAGE_TAGS = ("language", "languages")


@dataclass(frozen=True, slots=True)
class _OfVersions:
    """What the document of a model says of its versions, under the names that it has there."""

    datasets: tuple[str, ...]
    parameter_counts: tuple[int, ...]


def model_documents(session: ReadSession, model_ids: Collection[str]) -> list[Document]:
    """Return the documents of the living models among `model_ids`, as one snapshot shows them."""
    models = models_by_id(session, model_ids).values()
    return documents_of(session, sorted(models, key=lambda model: model.key or 0), head(session))


def documents_of(
    session: ReadSession, models: Sequence[RegisteredModel], sequence: int = 0
) -> list[Document]:
    """Return the documents of models, in their order, as of the change `sequence`."""
    ids = [model.id for model in models]
    namespaces = namespaces_by_id(session, {model.namespace_id for model in models})
    tags = tags_of(session, ids)
    of_versions = _of_versions(session, ids)
    named = {model.id: _named_tasks(model, tags.get(model.id, {})) for model in models}
    tasks = tasks_named(session, {name for names in named.values() for name in names})
    return [
        _model_document(
            model,
            namespaces[model.namespace_id].name,
            sequence,
            tags.get(model.id, {}),
            of_versions[model.id],
            [_task_words(name, tasks.get(name)) for name in named[model.id]],
        )
        for model in models
    ]


def dataset_documents(session: ReadSession, dataset_ids: Collection[str]) -> list[Document]:
    """Return the documents of the datasets among `dataset_ids`, as one snapshot shows them.

    What a dataset is for, its domains and its languages are read from the tags that are called so.
    """
    sequence = head(session)
    tasks = task_names(session)
    tags = tags_of(session, dataset_ids)
    rows = session.exec(
        select(Dataset, Namespace.name)
        .join(Namespace, col(Namespace.id) == Dataset.namespace_id)
        .where(col(Dataset.id).in_(dataset_ids))
        .order_by(col(Dataset.id))
    )
    return [
        _dataset_document(dataset, namespace, sequence, tags.get(dataset.id, {}), tasks)
        for dataset, namespace in rows
    ]


def _of_versions(session: ReadSession, model_ids: Collection[str]) -> dict[str, _OfVersions]:
    datasets = dataset_names(session, model_ids)
    counts = parameter_counts(session, model_ids)
    return {one: _OfVersions(tuple(datasets.get(one, ())), tuple(counts.get(one, ()))) for one in model_ids}


def _model_document(
    model: RegisteredModel,
    namespace: str,
    sequence: int,
    tags: dict[str, Any],
    versions: _OfVersions,
    tasks: Sequence[TaskWords],
) -> Document:
    return Document(
        key=model.key or 0,
        id=model.id,
        sequence=sequence,
        namespace=namespace,
        name=model.name,
        display_name=model.display_name,
        description=model.description,
        tasks=tuple(tasks),
        task_as_written=model.task_written if model.task_written != model.task else None,
        domains=tuple(model.domains),
        framework=model.framework,
        architecture=model.architecture,
        family=model.family,
        license=model.license,
        publisher=model.publisher,
        languages=tuple(model.languages),
        datasets=versions.datasets,
        tags=_other_tags(tags, (FURTHER_TASKS,)),
        tag_keys=tuple(tags),
        parameter_counts=versions.parameter_counts,
    )


def _dataset_document(
    dataset: Dataset, namespace: str, sequence: int, tags: Mapping[str, Any], tasks: TaskMatcher
) -> Document:
    named = dict.fromkeys(tasks.canonical(name) or name for name in _under(tags, TASK_TAGS))
    return Document(
        key=key_of(dataset.id),
        id=dataset.id,
        sequence=sequence,
        namespace=namespace,
        name=dataset.name,
        description=dataset.description,
        tasks=tuple(_task_words(name, tasks.task(name)) for name in named),
        domains=_under(tags, DOMAIN_TAGS),
        languages=_under(tags, LANGUAGE_TAGS),
        tags=_other_tags(tags, (*TASK_TAGS, *DOMAIN_TAGS, *LANGUAGE_TAGS)),
    )


def _named_tasks(model: RegisteredModel, tags: Mapping[str, Any]) -> list[str]:
    """Return what a model says that it is for, each once."""
    return list(dict.fromkeys(filter(None, [model.task, *_texts(tags.get(FURTHER_TASKS))])))


def _task_words(name: str, task: Task | None) -> TaskWords:
    """Return how people name a task; one that nobody defined has its name alone."""
    if task is None:
        return TaskWords(name=name)
    return TaskWords(
        name=name, title=task.title, description=task.description or "", synonyms=tuple(task.synonyms)
    )


def _under(tags: Mapping[str, Any], keys: Sequence[str]) -> tuple[str, ...]:
    """Return the different texts of the tags under `keys`."""
    return tuple(dict.fromkeys(text for key in keys for text in _texts(tags.get(key))))


def _other_tags(tags: Mapping[str, Any], keys: Sequence[str]) -> tuple[str, ...]:
    """Return the tags as words, but for those under `keys`."""
    return tuple(text for key, value in tags.items() if key not in keys for text in _tag_texts(key, value))


def _tag_texts(key: str, value: Any) -> list[str]:
    """Return a tag as words: its key when it is simply set, else its key and its texts."""
    if value is True:
        return [key]
    texts = _texts(value)
    return [f"{key} {' '.join(texts)}"] if texts else []


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str)]
