"""Datasets, their versions, and what was made with them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry import UNSET

from app.graphql.enums import DatasetRole
from app.graphql.inputs.paging import After, Before, First, Last
from app.graphql.scalars import URI, BigInt
from app.graphql.selection import response_key
from app.graphql.types.connections import Connection
from app.graphql.types.degradation import Degradation
from app.graphql.types.entities import Tag
from app.graphql.types.principals import Node
from app.registry import tables as rows
from app.registry.reading import datasets

if TYPE_CHECKING:
    from app.graphql.types.registered import Namespace


@strawberry.type(description="A named line of dataset versions.")
class Dataset(Node):
    """A named line of dataset versions."""

    loaded: strawberry.Private[dict[str, Any]]
    namespace: Annotated["Namespace", strawberry.lazy("app.graphql.types.registered")] = strawberry.field(
        description="The namespace that owns the name."
    )
    name: str = strawberry.field(description="The name, unique in its namespace.")
    description: str | None = strawberry.field(description="What the dataset is, in Markdown.")
    tags: list[Tag] = strawberry.field(description="Its tags, in the order of their keys.")
    latest_version: "DatasetVersion | None" = strawberry.field(description="The version that was added last.")

    @strawberry.field(description="Its versions, in the order in which they were added.")
    def versions(
        self,
        info: strawberry.Info,
        first: First = 20,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection["DatasetVersion"] | None:
        """Return a page of its versions."""
        return self.loaded[response_key(info)]  # type: ignore[no-any-return]


@strawberry.type(description="A page of datasets.")
class DatasetConnection(Connection[Dataset]):
    """A page of datasets."""

    degraded: list[Degradation] = strawberry.field(
        description="Why what was found by a text is not whole; empty when it is."
    )
    suggestions: list[str] = strawberry.field(
        description="The text with words that no dataset has in the spelling of words that datasets have, "
        "the likeliest first, at most 3; empty when every word is known."
    )


@strawberry.type(description="One state of a dataset; null in a fact means that nobody stated it.")
class DatasetVersion(Node):
    """One state of a dataset."""

    dataset: Dataset = strawberry.field(description="The dataset that it is a version of.")
    label: str = strawberry.field(description="Its name among the dataset's versions.")
    digest: str | None = strawberry.field(description="A digest of its content.")
    uri: URI | None = strawberry.field(description="Where it is.")
    row_count: BigInt | None = strawberry.field(description="How many rows it has.")
    license: str | None = strawberry.field(description="Its licence.")
    contains_pii: bool | None = strawberry.field(description="Whether it holds data about persons.")
    revoked_at: datetime | None = strawberry.field(description="Since when it may not be used any more.")


@strawberry.type(description="A dataset version that a model version was made with.")
class DatasetUse:
    """A dataset version that a model version was made with."""

    dataset_version: DatasetVersion = strawberry.field(description="What was used.")
    role: DatasetRole = strawberry.field(description="What it was used for.")
    context: str | None = strawberry.field(description="The use in the words of who registered it.")


def dataset_version(row: rows.DatasetVersion, dataset: Dataset) -> DatasetVersion:
    """Make a dataset version from its row."""
    return DatasetVersion(
        id=strawberry.ID(row.id),
        dataset=dataset,
        label=row.label,
        digest=row.digest,
        uri=None if row.uri is None else URI(row.uri),
        row_count=None if row.row_count is None else BigInt(row.row_count),
        license=row.license,
        contains_pii=row.contains_pii,
        revoked_at=row.revoked_at,
    )


def dataset_use(use: datasets.DatasetUse, version: DatasetVersion) -> DatasetUse:
    """Make a use from what the lineage says."""
    return DatasetUse(dataset_version=version, role=DatasetRole(use.role.value), context=use.context)
