"""Rows become documents: alike for the index, for the words of the database and for the reasons of a hit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.registry.reading.tasks import FURTHER_TASKS, TASK_TAGS, TaskMatcher, texts_of
from app.registry.tables import Dataset, RegisteredModel, Task
from app.search.document import Document, TaskWords, key_of

DOMAIN_TAGS = ("domain", "domains")
LANGUAGE_TAGS = ("language", "languages")


@dataclass(frozen=True, slots=True)
class OfVersions:
    """What the document of a model says of its versions, under the names that it has there."""

    datasets: tuple[str, ...] = ()
    parameter_counts: tuple[int, ...] = ()


NO_VERSIONS = OfVersions()


def model_document(
    model: RegisteredModel,
    tags: Mapping[str, Any],
    tasks: Sequence[TaskWords],
    *,
    namespace: str = "",
    versions: OfVersions = NO_VERSIONS,
    sequence: int = 0,
) -> Document:
    """Return the document of a model, with what others say of it where it is given."""
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


def dataset_document(
    dataset: Dataset, tags: Mapping[str, Any], tasks: TaskMatcher, *, namespace: str = "", sequence: int = 0
) -> Document:
    """Return the document of a dataset.

    What it is for, its domains and its languages are read from the tags that are called so.
    """
    named = dict.fromkeys(tasks.canonical(name) or name for name in _under(tags, TASK_TAGS))
    return Document(
        key=key_of(dataset.id),
        id=dataset.id,
        sequence=sequence,
        namespace=namespace,
        name=dataset.name,
        description=dataset.description,
        tasks=tuple(task_words(name, tasks.task(name)) for name in named),
        domains=_under(tags, DOMAIN_TAGS),
        languages=_under(tags, LANGUAGE_TAGS),
        tags=_other_tags(tags, (*TASK_TAGS, *DOMAIN_TAGS, *LANGUAGE_TAGS)),
    )


def named_tasks(model: RegisteredModel, tags: Mapping[str, Any]) -> list[str]:
    """Return what a model says that it is for, each once."""
    return list(dict.fromkeys(filter(None, [model.task, *texts_of(tags.get(FURTHER_TASKS))])))


def task_words(name: str, task: Task | None) -> TaskWords:
    """Return how people name a task; one that nobody defined has its name alone."""
    if task is None:
        return TaskWords(name=name)
    return TaskWords(
        name=name, title=task.title, description=task.description or "", synonyms=tuple(task.synonyms)
    )


def _under(tags: Mapping[str, Any], keys: Sequence[str]) -> tuple[str, ...]:
    """Return the different texts of the tags under `keys`."""
    return tuple(dict.fromkeys(text for key in keys for text in texts_of(tags.get(key))))


def _other_tags(tags: Mapping[str, Any], keys: Sequence[str]) -> tuple[str, ...]:
    """Return the tags as words, but for those under `keys`."""
    return tuple(text for key, value in tags.items() if key not in keys for text in _tag_texts(key, value))


def _tag_texts(key: str, value: Any) -> list[str]:
    """Return a tag as words: its key when it is simply set, else its key and its texts."""
    if value is True:
        return [key]
    texts = texts_of(value)
    return [f"{key} {' '.join(texts)}"] if texts else []
