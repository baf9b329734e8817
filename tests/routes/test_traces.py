"""Spans of requests, as a collector of OpenTelemetry gets them."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings

ERROR = 2
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
MAKE = 'mutation Make { createNamespace(input: {name: "made"}) { namespace { name } change { action } } }'


class Collector(ThreadingHTTPServer):
    """A collector that keeps what it gets."""

    def __init__(self) -> None:
        self.received: list[ExportTraceServiceRequest] = []
        super().__init__(("127.0.0.1", 0), Receiver)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/traces"

    def spans(self) -> dict[str, Any]:
        """Return the spans by their names."""
        return {
            span.name: span
            for request in self.received
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }


class Receiver(BaseHTTPRequestHandler):
    """Reads what an exporter sends."""

    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.received.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as opened:
        thread = threading.Thread(target=opened.serve_forever)
        thread.start()
        yield opened
        opened.shutdown()
        thread.join()


@contextmanager
def traced(seeded: Path, data: Path, endpoint: str) -> Iterator[TestClient]:
    """Serve a registry that sends its traces to an endpoint; the last have gone at the end."""
    shutil.copy(seeded, data / "registry.db")
    with TestClient(create_app(Settings(data=data, traces=endpoint)), base_url="http://localhost") as http:
        yield http


def told(span: Any) -> dict[str, Any]:
    """Return the attributes of a span."""
    return {
        one.key: [inner.string_value for inner in one.value.array_value.values]
        or one.value.string_value
        or one.value.int_value
        for one in span.attributes
    }


def test_each_request_to_the_api_is_a_span(seeded_file: Path, tmp_path: Path, collector: Collector) -> None:
    with traced(seeded_file, tmp_path, collector.url) as http:
        made = http.post("/graphql", json={"query": MAKE}, headers={"traceparent": PARENT})
        http.post("/graphql", json={"query": "query One { tasks { totalCount } }"})
        http.get("/graphql", params={"query": "{"})
        http.get("/healthz")
    spans = collector.spans()
    assert set(spans) == {"GraphQL Make", "GraphQL One", "GraphQL"}
    make = told(spans["GraphQL Make"])
    assert make.pop("holotype.sql.statements") > 3
    assert make == {
        "http.request.method": "POST",
        "url.path": "/graphql",
        "http.response.status_code": 200,
        "graphql.operation.name": "Make",
        "holotype.cost": 3,
        "holotype.request.id": made.headers["x-request-id"],
    }
    assert spans["GraphQL Make"].trace_id.hex() == PARENT.split("-")[1]
    assert spans["GraphQL Make"].parent_span_id.hex() == PARENT.split("-")[2]
    assert told(spans["GraphQL One"])["holotype.sql.statements"] == 1
    refused = told(spans["GraphQL"])
    assert (refused["http.request.method"], refused["holotype.errors"]) == ("GET", ["GRAPHQL_PARSE_FAILED"])
    [resource] = {str(one.resource) for request in collector.received for one in request.resource_spans}
    assert '"service.name"' in resource
    assert '"holotype"' in resource
    assert "made" not in str(collector.received)


def test_a_defect_is_marked(seeded_file: Path, tmp_path: Path, collector: Collector) -> None:
    with traced(seeded_file, tmp_path, collector.url) as http:
        http.post("/graphql", json={"query": 'query Odd { node(id: "odd") { id } }'})
        with closing(sqlite3.connect(tmp_path / "registry.db")) as database:
            database.execute("DROP TABLE task")
        http.post("/graphql", json={"query": "query Broken { tasks { totalCount } }"})
    spans = collector.spans()
    assert (spans["GraphQL Odd"].status.code, spans["GraphQL Broken"].status.code) == (0, ERROR)


@pytest.mark.filterwarnings("ignore")
def test_a_collector_that_is_away_is_missed_by_nobody(seeded_file: Path, tmp_path: Path) -> None:
    with traced(seeded_file, tmp_path, "http://127.0.0.1:9/v1/traces") as http:
        assert http.post("/graphql", json={"query": "{ __typename }"}).status_code == 200


def test_nothing_of_it_is_loaded_unless_it_is_wanted(tmp_path: Path) -> None:
    code = "import sys, pathlib; from app.main import create_app; from app.settings import Settings; "
    code += f"create_app(Settings(data=pathlib.Path({str(tmp_path)!r}))); "
    code += "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
