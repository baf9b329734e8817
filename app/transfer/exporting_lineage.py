"""Exporting edges: both ends under their natural keys."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Integer, String, Subquery, cast, literal, null, union_all
from sqlmodel import col, select

from app.db.engine import ReadSession
from app.lineage.tables import ExternalNode, LineageEdge
from app.registry.tables import Dataset, DatasetVersion, ModelVersion, Namespace, RegisteredModel

EDGES_AT_ONCE = 1_000

Line = dict[str, Any]


def lineage_lines(session: ReadSession) -> Iterator[Line]:
    """Return the lines of all edges that hold between things that are there, ordered by their ends."""
    lower, upper = _nodes("lower"), _nodes("upper")
    order = [
        *(lower.c[name] for name in ("kind", "namespace", "name", "number", "label")),
        col(LineageEdge.relation),
        *(upper.c[name] for name in ("kind", "namespace", "name", "number", "label")),
    ]
    statement = (
        select(*order, LineageEdge.evidence, LineageEdge.since, LineageEdge.exceptions)  # type: ignore[call-overload]
        .select_from(LineageEdge)
        .join(lower, lower.c.id == LineageEdge.downstream)
        .join(upper, upper.c.id == LineageEdge.upstream)
        .where(col(LineageEdge.until).is_(None))
        .order_by(*order)
    )
    for row in session.connection().execute(statement).yield_per(EDGES_AT_ONCE):
        line = {
            "type": "lineage",
            "downstream": _reference(*row[0:5]),
            "upstream": _reference(*row[6:11]),
            "relation": row[5],
            "evidence": row[11],
            "since": row[12],
            "exceptions": row[13],
        }
        yield line


def _nodes(name: str) -> Subquery:
    """Return what names every node that an export holds."""
    models = (
        select(  # type: ignore[call-overload]
            ModelVersion.id,
            literal("model").label("kind"),
            col(Namespace.name).label("namespace"),
            RegisteredModel.name,
            ModelVersion.number,
            cast(null(), String).label("label"),
        )
        .join(RegisteredModel, col(RegisteredModel.id) == ModelVersion.model_id)
        .join(Namespace, col(Namespace.id) == RegisteredModel.namespace_id)
        .where(
            col(RegisteredModel.deleted_at).is_(None),
            col(ModelVersion.deleted_at).is_(None),
        )
    )
    datasets = (
        select(  # type: ignore[call-overload]
            DatasetVersion.id,
            literal("dataset"),
            Namespace.name,
            Dataset.name,
            cast(null(), Integer),
            DatasetVersion.label,
        )
        .join(Dataset, col(Dataset.id) == DatasetVersion.dataset_id)
        .join(Namespace, col(Namespace.id) == Dataset.namespace_id)
    )
    outside = select(  # type: ignore[call-overload]
        ExternalNode.id,
        literal("external"),
        cast(null(), String),
        ExternalNode.uri,
        cast(null(), Integer),
        cast(null(), String),
    )
    return union_all(models, datasets, outside).subquery(name)


def _reference(kind: str, namespace: str | None, name: str, number: int | None, label: str | None) -> Line:
    if kind == "external":
        return {"external": name}
    return {
        kind: {"namespace": namespace, "name": name},
        "version": number if kind == "model" else label,
    }
