"""Datasets, their versions, and what was made with them."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

import strawberry

from app.db.cursors import Order, named
from app.db.engine import ReadSession
from app.db.paging import sequence_page
from app.graphql.inputs.paging import page_request
from app.graphql.loading.nodes import Loaded, load_nodes, loads
from app.graphql.selection import Selection
from app.graphql.types.connections import connection
from app.graphql.types.datasets import (
    Dataset,
    DatasetConnection,
    DatasetVersion,
    dataset_use,
    dataset_version,
)
from app.graphql.types.degradation import degradation
from app.graphql.types.entities import tags_made
from app.insight.discovery.finding_datasets import FoundDatasets
from app.registry import tables as rows
from app.registry.reading import browsing, listing
from app.registry.reading.datasets import dataset_versions_of, datasets_by_version, uses_of

if TYPE_CHECKING:
    from app.graphql.types.registered import Namespace


@loads("dst", "Dataset")
def datasets_by_id(session: ReadSession, ids: Sequence[str], selection: Selection) -> dict[str, Any]:
    """Make types of datasets by id."""
    found = browsing.datasets_by_id(session, ids)
    return {str(node.id): node for node in load_datasets(session, list(found.values()), selection)}


def load_datasets(
    session: ReadSession, datasets: Sequence[rows.Dataset], selection: Selection
) -> list[Dataset]:
    """Make types of datasets, with what `selection` asks for."""
    if not datasets:
        return []
    ids = [dataset.id for dataset in datasets]
    owners = load_nodes(session, {dataset.namespace_id for dataset in datasets}, selection.below("namespace"))
    tags = listing.tags_of(session, ids) if "tags" in selection else {}
    made = [
        Dataset(
            id=strawberry.ID(row.id),
            loaded={},
            namespace=cast("Namespace", owners[row.namespace_id]),
            name=row.name,
            description=row.description,
            tags=tags_made(tags.get(row.id, {})),
            latest_version=None,
        )
        for row in datasets
    ]
    if selection.asks("versions", "latestVersion"):
        _fill_versions(session, made, selection)
    return made


def load_dataset_page(
    session: ReadSession,
    found: FoundDatasets,
    selection: Selection,
    suggestions: Iterable[str] = (),
) -> DatasetConnection:
    """Make a connection of a page of datasets, with what `selection` asks for."""
    made = connection(found.page, load_datasets(session, found.page.items, selection.items()))
    return DatasetConnection(
        edges=made.edges,
        nodes=made.nodes,
        page_info=made.page_info,
        total_count=made.total_count,
        degraded=[degradation(one) for one in found.degraded],
        suggestions=list(suggestions),
    )


@loads("dsv", "DatasetVersion")
def load_dataset_versions(
    session: ReadSession, ids: Sequence[str], selection: Selection
) -> dict[str, DatasetVersion]:
    """Make types of dataset versions, by id; unknown ids are left out."""
    known = datasets_by_version(session, ids)
    parents = {dataset.id: dataset for dataset, _ in known.values()}
    made = {
        str(one.id): one for one in load_datasets(session, list(parents.values()), selection.below("dataset"))
    }
    return {
        identifier: dataset_version(version, made[dataset.id])
        for identifier, (dataset, version) in known.items()
    }


def load_uses(session: ReadSession, loaded: Loaded, selection: Selection) -> None:
    """Fill the field `datasets` of model versions."""
    if "datasets" not in selection:
        return
    uses = uses_of(session, loaded.keys())
    for call in selection.calls("datasets"):
        below = call.below.items().below("datasetVersion")
        # Datasets are of the present: only what was made with them is of a moment.
        versions = load_dataset_versions(
            session.present, [use.dataset_version.id for mine in uses.values() for use in mine], below
        )
        role = call.arguments.get("role")
        wanted = getattr(role, "value", role)
        for version_id, fields in loaded.items():
            mine = [use for use in uses.get(version_id, ()) if wanted in {None, use.role.value}]
            keys = [f"{use.dataset_version.id}:{use.role.value}" for use in mine]
            order = Order(named("datasets", {"role": wanted, "of": version_id}), ("use",))
            page = sequence_page(mine, keys, order, page_request(call.arguments, first=50))
            nodes = [dataset_use(use, versions[use.dataset_version.id]) for use in page.items]
            fields[call.key] = connection(page, nodes)


def _fill_versions(session: ReadSession, datasets: Sequence[Dataset], selection: Selection) -> None:
    versions = dataset_versions_of(session, [str(dataset.id) for dataset in datasets])
    for dataset in datasets:
        mine = versions.get(str(dataset.id), [])
        made = [dataset_version(row, dataset) for row in mine]
        dataset.latest_version = made[-1] if made else None
        for call in selection.calls("versions"):
            order = Order(named("dataset_versions", {"of": str(dataset.id)}), ("id",))
            page = sequence_page(made, [row.id for row in mine], order, page_request(call.arguments))
            dataset.loaded[call.key] = connection(page, page.items)
