"""What is there of the things that lineage leads to."""

from collections.abc import Collection

from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.ids import DATASET_VERSION, EXTERNAL, VERSION
from app.db.json_lists import among
from app.lineage.tables import ExternalNode
from app.registry.tables import DatasetVersion, ModelVersion, RegisteredModel

LINEAGE_KINDS = (VERSION, DATASET_VERSION, EXTERNAL)
"""What begins the ids of the things that edges are stated of; code and environments come with versions."""


def known_nodes(session: ReadSession, ids: Collection[str]) -> set[str]:
    """Return which of `ids` are of things that are there; what was deleted is not."""
    if not ids:
        return set()
    living = (
        select(ModelVersion.id)
        .join(RegisteredModel, col(RegisteredModel.id) == ModelVersion.model_id)
        .where(col(ModelVersion.deleted_at).is_(None), col(RegisteredModel.deleted_at).is_(None))
    )
    known = set(session.exec(living.where(among(ModelVersion.id, ids))))
    for table in (DatasetVersion, ExternalNode):
        known |= set(session.exec(select(table.id).where(among(table.id, ids))))
    return known


def models_of(session: ReadSession, versions: Collection[str]) -> dict[str, str]:
    """Return the models of versions, by the version's id."""
    statement = select(ModelVersion.id, ModelVersion.model_id).where(among(ModelVersion.id, versions))
    return dict(session.exec(statement).all())
