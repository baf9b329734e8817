"""Registering datasets and their versions, and changing what is known of them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pydantic.alias_generators import to_camel
from sqlmodel import col, select

from app.db.changelog import Fact, Logged
from app.db.history import close_states, columns_of, open_states
from app.db.ids import DATASET, DATASET_VERSION, new_id
from app.db.locks import held
from app.db.rows import insert_rows
from app.db.statements import VALUES_A_STATEMENT, batched
from app.db.text import fold
from app.errors import AlreadyExists, NotFound
from app.identity.session import WriteSession
from app.registry.drafts import (
    DatasetBy,
    DatasetDraft,
    DatasetVersionDraft,
    DatasetVersionPatch,
    QualifiedName,
)
from app.registry.reading.finding import find_dataset, find_namespaces, require_kind
from app.registry.tables import Dataset, DatasetVersion, Namespace, dataset_version_history
from app.registry.writing.labels import set_tags, write_tags
from app.registry.writing.words import write_words


def register_datasets(session: WriteSession, drafts: Sequence[DatasetDraft]) -> list[Dataset]:
    """Register datasets with the versions that are given.

    Raises:
        NotFound: A namespace does not exist.
        AlreadyExists: A name is taken in its namespace.
    """
    namespaces = find_namespaces(session, {draft.namespace for draft in drafts})
    for namespace in namespaces.values():
        session.require("dataset.register", namespace.id)
        _refuse_taken(session, namespace, [row.name for row in drafts if row.namespace == namespace.name])
    datasets = [
        Dataset(
            id=new_id(DATASET),
            namespace_id=namespaces[draft.namespace].id,
            name=draft.name,
            name_folded=fold(draft.name),
            description=draft.description,
            created_at=session.now,
            created_by=session.viewer.id,
        )
        for draft in drafts
    ]
    session.add_all(datasets)
    session.flush()
    facts = [
        Fact(
            action="dataset.registered",
            subject_id=dataset.id,
            related=[dataset.namespace_id],
            after=draft.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        )
        for dataset, draft in zip(datasets, drafts, strict=True)
    ]
    logged = session.record(facts)
    tagged = [(row, draft.tags) for row, draft in zip(datasets, drafts, strict=True)]
    write_tags(session, [(row.id, tags) for row, tags in tagged], logged)
    write_words(session, tagged)
    made = [
        (_version_row(session, dataset.id, version), change)
        for dataset, draft, change in zip(datasets, drafts, logged, strict=True)
        for version in draft.versions
    ]
    _insert_versions(session, [row for row, _ in made], [change for _, change in made])
    return datasets


def add_dataset_versions(
    session: WriteSession, given: Sequence[tuple[Dataset, DatasetVersionDraft]]
) -> list[str]:
    """Register further versions of datasets and return their ids.

    Raises:
        AlreadyExists: A label is taken.
    """
    taken = {
        (row.dataset_id, row.label): row.id
        for row in session.exec(
            select(DatasetVersion).where(
                col(DatasetVersion.dataset_id).in_({dataset.id for dataset, _ in given})
            )
        )
    }
    rows = []
    for dataset, draft in given:
        session.require("dataset.register", dataset.namespace_id)
        if (dataset.id, draft.label) in taken:
            existing = taken[dataset.id, draft.label]
            message = f"dataset {dataset.name!r} has a version {draft.label!r} already"
            raise AlreadyExists(message, existing=existing, field=["label"])
        rows.append(_version_row(session, dataset.id, draft))
        taken[dataset.id, draft.label] = rows[-1]["id"]
    logged = session.record(
        [
            Fact(
                action="dataset.version_registered",
                subject_id=row["id"],
                related=[row["dataset_id"]],
                after=draft.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            )
            for row, (_, draft) in zip(rows, given, strict=True)
        ]
    )
    _insert_versions(session, rows, logged)
    return [row["id"] for row in rows]


def register_dataset(
    session: WriteSession, given: DatasetDraft, version: DatasetVersionDraft | None
) -> tuple[Dataset, str | None]:
    """Register a dataset, or add a version to the one of this name; return it and the version's id.

    Raises:
        NotFound: The namespace does not exist.
        AlreadyExists: The dataset is there and no version is given, or the label is taken, or what is given
            of the dataset differs from what is there.
    """
    try:
        by = DatasetBy(name=QualifiedName(namespace=given.namespace, name=given.name))
        dataset = find_dataset(session, by)
    except NotFound:
        [dataset] = register_datasets(session, [given])
    else:
        _require_same(dataset, given, version)
        if given.tags:
            set_tags(session, dataset.id, given.tags)
    try:
        ids = add_dataset_versions(session, [(dataset, version)]) if version else []
    except AlreadyExists as taken:
        raise taken.within("version") from None
    return dataset, next(iter(ids), None)


def update_dataset_version(session: WriteSession, version_id: str, patch: DatasetVersionPatch) -> bool:
    """Give a dataset version new facts and return whether any differed.

    Raises:
        InvalidInput: The id is of another kind.
        NotFound: There is no such dataset version.
    """
    wanted = require_kind(version_id, DATASET_VERSION)
    version = session.exec(held(session, select(DatasetVersion).where(DatasetVersion.id == wanted))).first()
    if version is None:
        raise NotFound(f"there is no dataset version {version_id}", field=["id"])
    session.require("dataset.update", version.dataset_id)
    values: dict[str, Any] = {
        name: getattr(patch, name) for name in patch.model_fields_set & {"license", "contains_pii"}
    }
    if patch.revoked is not None and patch.revoked != (version.revoked_at is not None):
        values["revoked_at"] = session.now if patch.revoked else None
    changed = {name: value for name, value in values.items() if getattr(version, name) != value}
    if not changed:
        return False
    fact = Fact(
        action="dataset.version_updated",
        subject_id=version.id,
        related=[version.dataset_id],
        before={to_camel(name): getattr(version, name) for name in changed},
        after={to_camel(name): value for name, value in changed.items()} | _reason(patch),
    )
    logged = session.record([fact])
    for name, value in changed.items():
        setattr(version, name, value)
    session.add(version)
    session.flush()
    close_states(session, dataset_version_history, [columns_of(version)], logged)
    open_states(session, dataset_version_history, [columns_of(version)], logged)
    return True


def _insert_versions(session: WriteSession, rows: Sequence[dict[str, Any]], logged: Sequence[Logged]) -> None:
    insert_rows(session, DatasetVersion, rows)
    open_states(session, dataset_version_history, rows, logged)


def _require_same(dataset: Dataset, given: DatasetDraft, version: DatasetVersionDraft | None) -> None:
    if version is None:
        message = f"there is a dataset {given.name!r} already: give a version to add one"
        raise AlreadyExists(message, existing=dataset.id, field=["name"])
    if given.description is not None and given.description != dataset.description:
        message = f"the dataset {given.name!r} is there with another description"
        raise AlreadyExists(message, existing=dataset.id, field=["description"])


def _reason(patch: DatasetVersionPatch) -> dict[str, Any]:
    return {"reason": patch.reason} if patch.reason else {}


def _refuse_taken(session: WriteSession, namespace: Namespace, names: Sequence[str]) -> None:
    taken = {name: None for name, count in Counter(names).items() if count > 1}
    known: dict[str, str | None] = {}
    for some in batched(names, VALUES_A_STATEMENT):
        mine = select(Dataset.name, Dataset.id).where(Dataset.namespace_id == namespace.id)
        known.update(session.exec(mine.where(col(Dataset.name).in_(some))).all())
    for name, existing in {**taken, **known}.items():
        message = f"there is a dataset {name!r} in {namespace.name!r} already"
        raise AlreadyExists(message, existing=existing, field=["name"])


def _version_row(session: WriteSession, dataset_id: str, draft: DatasetVersionDraft) -> dict[str, Any]:
    return {
        "id": new_id(DATASET_VERSION),
        "dataset_id": dataset_id,
        **draft.model_dump(),
        "revoked_at": None,
        "created_at": session.now,
    }
