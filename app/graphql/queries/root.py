"""The root of all reading."""

from typing import Annotated

import strawberry
from sqlmodel import select

from app.db.engine import ReadSession
from app.db.paging import MAX_PAGE
from app.errors import InvalidInput
from app.graphql.context import Info
from app.graphql.loading.nodes import load_nodes, require_node
from app.graphql.queries.catalogue import CatalogueQueries
from app.graphql.queries.comparison import ComparisonQueries
from app.graphql.queries.discovery import DiscoveryQueries
from app.graphql.queries.lineage import LineageQueries
from app.graphql.queries.registry import RegistryQueries
from app.graphql.selection import selected
from app.graphql.serving.limits import MAX_BODY_BYTES, MAX_COST, MAX_DEPTH
from app.graphql.types.principals import Node, Viewer, principal
from app.graphql.types.server import EmbedderInfo, IndexPart, Limits, ParkedItem, ServerInfo
from app.identity.tables import Principal
from app.insight.discovery import asking
from app.registry.drafts.rules import MAX_TAGS
from app.search.contract import WINDOW
from app.search.parking import Parked
from app.version import VERSION

SHOWN_PARKED = 20


@strawberry.type(description="The root of all reading.")
class Query(RegistryQueries, CatalogueQueries, ComparisonQueries, DiscoveryQueries, LineageQueries):
    """The root of all reading."""

    @strawberry.field(description="Anything by its id; null when it is not there.")
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id.")],
    ) -> Node | None:
        """Return a thing by its id."""
        wanted = require_node(str(id), ["id"])
        selection = selected(info)
        return await info.context.read(lambda session: load_nodes(session, [wanted], selection).get(wanted))

    @strawberry.field(
        description="Up to 100 things by their ids, in their order; null where one is not there."
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="The ids.")],
    ) -> list[Node | None]:
        """Return things by their ids."""
        if len(ids) > MAX_PAGE:
            raise InvalidInput(f"at most {MAX_PAGE} ids are looked up at once", field=["ids"])
        wanted = [require_node(str(one), ["ids", str(index)]) for index, one in enumerate(ids)]
        selection = selected(info)

        def work(session: ReadSession) -> list[Node | None]:
            found = load_nodes(session, dict.fromkeys(wanted), selection)
            return [found.get(one) for one in wanted]

        return await info.context.read(work)

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
            lambda session: _server_info(session, context.discovery, context.database.name),
            newest=True,
        )


def _server_info(session: ReadSession, index: asking.Discovery, database: str) -> ServerInfo:
    position, marks, parked = index.models.position(), index.marks(), index.parked()
    words, meaning = asking.lags(session, index)
    meta = index.embedder()
    return ServerInfo(
        name="Holotype",
        version=VERSION,
        database=database,
        search_engine=index.models.engine,
        embedder=EmbedderInfo(name=meta.name, dimension=meta.dimension, digest=meta.digest) if meta else None,
        indexed_through=marks[0].at if marks else None,
        words_lag=words,
        meaning_lag=meaning,
        indexed_models=position.documents if position else None,
        embedded_models=position.embedded if position else None,
        parked_items=None if parked is None else len(parked),
        parked=None if parked is None else [_parked_item(one) for one in parked[:SHOWN_PARKED]],
        limits=Limits(
            max_page_size=MAX_PAGE,
            max_depth=MAX_DEPTH,
            max_cost=MAX_COST,
            max_body_bytes=MAX_BODY_BYTES,
            max_tags=MAX_TAGS,
            search_window=WINDOW,
        ),
    )


def _parked_item(parked: Parked) -> ParkedItem:
    return ParkedItem(
        entity_id=strawberry.ID(parked.id),
        part=IndexPart[parked.part.name],
        reason=parked.reason,
        tries=parked.tries,
        retry_at=parked.retry_at,
    )
