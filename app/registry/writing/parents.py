"""What a new version comes from: parents and datasets become lineage edges."""

from collections.abc import Mapping, Sequence

from sqlmodel import col, select

from app.db.changelog import Fact, Logged
from app.db.locks import hold
from app.db.statements import VALUES_A_STATEMENT, batched
from app.errors import HolotypeError, NotFound
from app.identity.session import WriteSession
from app.lineage.edges import NewEdge, add_edges, external_nodes, unknown_edges
from app.lineage.tables import ExternalNode
from app.registry.drafts import VersionDraft
from app.registry.reading.datasets import ROLE_RELATIONS
from app.registry.reading.finding import find_dataset, find_dataset_version, require_kind
from app.registry.tables import DatasetVersion, ModelVersion


def resolve_parents(
    session: WriteSession, given: Sequence[tuple[str, VersionDraft]]
) -> dict[str, list[NewEdge]]:
    """Return the edges of new versions, by version id, with outside parents made into nodes.

    Raises:
        InvalidInput: A parent's id is of a thing that nothing can descend from.
        NotFound: A parent or a dataset does not exist.
    """
    uris = [parent.upstream.external_uri for _, draft in given for parent in draft.parents]
    nodes = external_nodes(session, [uri for uri in uris if uri is not None])
    edges = {}
    for version_id, draft in given:
        parents = _parent_edges(session, version_id, draft, nodes)
        edges[version_id] = [*parents, *_dataset_edges(session, version_id, draft)]
    return edges


def link_parents(
    session: WriteSession, edges: Mapping[str, Sequence[NewEdge]], logged: Mapping[str, Logged]
) -> None:
    """Add the edges of new versions under the changes that made the versions."""
    every = [edge for mine in edges.values() for edge in mine]
    if every:
        add_edges(session, unknown_edges(session, every), logged)


def link(session: WriteSession, edges: Sequence[NewEdge]) -> int:
    """Add edges between nodes that exist, one change for each lower end; return how many were new.

    Raises:
        CycleFound: An edge would make a node its own ancestor.
        InvalidInput: An edge leads from a node to itself.
    """
    # Each of two edges may be harmless by itself and close a circle with the other.
    hold(session, "lineage")
    fresh = unknown_edges(session, edges)
    lower = list(dict.fromkeys(edge.downstream for edge in fresh))
    models = _models_of(session, lower)
    by_node: dict[str, list[NewEdge]] = {node: [] for node in lower}
    for edge in fresh:
        by_node[edge.downstream].append(edge)
    for node in lower:
        session.require("lineage.add", node)
    logged = session.record(
        [
            Fact(
                action="lineage.added",
                subject_id=node,
                related=[*models.get(node, ()), *(edge.upstream for edge in mine)],
                after={
                    "edges": [{"upstream": edge.upstream, "relation": str(edge.relation)} for edge in mine]
                },
            )
            for node, mine in by_node.items()
        ]
    )
    add_edges(session, fresh, dict(zip(by_node, logged, strict=True)))
    return len(fresh)


def _parent_edges(
    session: WriteSession, version_id: str, draft: VersionDraft, nodes: Mapping[str, str]
) -> list[NewEdge]:
    edges = []
    for index, parent in enumerate(draft.parents):
        upstream = parent.upstream
        node = nodes[upstream.external_uri] if upstream.external_uri else upstream.id or ""
        require_kind(node, "ver", "dsv", "ext", field=["parents", str(index), "upstream", "id"])
        edges.append(NewEdge(version_id, node, parent.relation, parent.evidence))
    known = _known_nodes(session, {edge.upstream for edge in edges} - set(nodes.values())) | {*nodes.values()}
    for index, edge in enumerate(edges):
        if edge.upstream not in known:
            message = f"there is nothing with the id {edge.upstream} to descend from"
            raise NotFound(message, field=["parents", str(index), "upstream", "id"])
    return edges


def _dataset_edges(session: WriteSession, version_id: str, draft: VersionDraft) -> list[NewEdge]:
    edges = []
    for index, use in enumerate(draft.datasets):
        try:
            dataset = find_dataset(session, use.dataset)
        except HolotypeError as refused:
            inner = ("name",) if use.dataset.name else ()
            raise refused.within("datasets", str(index), "dataset", *inner) from None
        try:
            version = find_dataset_version(session, dataset, use.label)
        except NotFound as missing:
            raise missing.within("datasets", str(index)) from None
        edges.append(NewEdge(version_id, version.id, ROLE_RELATIONS[use.role], use.context))
    return edges


def _known_nodes(session: WriteSession, ids: set[str]) -> set[str]:
    known: set[str] = set()
    for chunk in batched(sorted(ids), VALUES_A_STATEMENT):
        for table in (ModelVersion, DatasetVersion, ExternalNode):
            known |= set(session.exec(select(table.id).where(col(table.id).in_(chunk))))
    return known


def _models_of(session: WriteSession, versions: Sequence[str]) -> dict[str, list[str]]:
    models: dict[str, list[str]] = {}
    for chunk in batched(versions, VALUES_A_STATEMENT):
        statement = select(ModelVersion.id, ModelVersion.model_id).where(col(ModelVersion.id).in_(chunk))
        models.update((version, [model]) for version, model in session.execute(statement))
    return models
