"""Reading what is registered: one thing by its name, or a list of things in pages."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from app.db.engine import ReadSession
from app.db.paging import MAX_PAGE
from app.graphql.changes import Change
from app.graphql.connections import After, Before, Connection, First, Last, connection, page_asked
from app.graphql.context import Info
from app.graphql.filters import ModelFilter, model_filter
from app.graphql.inputs import ModelVersionBy, RegisteredModelBy
from app.graphql.loading.changes import load_changes
from app.graphql.loading.registered import load_models, load_versions
from app.graphql.namespaces import Namespace, namespace
from app.graphql.naming import below, named_model, named_namespace, named_version
from app.graphql.ordering import ModelOrder, VersionOrder
from app.graphql.registered import ModelVersion, RegisteredModel
from app.graphql.selection import selected
from app.graphql.tasks import Task, task
from app.registry import listing


@strawberry.type
class RegistryQueries:
    """Reading what is registered."""

    @strawberry.field(description="A namespace by its name.")
    async def namespace(
        self, info: Info, name: Annotated[str, strawberry.argument(description="The name.")]
    ) -> Namespace | None:
        """Return a namespace by its name."""
        return await info.context.read(lambda session: namespace(named_namespace(session, name)))

    @strawberry.field(description="A model by its id or name.")
    async def registered_model(
        self, info: Info, by: Annotated[RegisteredModelBy, strawberry.argument(description="Which one.")]
    ) -> RegisteredModel | None:
        """Return a model by its id or name."""
        selection = selected(info)

        def work(session: ReadSession) -> RegisteredModel:
            with below("by"):
                model = named_model(session, by)
            return load_models(session, [model], selection)[0]

        return await info.context.read(work)

    @strawberry.field(description="The models, by name unless another order is asked for.")
    async def registered_models(  # noqa: PLR0917 - the arguments of the schema
        self,
        info: Info,
        filter: Annotated[ModelFilter | None, strawberry.argument(description="Only these.")] = UNSET,
        order_by: Annotated[ModelOrder | None, strawberry.argument(description="The order.")] = UNSET,
        first: First = 20,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[RegisteredModel] | None:
        """Return a page of the models."""
        selection = selected(info)
        request = page_asked(first, after, last, before)
        order = listing.ModelOrder[order_by.field.name] if order_by else listing.ModelOrder.NAME
        descending = order_by.direction.name == "DESC" if order_by else False

        def work(session: ReadSession) -> Connection[RegisteredModel]:
            page = listing.list_models(
                session,
                request,
                admitted=model_filter(filter or None),
                order=order,
                descending=descending,
                counted="totalCount" in selection,
            )
            return connection(page, load_models(session, page.items, selection.items()))

        return await info.context.read(work)

    @strawberry.field(description="A version by its id, number, alias or stage.")
    async def model_version(
        self, info: Info, by: Annotated[ModelVersionBy, strawberry.argument(description="Which one.")]
    ) -> ModelVersion | None:
        """Return a version by its id, number, alias or stage."""
        selection = selected(info)

        def work(session: ReadSession) -> ModelVersion:
            with below("by"):
                version = named_version(session, by)
            return load_versions(session, [version], selection)[0]

        return await info.context.read(work)

    @strawberry.field(
        description="The versions of all models, the newest first unless another order is asked for."
    )
    async def model_versions(
        self,
        info: Info,
        order_by: Annotated[VersionOrder | None, strawberry.argument(description="The order.")] = UNSET,
        first: First = 20,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[ModelVersion] | None:
        """Return a page of the versions of all models."""
        selection = selected(info)
        request = page_asked(first, after, last, before)
        order = listing.VersionOrder[order_by.field.name] if order_by else listing.VersionOrder.CREATED_AT
        descending = order_by.direction.name == "DESC" if order_by else True

        def work(session: ReadSession) -> Connection[ModelVersion]:
            page = listing.list_versions(
                session, request, order=order, descending=descending, counted="totalCount" in selection
            )
            return connection(page, load_versions(session, page.items, selection.items()))

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
            page = listing.list_tasks(session, request, text=text or None)
            return connection(page, [task(row) for row in page.items])

        return await info.context.read(work)

    @strawberry.field(description="The change log, in its order.")
    async def changes(
        self,
        info: Info,
        first: First = 50,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Change] | None:
        """Return a page of the change log."""
        selection = selected(info)
        request = page_asked(first, after, last, before, default=50)

        def work(session: ReadSession) -> Connection[Change]:
            page = listing.list_changes(session, request, counted="totalCount" in selection)
            return connection(page, load_changes(session, page.items, selection.items()))

        return await info.context.read(work)
