"""What the nodes of a lineage graph are called: the graph itself knows only their ids."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from app.db.engine import ReadSession
from app.db.statements import VALUES_A_STATEMENT, batched
from app.lineage.outside import external_uris
from app.registry.reading.datasets import datasets_by_version
from app.registry.tables import ModelVersion, Namespace, RegisteredModel


@dataclass(frozen=True, slots=True)
class NodeLabel:
    """How a node is shown.

    Attributes:
        name: ``namespace/model vN``, ``dataset label``, or what an outside thing is called.
        stage: The stage of a model version.
    """

    name: str
    stage: str | None = None


def label_nodes(session: ReadSession, ids: Collection[str]) -> dict[str, NodeLabel]:
    """Return the labels of nodes, by id; unknown ids are left out."""
    labels: dict[str, NodeLabel] = {}
    for chunk in batched(sorted(ids), VALUES_A_STATEMENT):
        labels |= _versions(session, [node for node in chunk if node.startswith("ver_")])
        labels |= _datasets(session, [node for node in chunk if node.startswith("dsv_")])
        labels |= _externals(session, [node for node in chunk if node.startswith("ext_")])
    return labels


def _versions(session: ReadSession, ids: Collection[str]) -> dict[str, NodeLabel]:
    if not ids:
        return {}
    statement = (
        select(
            col(ModelVersion.id),
            col(Namespace.name),
            col(RegisteredModel.name),
            col(ModelVersion.number),
            col(ModelVersion.stage),
        )
        .join(RegisteredModel, col(RegisteredModel.id) == ModelVersion.model_id)
        .join(Namespace, col(Namespace.id) == RegisteredModel.namespace_id)
        .where(col(ModelVersion.id).in_(ids))
    )
    return {
        version: NodeLabel(f"{namespace}/{model} v{number}", stage)
        for version, namespace, model, number, stage in session.execute(statement)
    }


def _datasets(session: ReadSession, ids: Collection[str]) -> dict[str, NodeLabel]:
    if not ids:
        return {}
    known = datasets_by_version(session, ids)
    return {node: NodeLabel(f"{dataset.name} {version.label}") for node, (dataset, version) in known.items()}


def _externals(session: ReadSession, ids: Collection[str]) -> dict[str, NodeLabel]:
    if not ids:
        return {}
    return {node: NodeLabel(uri) for node, uri in external_uris(session, ids).items()}
