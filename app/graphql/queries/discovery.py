"""Reading what is worked out: searches and lineage."""

from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import UNSET

from app.db.engine import ReadSession
from app.errors import InvalidInput
from app.graphql.context import Info
from app.graphql.enums import SearchCollapse, SearchMode
from app.graphql.inputs.facets import FacetInput, facets_wanted
from app.graphql.inputs.filtering import deleted_models, model_filter
from app.graphql.inputs.filters import ModelFilter
from app.graphql.inputs.ordering import SearchOrder, search_order
from app.graphql.inputs.paging import After, First, page_asked
from app.graphql.loading.search import load_search
from app.graphql.selection import selected
from app.graphql.types.search import SearchConnection, Suggestion, suggestion
from app.insight.discovery.queries import Query as SearchQuery
from app.insight.discovery.suggesting import suggest
from app.registry.reading.listing import Deleted
from app.registry.reading.ordering import Collapse
from app.search.contract import SearchMode as Mode


@strawberry.type
class DiscoveryQueries:
    """Reading what is worked out."""

    @strawberry.field(description="Models by words and meaning, the best first, each with the reasons.")
    async def search(  # noqa: PLR0917 - the arguments of the schema
        self,
        info: Info,
        text: Annotated[
            str | None, strawberry.argument(description="What is looked for, in your own words.")
        ] = UNSET,
        filter: Annotated[ModelFilter | None, strawberry.argument(description="Only these.")] = UNSET,
        mode: Annotated[
            SearchMode | None, strawberry.argument(description="What ranks.")
        ] = SearchMode.HYBRID,
        facets: Annotated[
            list[FacetInput] | None, strawberry.argument(description="What is counted, each field once.")
        ] = UNSET,
        order_by: Annotated[
            SearchOrder | None,
            strawberry.argument(
                description="The order: without one, relevance, and the name where there is no text. With a "
                "text, it is an order of the window."
            ),
        ] = UNSET,
        collapse: Annotated[
            SearchCollapse | None,
            strawberry.argument(description="In what models agree of which only the first is shown."),
        ] = UNSET,
        first: First = 20,
        after: After = UNSET,
    ) -> SearchConnection | None:
        """Return a page of what was found."""
        if deleted_models(filter or None) is not Deleted.EXCLUDE:
            message = "deleted models are not in the index; registeredModels lists them"
            raise InvalidInput(message, field=["filter", "deleted"])
        page = page_asked(first, after, None, None)
        selection, context = selected(info), info.context

        def work(session: ReadSession) -> SearchConnection:
            admitted = model_filter(session, filter or None)
            query = SearchQuery(
                text=text or None,
                mode=Mode[(mode or SearchMode.HYBRID).name],
                filter=admitted,
                facets=facets_wanted(facets or []),
                order=search_order(order_by or None, admitted),
                collapse=Collapse[collapse.name] if collapse else None,
                size=page.size,
                after=page.after,
            )
            return load_search(session, context.discovery, query, selection)

        return await context.read(work)

    @strawberry.field(
        description="What completes a prefix, whatever its case and accents: the best of each kind in turn; "
        "null while there is no index."
    )
    async def suggest(
        self,
        info: Info,
        prefix: Annotated[str, strawberry.argument(description="The beginning of any word of a name.")],
        limit: Annotated[int | None, strawberry.argument(description="How many at most, 1 to 50.")] = 10,
    ) -> list[Suggestion] | None:
        """Return what completes a prefix."""
        most = 10 if limit is None else limit
        found = await to_thread.run_sync(suggest, info.context.discovery, prefix, most)
        return None if found is None else [suggestion(one) for one in found]
