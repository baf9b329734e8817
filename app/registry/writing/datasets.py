"""Datasets and their versions, and which versions of models were made with them."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from app.db.changelog import Fact
from app.db.engine import ReadSession
from app.db.ids import new_id
from app.db.rows import insert_rows
from app.db.statements import GIVEN, VALUES_A_STATEMENT, batched
from app.db.text import fold
from app.errors import AlreadyExists
from app.identity.session import WriteSession
from app.lineage.tables import LineageEdge, Relation
from app.lineage.walks import edges_of
from app.registry.drafts import DatasetDraft, DatasetRole, DatasetVersionDraft
from app.registry.reading.finding import find_namespaces
from app.registry.tables import Dataset, DatasetVersion, ModelVersion, Namespace, Tag
from app.registry.writing.labels import write_tags

ROLE_RELATIONS = {
    DatasetRole.TRAINING: Relation.TRAINED_ON,
    DatasetRole.EVALUATION: Relation.EVALUATED_ON,
    DatasetRole.OTHER: Relation.DEPENDS_ON,
}
RELATION_ROLES = {relation: role for role, relation in ROLE_RELATIONS.items()}
TASK_TAGS = ("task", "tasks")
_NAMES_BY_MODEL = (
    select(ModelVersion.model_id, Dataset.name)
    .join(LineageEdge, col(LineageEdge.downstream) == ModelVersion.id)
    .join(DatasetVersion, col(DatasetVersion.id) == LineageEdge.upstream)
    .join(Dataset, col(Dataset.id) == DatasetVersion.dataset_id)
    .where(
        col(ModelVersion.model_id).in_(GIVEN),
        col(ModelVersion.deleted_at).is_(None),
        col(LineageEdge.until).is_(None),
    )
    .distinct()
    .order_by(col(ModelVersion.model_id), col(Dataset.name))
)
"""The keys of the tags by which a dataset says what it is for."""


@dataclass(frozen=True, slots=True)
class DatasetUse:
    """A dataset version that a model version was made with.

    A use is a lineage edge; it is not stored a second time.
    """

    version_id: str
    dataset: Dataset
    dataset_version: DatasetVersion
    role: DatasetRole
    context: str | None


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
            id=new_id("dst"),
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
    write_tags(session, [(row.id, draft.tags) for row, draft in zip(datasets, drafts, strict=True)], logged)
    rows = [
        _version_row(session, dataset.id, version)
        for dataset, draft in zip(datasets, drafts, strict=True)
        for version in draft.versions
    ]
    insert_rows(session, DatasetVersion, rows)
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
    session.record(
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
    insert_rows(session, DatasetVersion, rows)
    return [row["id"] for row in rows]


def uses_of(session: ReadSession, version_ids: Collection[str]) -> dict[str, list[DatasetUse]]:
    """Return the datasets that versions were made with, in the order in which the edges were added."""
    edges = edges_of(session, version_ids, relations=RELATION_ROLES)
    edges = [edge for edge in edges if edge.upstream.startswith("dsv_")]
    known = datasets_by_version(session, {edge.upstream for edge in edges})
    uses: dict[str, list[DatasetUse]] = {}
    for edge in edges:
        dataset, version = known[edge.upstream]
        uses.setdefault(edge.downstream, []).append(
            DatasetUse(edge.downstream, dataset, version, _role(edge), edge.evidence)
        )
    return uses


def datasets_by_version(
    session: ReadSession, version_ids: Collection[str]
) -> dict[str, tuple[Dataset, DatasetVersion]]:
    """Return dataset versions with their datasets, by the version's id."""
    pairs = session.exec(
        select(Dataset, DatasetVersion)
        .join(DatasetVersion, col(DatasetVersion.dataset_id) == Dataset.id)
        .where(col(DatasetVersion.id).in_(version_ids))
    )
    return {version.id: (dataset, version) for dataset, version in pairs}


def _role(edge: LineageEdge) -> DatasetRole:
    return RELATION_ROLES[Relation(edge.relation)]


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
        "id": new_id("dsv"),
        "dataset_id": dataset_id,
        **draft.model_dump(),
        "revoked_at": None,
        "created_at": session.now,
    }


def dataset_names(session: ReadSession, model_ids: Collection[str]) -> dict[str, list[str]]:
    """Return the names of the datasets that the living versions of models were made with, by model."""
    names: dict[str, list[str]] = {}
    for model_id, name in session.execute(_NAMES_BY_MODEL, {"given": list(model_ids)}):
        names.setdefault(model_id, []).append(name)
    return names


def datasets_with_tasks(session: ReadSession) -> set[str]:
    """Return the ids of the datasets that say what they are for."""
    tagged = select(Tag.subject_id).where(col(Tag.key).in_(TASK_TAGS))
    return set(session.exec(tagged.where(col(Tag.subject_id).startswith("dst_", autoescape=True))))


def dataset_versions_of(
    session: ReadSession, dataset_ids: Collection[str]
) -> dict[str, list[DatasetVersion]]:
    """Return the versions of datasets, by dataset and in the order in which they were added."""
    versions: dict[str, list[DatasetVersion]] = {}
    rows = session.exec(
        select(DatasetVersion)
        .where(col(DatasetVersion.dataset_id).in_(dataset_ids))
        .order_by(col(DatasetVersion.created_at), col(DatasetVersion.id))
    )
    for row in rows:
        versions.setdefault(row.dataset_id, []).append(row)
    return versions
