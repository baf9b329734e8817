"""What every request gets: an id, a line in the log, and a place in the numbers."""

import logging
import time
from http import HTTPStatus
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db.ids import new_id
from app.routes.metrics import MAX_NAME, OperationMetrics

logger = logging.getLogger(__name__)

API = "/graphql"


class ObservedRequests:
    """Names each request in its state and in ``X-Request-Id``, and notes what became of it.

    Who answers may put the name of the `operation` and the `error_codes` of its answer into the state.

    Args:
        app: What answers.
        operations: Counts the requests to the API.
    """

    def __init__(self, app: ASGIApp, operations: OperationMetrics) -> None:
        self.app = app
        self.operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note what became of it; a client that went away got no status."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["id"] = new_id("req")
        begun = time.perf_counter()
        status: int | None = None

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = state["id"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            self._note(scope, state, status, time.perf_counter() - begun)

    def _note(self, scope: Scope, state: dict[str, Any], status: int | None, seconds: float) -> None:
        codes = list(state.get("error_codes", ()))
        if not codes and status is not None and status >= HTTPStatus.BAD_REQUEST:
            codes = [HTTPStatus(status).name]
        if scope["path"] == API and status is not None:
            self.operations.count(state.get("operation"), status, codes, seconds)
        told = {
            "request": state["id"],
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "milliseconds": round(1000 * seconds, 1),
            "operation": (state.get("operation") or "")[:MAX_NAME] or None,
            "errors": codes,
        }
        logger.info("%s %s: %s", scope["method"], scope["path"], status, extra={"told": told})
