"""Rows become documents: the same code for one change, for a whole rebuild and for the reasons of a hit."""

from collections.abc import Collection, Sequence

from sqlmodel import col, select

from app.db.changelog import head
from app.db.engine import ReadSession
from app.registry.reading.datasets import dataset_names
from app.registry.reading.documents import (
    OfVersions,
    dataset_document,
    model_document,
    named_tasks,
    task_words,
)
from app.registry.reading.listing import models_by_id, namespaces_by_id, parameter_counts, tags_of
from app.registry.reading.tasks import task_names, tasks_named
from app.registry.tables import Dataset, Namespace, RegisteredModel
from app.search.document import Document


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
    named = {model.id: named_tasks(model, tags.get(model.id, {})) for model in models}
    tasks = tasks_named(session, {name for names in named.values() for name in names})
    return [
        model_document(
            model,
            tags.get(model.id, {}),
            [task_words(name, tasks.get(name)) for name in named[model.id]],
            namespace=namespaces[model.namespace_id].name,
            versions=of_versions[model.id],
            sequence=sequence,
        )
        for model in models
    ]


def dataset_documents(session: ReadSession, dataset_ids: Collection[str]) -> list[Document]:
    """Return the documents of the datasets among `dataset_ids`, as one snapshot shows them."""
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
        dataset_document(dataset, tags.get(dataset.id, {}), tasks, namespace=namespace, sequence=sequence)
        for dataset, namespace in rows
    ]


def _of_versions(session: ReadSession, model_ids: Collection[str]) -> dict[str, OfVersions]:
    datasets = dataset_names(session, model_ids)
    counts = parameter_counts(session, model_ids)
    return {one: OfVersions(tuple(datasets.get(one, ())), tuple(counts.get(one, ()))) for one in model_ids}
