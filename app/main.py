"""The API service: the only place that knows every part of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

from app.db.engine import Database
from app.db.ids import new_id
from app.graphql.context import Context
from app.graphql.schema import schema
from app.identity.principals import viewer_named
from app.identity.viewer import LOCAL_USER, AllowAll, Viewer
from app.insight.discovery import Discovery
from app.registry.opening import open_registry
from app.routes.graphiql import graphiql_routes
from app.routes.hosts import KnownHosts
from app.search.embedded.reader import EmbeddedReader
from app.search.query_encoder import QueryEncoders
from app.settings import Settings


class GraphQLEndpoint(GraphQL[Context, None]):
    """GraphQL over HTTP, with what a request needs in its context."""

    def __init__(self, database: Database, discovery: Discovery, viewer: Viewer) -> None:
        super().__init__(schema, graphql_ide=None)
        self._database, self._discovery, self._viewer = database, discovery, viewer

    async def get_context(self, _request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Make the context of one request."""
        request_id = new_id("req")
        if isinstance(response, Response):
            response.headers["X-Request-Id"] = request_id
        return Context(self._database, self._discovery, self._viewer, AllowAll(), request_id)

    def encode_json(self, data: object) -> bytes:
        """Encode an answer."""
        return orjson.dumps(data)


def create_app(settings: Settings) -> Starlette:
    """Open the registry and return the service.

    Raises:
        DatabaseNewerThanCode: A later version of Holotype has written the database.
    """
    database = open_registry(settings.database_url)
    with database.read() as session:
        viewer = viewer_named(session, LOCAL_USER)
    discovery = Discovery(EmbeddedReader(settings.index_folder), QueryEncoders(settings.index_folder))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        discovery.reader.close()
        database.close()

    endpoint = GraphQLEndpoint(database, discovery, viewer)
    return Starlette(
        routes=[
            Route("/", lambda _request: RedirectResponse("/graphiql/")),
            Route("/graphql", endpoint),
            *graphiql_routes(),
        ],
        middleware=[
            Middleware(KnownHosts, hosts=(settings.host, *settings.allowed_hosts)),
            Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4),
        ],
        lifespan=lifespan,
    )


def create_app_from_environment() -> Starlette:
    """Return the service as the environment describes it; the factory that uvicorn calls."""
    return create_app(Settings())
