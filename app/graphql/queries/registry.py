"""Reading what is registered: one thing by its name, or a list of things in pages."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from app.db.engine import ReadSession
from app.graphql.context import Info
from app.graphql.inputs.drafting import below
from app.graphql.inputs.filtering import deleted_models, model_filter, version_filter
from app.graphql.inputs.filters import ModelFilter, VersionFilter
from app.graphql.inputs.moments import Moment, session_at
from app.graphql.inputs.naming import (
    ModelVersionBy,
    RegisteredModelBy,
    named_model,
    named_namespace,
    named_version,
)
from app.graphql.inputs.ordering import ModelOrder, VersionOrder, model_order, version_order
from app.graphql.inputs.paging import After, Before, First, Last, page_asked
from app.graphql.loading.registered import load_models, load_namespaces, load_versions
from app.graphql.selection import selected
from app.graphql.types.connections import Connection, connection
from app.graphql.types.registered import ModelVersion, Namespace, RegisteredModel
from app.registry.reading import browsing, listing


@strawberry.type
class RegistryQueries:
    """Reading what is registered."""

    @strawberry.field(description="A namespace by its name.")
    async def namespace(
        self, info: Info, name: Annotated[str, strawberry.argument(description="The name.")]
    ) -> Namespace | None:
        """Return a namespace by its name."""
        selection = selected(info)

        def work(session: ReadSession) -> Namespace:
            return load_namespaces(session, [named_namespace(session, name)], selection)[0]

        return await info.context.read(work)

    @strawberry.field(description="The namespaces, by name.")
    async def namespaces(
        self,
        info: Info,
        first: First = 20,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Namespace] | None:
        """Return a page of the namespaces."""
        selection = selected(info)
        request = page_asked(first, after, last, before)

        def work(session: ReadSession) -> Connection[Namespace]:
            page = browsing.list_namespaces(session, request, counted="totalCount" in selection)
            return connection(page, load_namespaces(session, page.items, selection.items()))

        return await info.context.read(work)

    @strawberry.field(description="A model by its id or name.")
    async def registered_model(
        self,
        info: Info,
        by: Annotated[RegisteredModelBy, strawberry.argument(description="Which one.")],
        as_of: Moment = UNSET,
    ) -> RegisteredModel | None:
        """Return a model by its id or name."""
        selection = selected(info)

        def work(present: ReadSession) -> RegisteredModel:
            session = session_at(present, as_of or None)
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
        as_of: Moment = UNSET,
        first: First = 20,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[RegisteredModel] | None:
        """Return a page of the models."""
        selection = selected(info)
        request = page_asked(first, after, last, before)
        order, descending = model_order(order_by or None)

        def work(present: ReadSession) -> Connection[RegisteredModel]:
            session = session_at(present, as_of or None, request)
            page = listing.list_models(
                session,
                request,
                admitted=model_filter(session, filter or None),
                deleted=deleted_models(filter or None),
                order=order,
                descending=descending,
                counted="totalCount" in selection,
            )
            return connection(page, load_models(session, page.items, selection.items()))

        return await info.context.read(work)

    @strawberry.field(description="A version by its id, number, alias, semantic version or stage.")
    async def model_version(
        self,
        info: Info,
        by: Annotated[ModelVersionBy, strawberry.argument(description="Which one.")],
        as_of: Moment = UNSET,
    ) -> ModelVersion | None:
        """Return a version by its id, number, alias, semantic version or stage."""
        selection = selected(info)

        def work(present: ReadSession) -> ModelVersion:
            session = session_at(present, as_of or None)
            with below("by"):
                version = named_version(session, by)
            return load_versions(session, [version], selection)[0]

        return await info.context.read(work)

    @strawberry.field(
        description="The versions of all models, the newest first unless another order is asked for."
    )
    async def model_versions(  # noqa: PLR0917 - the arguments of the schema
        self,
        info: Info,
        filter: Annotated[VersionFilter | None, strawberry.argument(description="Only these.")] = UNSET,
        order_by: Annotated[VersionOrder | None, strawberry.argument(description="The order.")] = UNSET,
        as_of: Moment = UNSET,
        first: First = 20,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[ModelVersion] | None:
        """Return a page of the versions of all models."""
        selection = selected(info)
        request = page_asked(first, after, last, before)
        order, descending = version_order(order_by or None, listing.VersionOrder.CREATED_AT)

        def work(present: ReadSession) -> Connection[ModelVersion]:
            session = session_at(present, as_of or None, request)
            page = listing.list_versions(
                session,
                request,
                admitted=version_filter(session, filter or None),
                order=order,
                descending=descending,
                counted="totalCount" in selection,
            )
            return connection(page, load_versions(session, page.items, selection.items()))

        return await info.context.read(work)
