"""Which models come from which things, as a part of other statements."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import literal, select, union_all
from sqlmodel import col

from app.lineage.tables import DERIVING
from app.lineage.ways import nodes_below
from app.registry.tables import DatasetVersion, ModelVersion

DERIVED_FROM = ("mdl", "ver", "dst", "dsv", "ext")
"""What begins the ids of the things that a model may come from."""


def derived_models(things: Sequence[str]) -> Any:
    """Return the statement that selects the models of which a living version derives from any of `things`.

    A version derives from a thing by the relations that carry what it holds (`DERIVING`), at any distance.
    """
    models = [thing for thing in things if thing.startswith("mdl_")]
    datasets = [thing for thing in things if thing.startswith("dst_")]
    nodes = [thing for thing in things if thing[:3] in {"ver", "dsv", "ext"}]
    start = union_all(
        select(col(ModelVersion.id)).where(col(ModelVersion.model_id).in_(models)),
        select(col(DatasetVersion.id)).where(col(DatasetVersion.dataset_id).in_(datasets)),
        *(select(literal(node)) for node in nodes),
    ).subquery()
    below = nodes_below(select(start.c[0]), DERIVING)
    return (
        select(col(ModelVersion.model_id))
        .where(col(ModelVersion.deleted_at).is_(None), col(ModelVersion.id).in_(below))
        .correlate(None)
    )
