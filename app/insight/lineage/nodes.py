"""What the nodes of a lineage graph are called: the graph itself knows only their ids."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.db.engine import ReadSession
from app.db.ids import CODE, DATASET_VERSION, ENVIRONMENT, EXTERNAL, VERSION
from app.db.past import named_by_then
from app.db.statements import VALUES_A_STATEMENT, batched
from app.lineage.outside import external_uris
from app.registry.reading.datasets import datasets_by_version
from app.registry.tables import CodeRevision, Environment, ModelVersion, Namespace, RegisteredModel

SHORT = 12
"""How many characters of a digest tell it from others."""


@dataclass(frozen=True, slots=True)
class NodeLabel:
    """How a node is shown.

    Attributes:
        name: ``namespace/model vN``, ``dataset label``, ``repository at commit``, what an environment
            states, or what an outside thing is called.
        stage: The stage of a model version.
    """

    name: str
    stage: str | None = None


def label_nodes(session: ReadSession, ids: Collection[str]) -> dict[str, NodeLabel]:
    """Return the labels of nodes, by id; what is not there at the session's moment is left out."""
    labels: dict[str, NodeLabel] = {}
    for chunk in batched(sorted(ids), VALUES_A_STATEMENT):
        for kind, label in _LABELS.items():
            if mine := [node for node in chunk if node.startswith(kind)]:
                labels |= label(session, mine)
    return labels


def _versions(session: ReadSession, ids: Collection[str]) -> dict[str, NodeLabel]:
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
    known = datasets_by_version(session, ids)
    return {node: NodeLabel(f"{dataset.name} {version.label}") for node, (dataset, version) in known.items()}


def _externals(session: ReadSession, ids: Collection[str]) -> dict[str, NodeLabel]:
    return {node: NodeLabel(uri) for node, uri in external_uris(session, ids).items()}


def _codes(session: ReadSession, ids: Collection[str]) -> dict[str, NodeLabel]:
    return {row.id: NodeLabel(_code(row)) for row in _unchanging(session, CodeRevision, ids)}


def _environments(session: ReadSession, ids: Collection[str]) -> dict[str, NodeLabel]:
    return {row.id: NodeLabel(_environment(row)) for row in _unchanging(session, Environment, ids)}


def _unchanging(session: ReadSession, table: Any, ids: Collection[str]) -> Iterable[Any]:
    known = select(table).where(table.id.in_(ids), *named_by_then(session, table.id))
    return session.execute(known).scalars()


def _code(row: CodeRevision) -> str:
    where = " at ".join(part for part in (row.repository, row.commit) if part)
    return f"{where or row.patch_digest or row.digest[:SHORT]}{' (changed)' if row.dirty else ''}"


def _environment(row: Environment) -> str:
    python = f"Python {row.python}" if row.python else None
    packages = f"{len(row.packages)} packages" if row.packages else None
    stated = [part for part in (python, row.hardware, row.os, packages) if part]
    return ", ".join(stated) or row.container or f"environment {row.digest[:SHORT]}"


_LABELS: Mapping[str, Callable[[ReadSession, Collection[str]], dict[str, NodeLabel]]] = {
    VERSION: _versions,
    DATASET_VERSION: _datasets,
    CODE: _codes,
    ENVIRONMENT: _environments,
    EXTERNAL: _externals,
}
"""What labels each kind of node, by what begins its ids."""
