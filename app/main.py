"""The API service: the only place that knows every part of it."""

import gc
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING

from anyio import create_task_group, sleep, to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Route

from app.db.engine import Database
from app.db.faults import fault
from app.db.limits import ServerLimits
from app.db.replica import Replica
from app.errors import HolotypeError
from app.graphql.schema import schema
from app.graphql.serving.endpoint import AFTER, GraphQLEndpoint
from app.graphql.serving.limits import MAX_BODY_BYTES
from app.identity.principals import viewer_named
from app.identity.viewer import LOCAL_USER, SYSTEM_SERVICE, AllowAll, Viewer
from app.insight.discovery.asking import Discovery
from app.registry.opening import RegistryNotOpened, open_registry
from app.registry.writing.expiring import expire_drafts
from app.routes.bodies import LimitedBodies
from app.routes.graphiql import graphiql_routes
from app.routes.health import HEALTH, READINESS, health_routes
from app.routes.hosts import KnownHosts
from app.routes.logs import log_as_json
from app.routes.metrics import OperationMetrics, metrics_registry, metrics_route
from app.routes.requests import ObservedRequests
from app.search.contract import IndexUnavailable, Kind
from app.search.engines import engine_of
from app.search.query_encoder import QueryEncoders
from app.settings import Settings, UnfitSetting, read_settings

if TYPE_CHECKING:
    from app.routes.traces import Traces

logger = logging.getLogger(__name__)

BODIES_TOGETHER = 256 * 1024 * 1024
BODY_SECONDS = 30
LOOK_FOR_DRAFTS = timedelta(minutes=10)


def create_app(settings: Settings) -> Starlette:
    """Open the registry and return the service.

    Raises:
        RegistryNotOpened: A later version of Holotype has written it, or its file cannot be read and written.
        IndexUnavailable: The search indexes are in OpenSearch, and what asks that is not installed.
    """
    database = open_registry(settings.database, ServerLimits(**settings.database_limits))
    with database.read() as session:
        viewer, system = viewer_named(session, LOCAL_USER), viewer_named(session, SYSTEM_SERVICE)
    replica = _replica(settings, database)
    folder = settings.index_folder
    models, datasets = (engine_of(kind, folder, settings.opensearch, database).reader() for kind in Kind)
    discovery = Discovery(models, datasets, QueryEncoders(folder))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        # A thread of its own: one of those that answer is waited for when the service ends.
        Thread(target=discovery.prepare, name="prepares searches", daemon=True).start()
        async with create_task_group() as tasks:
            tasks.start_soon(_expire_drafts, database, system, timedelta(hours=settings.draft_hours))
            yield
            tasks.cancel_scope.cancel()
        if traces is not None:
            await to_thread.run_sync(traces.close)
        discovery.close()
        if replica is not None:
            replica.close()
        database.close()

    traces = _traces(settings.traces, database, replica) if settings.traces else None
    measured = metrics_registry(database, discovery, replica)
    endpoint = GraphQLEndpoint(
        schema, database, discovery, viewer, introspection=settings.introspection, replica=replica
    )
    return Starlette(
        routes=[
            Route("/graphql", endpoint),
            *(_editor_routes() if settings.graphiql else ()),
            *health_routes(database, discovery),
            metrics_route(measured),
        ],
        middleware=[
            Middleware(ObservedRequests, operations=OperationMetrics(measured)),
            *([] if traces is None else [traces.middleware]),
            # Those who watch a process reach it by whatever address it has, and learn nothing but its state.
            Middleware(
                KnownHosts,
                hosts=(settings.host, *settings.allowed_hosts),
                open_paths=(HEALTH, READINESS),
                origins=settings.cors_origins,
            ),
            *_cors(settings),
            Middleware(LimitedBodies, most=MAX_BODY_BYTES, together=BODIES_TOGETHER, seconds=BODY_SECONDS),
            Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4),
        ],
        lifespan=lifespan,
    )


def create_app_from_environment() -> Starlette:
    """Return the service as the environment describes it; the factory that uvicorn calls."""
    try:
        settings = read_settings()
    except UnfitSetting as unfit:
        sys.exit(f"holotype: {unfit}")
    if settings.log_format == "json":
        log_as_json()
    try:
        app = create_app(settings)
    except (RegistryNotOpened, IndexUnavailable) as broken:
        sys.exit(f"holotype: {broken}")
    # What is loaded by now stays: looking through it again and again would make the slowest answers slow.
    gc.collect()
    gc.freeze()
    return app


async def _expire_drafts(database: Database, system: Viewer, idle: timedelta) -> None:
    """End drafts that were left alone, as long as the service runs."""
    while True:
        try:
            await to_thread.run_sync(expire_drafts, database, system, AllowAll(), idle)
        except (SQLAlchemyError, HolotypeError) as failed:
            logger.warning(
                "drafts were not looked through: %s; they are again in a while", fault(failed) or failed
            )
        await sleep(min(idle, LOOK_FOR_DRAFTS).total_seconds())


def _replica(settings: Settings, database: Database) -> Replica | None:
    if settings.database_read_url is None:
        return None
    if database.embedded:
        raise RegistryNotOpened(
            "HOLOTYPE_DATABASE_READ_URL is for a replica of HOLOTYPE_DATABASE_URL: set that too"
        )
    limits = ServerLimits(**settings.database_limits)
    return Replica(database, settings.database_read_url.get_secret_value(), limits)


def _traces(endpoint: str, database: Database, replica: Replica | None) -> "Traces":
    try:
        from app.routes.traces import Traces  # noqa: PLC0415 - an extra, loaded where it is wanted
    except ModuleNotFoundError:
        sys.exit("holotype: HOLOTYPE_TRACES needs what `pip install 'holotype[telemetry]'` installs")
    engines = [database.readers, database.writers, *([] if replica is None else [replica.readers])]
    return Traces(endpoint, engines)


def _editor_routes() -> list[BaseRoute]:
    return [Route("/", lambda _request: RedirectResponse("/graphiql/")), *graphiql_routes()]


def _cors(settings: Settings) -> list[Middleware]:
    if not settings.cors_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=("GET", "POST"),
            allow_headers=("Content-Type", AFTER),
            expose_headers=("X-Request-Id",),
        )
    ]
