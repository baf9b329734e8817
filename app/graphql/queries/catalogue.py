"""Reading what models are described by, and the change log."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from app.db.engine import ReadSession
from app.db.paging import MAX_PAGE
from app.graphql.context import Info
from app.graphql.inputs.drafting import below
from app.graphql.inputs.filtering import changes_wanted, dataset_filter
from app.graphql.inputs.filters import ChangeFilter, DatasetFilter
from app.graphql.inputs.naming import DatasetBy, named_dataset
from app.graphql.inputs.paging import After, Before, First, Last, page_asked
from app.graphql.loading.changes import load_changes
from app.graphql.loading.datasets import load_dataset_page, load_datasets
from app.graphql.selection import selected
from app.graphql.types.changes import Change
from app.graphql.types.connections import Connection, connection
from app.graphql.types.datasets import Dataset, DatasetConnection
from app.graphql.types.metrics import MetricDefinition, metric_definition
from app.graphql.types.tasks import Task, task
from app.insight.discovery.finding_datasets import FoundDatasets, find_datasets
from app.insight.discovery.suggesting import other_spellings
from app.registry.reading import browsing
from app.registry.reading.changes import list_changes
from app.search.contract import Kind


@strawberry.type
class CatalogueQueries:
    """Reading what models are described by, and the change log."""

    @strawberry.field(description="A dataset by its id or name.")
    async def dataset(
        self, info: Info, by: Annotated[DatasetBy, strawberry.argument(description="Which one.")]
    ) -> Dataset | None:
        """Return a dataset by its id or name."""
        selection = selected(info)

        def work(session: ReadSession) -> Dataset:
            with below("by"):
                found = named_dataset(session, by)
            return load_datasets(session, [found], selection)[0]

        return await info.context.read(work)

    @strawberry.field(
        description="The datasets, by name; with a text, those found by words and meaning, the best first."
    )
    async def datasets(  # noqa: PLR0917 - the arguments of the schema
        self,
        info: Info,
        text: Annotated[
            str | None,
            strawberry.argument(description="What is looked for, in your own words."),
        ] = UNSET,
        filter: Annotated[DatasetFilter | None, strawberry.argument(description="Only these.")] = UNSET,
        first: First = 20,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> DatasetConnection | None:
        """Return a page of the datasets."""
        selection = selected(info)
        request = page_asked(first, after, last, before)
        admitted = dataset_filter(filter or None)
        discovery = info.context.discovery

        def work(session: ReadSession) -> DatasetConnection:
            if text and text.strip():
                found = find_datasets(session, discovery, text, request, admitted)
                asked = "suggestions" in selection
                suggestions = (
                    other_spellings(discovery, Kind.DATASETS, text, found.unmatched) if asked else ()
                )
                return load_dataset_page(session, found, selection, suggestions)
            counted = "totalCount" in selection
            page = browsing.list_datasets(session, request, admitted=admitted, counted=counted)
            return load_dataset_page(session, FoundDatasets(page), selection)

        return await info.context.read(work)

    @strawberry.field(description="The metrics whose meaning is known, by name.")
    async def metric_definitions(
        self,
        info: Info,
        text: Annotated[
            str | None,
            strawberry.argument(description="Only metrics with these words in their names or description."),
        ] = UNSET,
        first: First = 100,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[MetricDefinition] | None:
        """Return a page of the metrics whose meaning is known."""
        request = page_asked(first, after, last, before, default=MAX_PAGE)

        def work(session: ReadSession) -> Connection[MetricDefinition]:
            page = browsing.list_metric_definitions(session, request, text=text or None)
            return connection(page, [metric_definition(row) for row in page.items])

        return await info.context.read(work)

    @strawberry.field(description="The tasks that models are made for, by name.")
    async def tasks(
        self,
        info: Info,
        text: Annotated[
            str | None, strawberry.argument(description="Only tasks with these words in any of their names.")
        ] = UNSET,
        first: First = 100,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Task] | None:
        """Return a page of the tasks."""
        request = page_asked(first, after, last, before, default=MAX_PAGE)

        def work(session: ReadSession) -> Connection[Task]:
            page = browsing.list_tasks(session, request, text=text or None)
            return connection(page, [task(row) for row in page.items])

        return await info.context.read(work)

    @strawberry.field(description="The change log, in its order.")
    async def changes(
        self,
        info: Info,
        filter: Annotated[ChangeFilter | None, strawberry.argument(description="Only these.")] = UNSET,
        first: First = 50,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Change] | None:
        """Return a page of the change log."""
        selection = selected(info)
        request = page_asked(first, after, last, before, default=50)
        wanted = changes_wanted(filter or None)

        def work(session: ReadSession) -> Connection[Change]:
            page = list_changes(session, request, wanted=wanted, counted="totalCount" in selection)
            return connection(page, load_changes(session, page.items, selection.items()))

        return await info.context.read(work)
