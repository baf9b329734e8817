"""Datasets and their versions, and which versions of models were made with them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.ids import DATASET_VERSION
from app.db.statements import GIVEN
from app.lineage.tables import LineageEdge, Relation
from app.lineage.walks import edges_of
from app.registry.drafts import DatasetRole
from app.registry.tables import Dataset, DatasetVersion, ModelVersion

ROLE_RELATIONS = {
    DatasetRole.TRAINING: Relation.TRAINED_ON,
    DatasetRole.EVALUATION: Relation.EVALUATED_ON,
    DatasetRole.OTHER: Relation.DEPENDS_ON,
}
RELATION_ROLES = {relation: role for role, relation in ROLE_RELATIONS.items()}

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


def uses_of(session: ReadSession, version_ids: Collection[str]) -> dict[str, list[DatasetUse]]:
    """Return the datasets that versions were made with, in the order in which the edges were added."""
    edges = edges_of(session, version_ids, relations=RELATION_ROLES)
    edges = [edge for edge in edges if edge.upstream.startswith(DATASET_VERSION)]
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


def dataset_names(session: ReadSession, model_ids: Collection[str]) -> dict[str, list[str]]:
    """Return the names of the datasets that the living versions of models were made with, by model."""
    names: dict[str, list[str]] = {}
    for model_id, name in session.execute(_NAMES_BY_MODEL, {"given": list(model_ids)}):
        names.setdefault(model_id, []).append(name)
    return names


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
