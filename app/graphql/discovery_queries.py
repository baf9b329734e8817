"""Reading what is worked out: searches, comparisons and lineage."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from app.db.engine import ReadSession
from app.db.paging import MAX_PAGE
from app.errors import InvalidInput
from app.graphql.comparison import VersionComparison
from app.graphql.connections import After, First, page_asked
from app.graphql.context import Info
from app.graphql.enums import SearchMode
from app.graphql.filter_inputs import ModelFilter
from app.graphql.filters import deleted_models, model_filter
from app.graphql.inputs import ModelVersionBy
from app.graphql.lineage import Kinds, LineageGraph, MaxDepth, MaxNodes, Relations, Way
from app.graphql.loading.lineage import load_graph
from app.graphql.loading.registered import load_versions
from app.graphql.loading.search import load_search
from app.graphql.naming import below, named_version, named_versions
from app.graphql.search import FacetInput, SearchConnection
from app.graphql.selection import selected
from app.insight import searching
from app.insight.comparison import check_count, compare_versions
from app.registry.listing import Deleted
from app.search.contract import FacetRequest
from app.search.contract import SearchMode as Mode
from app.search.filters import FactField


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
        first: First = 20,
        after: After = UNSET,
    ) -> SearchConnection | None:
        """Return a page of what was found."""
        if deleted_models(filter or None) is not Deleted.EXCLUDE:
            message = "deleted models are not in the index; registeredModels lists them"
            raise InvalidInput(message, field=["filter", "deleted"])
        page = page_asked(first, after, None, None)
        query = searching.Query(
            text=text or None,
            mode=Mode[(mode or SearchMode.HYBRID).name],
            filter=model_filter(filter or None),
            facets=_facets(facets or []),
            size=page.size,
            after=page.after,
        )
        selection = selected(info)
        context = info.context
        return await context.read(lambda session: load_search(session, context.discovery, query, selection))

    @strawberry.field(description="2 to 50 versions side by side, of one model or of many.")
    async def compare_versions(
        self,
        info: Info,
        versions: Annotated[
            list[ModelVersionBy], strawberry.argument(description="The versions, each once.")
        ],
        baseline: Annotated[
            ModelVersionBy | None, strawberry.argument(description="The version that deltas refer to.")
        ] = UNSET,
    ) -> VersionComparison | None:
        """Return versions side by side."""
        check_count(len(versions))
        selection = selected(info)

        def work(session: ReadSession) -> VersionComparison:
            with below("versions"):
                rows = named_versions(session, versions)
            with below("baseline"):
                base = named_version(session, baseline) if baseline else None
            compared = compare_versions(session, rows, base)
            nodes = load_versions(session, rows, selection.below("versions"))
            based = load_versions(session, [base], selection.below("baseline")) if base else [None]
            return VersionComparison(comparison=compared, versions=nodes, baseline=based[0])

        return await info.context.read(work)

    @strawberry.field(description="What a thing comes from or what came from it, nearest first.")
    async def lineage(  # noqa: PLR0917 - the arguments of the schema
        self,
        info: Info,
        root_id: Annotated[
            strawberry.ID,
            strawberry.argument(
                name="root", description="A model version, a dataset version or an external node."
            ),
        ],
        direction: Way,
        max_depth: MaxDepth = 1,
        relations: Relations = UNSET,
        kinds: Kinds = UNSET,
        max_nodes: MaxNodes = 500,
    ) -> LineageGraph | None:
        """Return a part of the lineage graph."""
        selection = selected(info)
        arguments = {
            "direction": direction,
            "max_depth": max_depth,
            "relations": None if relations is UNSET else relations,
            "kinds": None if kinds is UNSET else kinds,
            "max_nodes": max_nodes,
        }
        return await info.context.read(
            lambda session: load_graph(session, str(root_id), arguments, selection)
        )


def _facets(given: list[FacetInput]) -> tuple[FacetRequest, ...]:
    asked: dict[FactField, FacetRequest] = {}
    for index, one in enumerate(given):
        field, limit = FactField[one.field.name], 20 if one.limit is None else one.limit
        if not 1 <= limit <= MAX_PAGE:
            message = f"limit is 1 to {MAX_PAGE}, not {limit}"
            raise InvalidInput(message, field=["facets", str(index), "limit"])
        if field in asked:
            message = f"{one.field.name} is counted once; ask for it once"
            raise InvalidInput(message, field=["facets", str(index), "field"])
        asked[field] = FacetRequest(field, limit)
    return tuple(asked.values())
