"""The root of all reading."""

from typing import Annotated

import strawberry
from sqlmodel import select
from strawberry import UNSET

from app.db.engine import ReadSession
from app.db.ids import kind_of
from app.db.paging import MAX_PAGE, PageRequest
from app.errors import InvalidInput
from app.graphql.changes import Change
from app.graphql.comparison import VersionComparison
from app.graphql.connections import After, Before, Connection, First, Last, PageInfo, connection
from app.graphql.context import Info
from app.graphql.enums import LineageDirection, LineageNodeKind, LineageRelation, SearchMode
from app.graphql.filters import ModelFilter, model_filter
from app.graphql.inputs import ModelVersionBy, RegisteredModelBy, model_by, version_by
from app.graphql.lineage import LineageGraph
from app.graphql.loading.changes import load_changes
from app.graphql.loading.lineage import load_graph
from app.graphql.loading.nodes import load_nodes
from app.graphql.loading.registered import load_models, load_versions
from app.graphql.namespaces import Namespace, namespace
from app.graphql.ordering import ModelOrder, VersionOrder
from app.graphql.principals import Node, Viewer, principal
from app.graphql.registered import ModelVersion, RegisteredModel
from app.graphql.search import (
    FacetInput,
    SearchConnection,
    SearchEdge,
    degradation,
    explanation,
    facet,
)
from app.graphql.selection import Selection, selected
from app.graphql.server import EmbedderInfo, Limits, ServerInfo
from app.graphql.tasks import Task, task
from app.identity.tables import Principal
from app.insight import discovery
from app.insight.comparison import compare_versions
from app.registry import listing
from app.registry.finding import KINDS, find_model, find_namespaces, find_version
from app.registry.rules import MAX_TAGS
from app.search.contract import WINDOW, FacetRequest
from app.search.contract import SearchMode as Mode
from app.search.filters import FactField
from app.version import VERSION


def _page(
    first: int | None, after: str | None, last: int | None, before: str | None, most: int = 20
) -> PageRequest:
    """Return the page that a root field's arguments ask for."""
    return PageRequest(
        first=most if first is None or first is UNSET else first,
        after=after or None,
        last=None if last is UNSET else last,
        before=before or None,
    )


@strawberry.type(description="The root of all reading.")
class Query:
    """The root of all reading."""

    @strawberry.field(description="Anything by its id; null when it is not there.")
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id.")],  # noqa: A002 - the name of the argument in the schema
    ) -> Node | None:
        """Return a thing by its id."""
        wanted = str(id)
        if kind_of(wanted) not in KINDS:
            raise InvalidInput(f"{wanted[:80]!r} is not an id", field=["id"])
        selection = selected(info)
        return await info.context.read(lambda session: load_nodes(session, [wanted], selection).get(wanted))

    @strawberry.field(description="Who asks.")
    async def viewer(self, info: Info) -> Viewer | None:
        """Return who asks."""
        identifier = info.context.viewer.id

        def work(session: ReadSession) -> Viewer:
            row = session.exec(select(Principal).where(Principal.id == identifier)).one()
            return Viewer(principal=principal(row))

        return await info.context.read(work)

    @strawberry.field(description="What serves this API, and how far its index is.")
    async def server_info(self, info: Info) -> ServerInfo | None:
        """Return what serves this API."""
        context = info.context
        return await context.read(
            lambda session: _server_info(session, context.discovery, context.database.name)
        )

    @strawberry.field(description="A namespace by its name.")
    async def namespace(
        self, info: Info, name: Annotated[str, strawberry.argument(description="The name.")]
    ) -> Namespace | None:
        """Return a namespace by its name."""
        return await info.context.read(lambda session: namespace(find_namespaces(session, [name])[name]))

    @strawberry.field(description="A model by its id or name.")
    async def registered_model(
        self, info: Info, by: Annotated[RegisteredModelBy, strawberry.argument(description="Which one.")]
    ) -> RegisteredModel | None:
        """Return a model by its id or name."""
        selection = selected(info)
        return await info.context.read(
            lambda session: load_models(session, [find_model(session, model_by(by))], selection)[0]
        )

    @strawberry.field(description="The models, by name unless another order is asked for.")
    async def registered_models(  # noqa: PLR0917 - the arguments of the schema
        self,
        info: Info,
        filter: Annotated[ModelFilter | None, strawberry.argument(description="Only these.")] = UNSET,  # noqa: A002 - the name of the argument in the schema
        order_by: Annotated[ModelOrder | None, strawberry.argument(description="The order.")] = UNSET,
        first: First = 20,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[RegisteredModel] | None:
        """Return a page of the models."""
        selection = selected(info)
        request = _page(first, after, last, before)
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
        return await info.context.read(
            lambda session: load_versions(session, [find_version(session, version_by(by))], selection)[0]
        )

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
        request = _page(first, after, last, before)
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
        counted = "totalCount" in selected(info)
        request = _page(first, after, last, before, MAX_PAGE)

        def work(session: ReadSession) -> Connection[Task]:
            page = listing.list_tasks(session, request, text=text or None, counted=counted)
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
        request = _page(first, after, last, before, 50)

        def work(session: ReadSession) -> Connection[Change]:
            page = listing.list_changes(session, request, counted="totalCount" in selection)
            return connection(page, load_changes(session, page.items, selection.items()))

        return await info.context.read(work)

    @strawberry.field(description="Models by words and meaning, the best first, each with the reasons.")
    async def search(  # noqa: PLR0917 - the arguments of the schema
        self,
        info: Info,
        text: Annotated[
            str | None, strawberry.argument(description="What is looked for, in your own words.")
        ] = UNSET,
        filter: Annotated[ModelFilter | None, strawberry.argument(description="Only these.")] = UNSET,  # noqa: A002 - the name of the argument in the schema
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
        query = discovery.Query(
            text=text or None,
            mode=Mode[(mode or SearchMode.HYBRID).name],
            filter=model_filter(filter or None),
            facets=_facets(facets or []),
            size=_page(first, None, None, None).size,
            after=after or None,
        )
        selection = selected(info)
        context = info.context
        return await context.read(lambda session: _search(session, context.discovery, query, selection))

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
        if len(versions) > 50:  # noqa: PLR2004 - refused before anything is looked up
            raise InvalidInput(f"2 to 50 versions are compared, not {len(versions)}", field=["versions"])
        selection = selected(info)

        def work(session: ReadSession) -> VersionComparison:
            rows = [find_version(session, version_by(by)) for by in versions]
            base = find_version(session, version_by(baseline)) if baseline else None
            compared = compare_versions(session, rows, base)
            nodes = load_versions(session, rows, selection.below("versions"))
            based = load_versions(session, [base], selection.below("baseline")) if base else [None]
            return VersionComparison(comparison=compared, versions=nodes, baseline=based[0])

        return await info.context.read(work)

    @strawberry.field(description="What a thing comes from or what came from it, nearest first.")
    async def lineage(  # noqa: PLR0917 - the arguments of the schema
        self,
        info: Info,
        root: Annotated[
            strawberry.ID,
            strawberry.argument(description="A model version, a dataset version or an external node."),
        ],
        direction: Annotated[LineageDirection, strawberry.argument(description="Which way to walk.")],
        max_depth: Annotated[int, strawberry.argument(description="How many hops at most, 0 to 50.")] = 1,
        relations: Annotated[
            list[LineageRelation] | None,
            strawberry.argument(description="Follow only edges of these relations."),
        ] = UNSET,
        kinds: Annotated[
            list[LineageNodeKind] | None,
            strawberry.argument(description="Enter only nodes of these kinds."),
        ] = UNSET,
        max_nodes: Annotated[
            int, strawberry.argument(description="How many nodes at most, nearest first, 1 to 5000.")
        ] = 500,
    ) -> LineageGraph | None:
        """Return a part of the lineage graph."""
        selection = selected(info)
        arguments = {
            "direction": direction,
            "max_depth": max_depth,
            "relations": relations or None,
            "kinds": kinds or None,
            "max_nodes": max_nodes,
        }
        return await info.context.read(lambda session: load_graph(session, str(root), arguments, selection))


def _facets(given: list[FacetInput]) -> tuple[FacetRequest, ...]:
    for index, one in enumerate(given):
        if not 1 <= one.limit <= MAX_PAGE:
            raise InvalidInput(
                f"limit is 1 to {MAX_PAGE}, not {one.limit}", field=["facets", str(index), "limit"]
            )
    return tuple(FacetRequest(FactField[one.field.name], one.limit) for one in given)


def _search(
    session: ReadSession, index: discovery.Discovery, query: discovery.Query, selection: Selection
) -> SearchConnection:
    edges = selection.below("edges")
    explained = edges.below("why").asks("matched", "highlights")
    answer = discovery.search(session, index, query, reasons=explained)
    models = load_models(session, [found.model for found in answer.found], selection.items())
    latest = {}
    if "version" in edges:
        rows = listing.latest_versions(session, [found.model.id for found in answer.found])
        versions = load_versions(session, list(rows.values()), edges.below("version"))
        latest = dict(zip(rows, versions, strict=True))
    cursors = [found.cursor for found in answer.found]
    return SearchConnection(
        edges=[
            SearchEdge(
                cursor=found.cursor,
                rank=found.rank,
                node=node,
                version=latest.get(found.model.id),
                score=found.hit.score,
                why=explanation(found.hit, found.reasons),
            )
            for found, node in zip(answer.found, models, strict=True)
        ],
        nodes=models,
        page_info=PageInfo(
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
            has_next_page=answer.has_next,
            has_previous_page=query.after is not None,
        ),
        total_count=answer.total,
        window=answer.window,
        facets=[facet(counts) for counts in answer.facets],
        indexed_through=answer.indexed_through,
        degraded=[degradation(one) for one in answer.degraded],
    )


def _server_info(session: ReadSession, index: discovery.Discovery, database: str) -> ServerInfo:
    position = index.reader.position()
    words, meaning = discovery.lags(session, position)
    meta = index.embedder()
    return ServerInfo(
        name="Holotype",
        version=VERSION,
        database=database,
        search_engine="embedded",
        embedder=EmbedderInfo(name=meta.name, dimension=meta.dimension, digest=meta.digest) if meta else None,
        indexed_through=position.words.at if position else None,
        words_lag=words,
        meaning_lag=meaning,
        indexed_models=position.documents if position else None,
        embedded_models=position.embedded if position else None,
        limits=Limits(max_page_size=MAX_PAGE, max_tags=MAX_TAGS, search_window=WINDOW),
    )
