"""Traces of the requests to the API, for OpenTelemetry: a span each, sent to a collector by OTLP over HTTP.

Needs ``holotype[telemetry]``, and is imported only where a collector is named. Which requests are sampled,
and what is said of the process beside its name, is left to the variables of OpenTelemetry's SDK.
"""

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy import Engine, event
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.routes.metrics import MAX_NAME
from app.routes.requests import API
from app.version import VERSION

DEFECTS = {"INTERNAL_SERVER_ERROR", "UNAVAILABLE"}
SEND_SECONDS = 3


@dataclass(slots=True)
class _Statements:
    count: int = 0


_statements: ContextVar[_Statements | None] = ContextVar("statements", default=None)


class Traces:
    """What sends spans to a collector, in the background.

    Args:
        endpoint: The whole URL, such as ``http://127.0.0.1:4318/v1/traces``.
        engines: Whose SQL statements are counted, by the request that needs them.
    """

    def __init__(self, endpoint: str, engines: Iterable[Engine]) -> None:
        resource = Resource.create({"service.name": "holotype", "service.version": VERSION})
        self._provider = TracerProvider(resource=resource)
        exporter = OTLPSpanExporter(endpoint, timeout=SEND_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        for engine in engines:
            event.listen(engine, "before_cursor_execute", _count)

    @property
    def middleware(self) -> Middleware:
        """What makes the spans; within `ObservedRequests`, whose ids they tell."""
        return Middleware(TracedRequests, tracer=self._provider.get_tracer("holotype", VERSION))

    def close(self) -> None:
        """Send what is left; a collector that does not answer is not waited for long."""
        self._provider.shutdown()


class TracedRequests:
    """Makes a span of each request to the API, a child of the one that its ``traceparent`` names.

    Args:
        app: What answers. It puts into the request's state what the span tells.
        tracer: Makes spans.
    """

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self.app = app
        self._tracer = tracer
        self._propagator = TraceContextTextMapPropagator()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, within a span."""
        if scope["type"] != "http" or scope["path"] != API:
            await self.app(scope, receive, send)
            return
        parent = self._propagator.extract(Headers(scope=scope))
        with self._tracer.start_as_current_span("GraphQL", parent, SpanKind.SERVER) as span:
            counted = _Statements()
            _statements.set(counted)

            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            try:
                await self.app(scope, receive, noted)
            finally:
                span.set_attribute("holotype.sql.statements", counted.count)
                _tell(span, scope["method"], scope["state"])


def _tell(span: Span, method: str, state: dict[str, Any]) -> None:
    """Put what became of a request into its span."""
    span.set_attributes({"http.request.method": method, "url.path": API, "holotype.request.id": state["id"]})
    if name := state.get("operation"):
        span.update_name(f"GraphQL {name[:MAX_NAME]}")
        span.set_attribute("graphql.operation.name", name[:MAX_NAME])
    if (cost := state.get("cost")) is not None:
        span.set_attribute("holotype.cost", cost)
    if codes := state.get("error_codes"):
        span.set_attribute("holotype.errors", codes)
        if not DEFECTS.isdisjoint(codes):
            span.set_status(StatusCode.ERROR)


def _count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
    counted = _statements.get()
    if counted is not None and not statement.startswith("BEGIN"):
        counted.count += 1
