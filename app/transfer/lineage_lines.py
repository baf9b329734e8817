"""Importing edges: both ends are found first, a few statements for many lines."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.statements import VALUES_A_STATEMENT, batched
from app.errors import HolotypeError, NotFound
from app.identity.session import WriteSession
from app.lineage.edges import NewEdge
from app.lineage.outside import external_nodes
from app.registry.tables import Dataset, DatasetVersion, ModelVersion, RegisteredModel
from app.registry.writing.lineage import link
from app.transfer.interchange import LineageLine, Reference
from app.transfer.outcome import Kind, Outcome, Refused
from app.transfer.reading import Stated
from app.transfer.standing import namespace_ids

Place = tuple[str, str, str, str]
"""What a reference names: the kind of thing, its namespace and name, and its version as text."""

ONLY_LABEL = "1"


def settle_lineage(session: WriteSession, lines: Sequence[Stated[LineageLine]]) -> Outcome:
    """Add the edges that are not there yet; what lies outside the registry becomes an external node."""
    places = {_place(end) for line in lines for end in _ends(line.record)}
    nodes = _versions(session, places)
    outcome, sound = Outcome(), []
    for line in lines:
        if errors := _unknown(line.record, nodes):
            outcome.refused.append(Refused(line, errors))
        else:
            sound.append(line.record)
    nodes.update(_externals(session, sound))
    edges = [
        NewEdge(
            nodes[_place(record.downstream)],
            nodes[_place(record.upstream)],
            record.relation,
            record.evidence,
            record.since,
            {str(fact): reason for fact, reason in record.exceptions.items()},
        )
        for record in sound
    ]
    fresh = len(link(session, edges)) if edges else 0
    outcome.count(Kind.LINEAGE, new=fresh, unchanged=len(edges) - fresh)
    return outcome


def _ends(record: LineageLine) -> tuple[Reference, Reference]:
    return record.downstream, record.upstream


def _place(end: Reference) -> Place:
    if end.model is not None:
        return "model", end.model.namespace, end.model.name, str(end.version)
    if end.dataset is not None:
        return "dataset", end.dataset.namespace, end.dataset.name, str(end.version or ONLY_LABEL)
    return "external", "", end.external or "", ""


def _unknown(record: LineageLine, nodes: Mapping[Place, str]) -> list[HolotypeError]:
    errors: list[HolotypeError] = []
    for side, end in (("downstream", record.downstream), ("upstream", record.upstream)):
        kind, namespace, name, version = place = _place(end)
        if kind != "external" and place not in nodes:
            message = f"there is no {kind} {name!r} with version {version} in namespace {namespace!r}"
            errors.append(NotFound(message, field=[side]))
    return errors


def _externals(session: WriteSession, records: Sequence[LineageLine]) -> dict[Place, str]:
    uris = {end.external for record in records for end in _ends(record) if end.external is not None}
    return {("external", "", uri, ""): node for uri, node in external_nodes(session, uris).items()}


def _versions(session: ReadSession, places: Iterable[Place]) -> dict[Place, str]:
    """Return the ids of the versions that exist, by place."""
    wanted: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, namespace, name, _ in places:
        if kind != "external":
            wanted[kind, namespace].add(name)
    namespaces = namespace_ids(session, {namespace for _, namespace in wanted})
    found: dict[Place, str] = {}
    for (kind, namespace), names in wanted.items():
        for some in batched(sorted(names), VALUES_A_STATEMENT):
            for name, version, node in _named(session, kind, namespaces.get(namespace), some):
                found[kind, namespace, name, str(version)] = node
    return found


def _named(
    session: ReadSession, kind: str, namespace_id: str | None, names: Sequence[str]
) -> Iterable[tuple[str, int | str, str]]:
    if kind == "model":
        models = (
            select(RegisteredModel.name, ModelVersion.number, ModelVersion.id)
            .join(ModelVersion, col(ModelVersion.model_id) == RegisteredModel.id)
            .where(
                RegisteredModel.namespace_id == namespace_id,
                col(RegisteredModel.name).in_(names),
                col(RegisteredModel.deleted_at).is_(None),
                col(ModelVersion.deleted_at).is_(None),
            )
        )
        return session.execute(models)
    datasets = (
        select(Dataset.name, DatasetVersion.label, DatasetVersion.id)
        .join(DatasetVersion, col(DatasetVersion.dataset_id) == Dataset.id)
        .where(Dataset.namespace_id == namespace_id, col(Dataset.name).in_(names))
    )
    return session.execute(datasets)
