"""Whether the process answers, and whether everything behind it does."""

from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from app.db.changelog import head, identity
from app.db.engine import Database
from app.db.faults import fault, lasting_fault
from app.insight.discovery.asking import FOREIGN, Discovery, belongs_elsewhere
from app.search.contract import Kind
from app.search.query_encoder import EmbedderUnavailable

HEALTH, READINESS = "/healthz", "/readyz"
READY = "ready"


def health_routes(database: Database, discovery: Discovery) -> list[BaseRoute]:
    """Return the routes for those who keep the process running.

    ``/healthz`` answers as long as the process does: start it again when it does not. ``/readyz`` says of
    each part whether it is ready, and answers with 503 while one is not.
    """

    # On no thread: all of them may be waiting for the database.
    async def alive(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> JSONResponse:
        parts = await to_thread.run_sync(readiness, database, discovery)
        whole = set(parts.values()) == {READY}
        return JSONResponse({"ready": whole, "parts": parts}, status_code=200 if whole else 503)

    return [Route(HEALTH, alive), Route(READINESS, ready)]


def readiness(database: Database, discovery: Discovery) -> dict[str, str]:
    """Return by part ``ready``, or why it is not."""
    return {
        "database": _database(database),
        "index": _index(database, discovery),
        "embedder": _embedder(discovery),
    }


def _database(database: Database) -> str:
    try:
        with database.read() as session:
            head(session)
    except SQLAlchemyError as broken:
        return fault(broken) or f"the database cannot be read: {getattr(broken, 'orig', broken)}"
    return lasting_fault(database) or READY


def _index(database: Database, discovery: Discovery) -> str:
    positions = [discovery.of(kind).position() for kind in Kind]
    if None in positions:
        return "there is no search index yet: the indexer has not run"
    try:
        with database.read() as session:
            log = identity(session)
    except SQLAlchemyError:
        return READY  # the database is what is not ready
    return FOREIGN if any(one and belongs_elsewhere(one, log) for one in positions) else READY


def _embedder(discovery: Discovery) -> str:
    position = discovery.models.position()
    try:
        discovery.encoders.for_embedder(position.embedder if position else None)
    except EmbedderUnavailable as away:
        return str(away)
    return READY
