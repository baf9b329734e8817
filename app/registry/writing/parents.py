"""What a new version comes from: parents, datasets, code and its environment become lineage edges."""

from collections.abc import Mapping, Sequence

from app.db.changelog import Logged
from app.errors import HolotypeError, NotFound
from app.identity.session import WriteSession
from app.lineage.edges import NewEdge, add_edges, unknown_edges
from app.lineage.outside import external_nodes, settle_edges
from app.lineage.tables import Relation
from app.registry.drafts import VersionDraft
from app.registry.reading.datasets import ROLE_RELATIONS
from app.registry.reading.finding import find_dataset, find_dataset_version, require_kind
from app.registry.reading.nodes import LINEAGE_KINDS, known_nodes
from app.registry.writing.provenance import Made

MADE_RELATIONS = {"code_revision": Relation.BUILT_FROM, "environment": Relation.RAN_IN}
"""How a version descends from what it was made with, by the field of its draft."""


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
        edges[version_id] = [*settle_edges(session, parents), *_dataset_edges(session, version_id, draft)]
    return edges


def edges_made_with(version_id: str, made: Mapping[str, Made]) -> list[NewEdge]:
    """Return the edges that lead from a version to the code and the environment that it states."""
    return [
        NewEdge(version_id, made[field].id, relation)
        for field, relation in MADE_RELATIONS.items()
        if field in made
    ]


def link_parents(
    session: WriteSession, edges: Mapping[str, Sequence[NewEdge]], logged: Mapping[str, Logged]
) -> None:
    """Add the edges of new versions under the changes that made the versions."""
    every = [edge for mine in edges.values() for edge in mine]
    if every:
        add_edges(session, unknown_edges(session, every), logged)


def _parent_edges(
    session: WriteSession, version_id: str, draft: VersionDraft, nodes: Mapping[str, str]
) -> list[NewEdge]:
    edges = []
    for index, parent in enumerate(draft.parents):
        upstream = parent.upstream
        node = nodes[upstream.external_uri] if upstream.external_uri else upstream.id or ""
        require_kind(node, *LINEAGE_KINDS, field=["parents", str(index), "upstream", "id"])
        edges.append(NewEdge(version_id, node, parent.relation, parent.evidence))
    known = known_nodes(session, {edge.upstream for edge in edges} - set(nodes.values())) | {*nodes.values()}
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
