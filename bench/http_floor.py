"""The API beside its floor: a bare Starlette route that runs the same SQL and writes the same answer.

Both run as processes of their own under the same server, over the same registry, the shipped sample. One
client on a kept connection asks them in turn; a ratio of 1 would mean that GraphQL costs nothing. Run as
`python -m bench.http_floor`; this file is also the floor's own service.
"""

import argparse
import os
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.serving import API, Server, median_and_p99, most_versions, sample, serving

STATEMENTS = "HOLOTYPE_BENCH_STATEMENTS"
WARM_UP = 30

PAGE = """
{
  registeredModels(first: 100) {
    nodes {
      id name namespace { name } task license framework createdAt updatedAt
      tags { key value } latestVersion { number stage { name } }
    }
  }
}
"""
ONE = """
query ($namespace: String!, $name: String!) {
  registeredModel(by: { name: { namespace: $namespace, name: $name } }) {
    id name namespace { name } task license framework createdAt updatedAt
    tags { key value } latestVersion { number stage { name } tags { key value } }
  }
}
"""

Row = dict[str, Any]
Statement = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Case:
    """A request to the API, and the path at which the floor answers it alike."""

    title: str
    path: str
    body: bytes


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the data folder of a registry (default: the sample)")
    parser.add_argument("--requests", type=int, default=300, help="how many of each kind")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data = options.data or sample(Path(scratch))
        cases = _cases(data)
        recorded = {case.path: sent_statements(data, case.body) for case in cases}
        file = Path(scratch) / "statements.json"
        file.write_bytes(orjson.dumps(recorded))
        environment = {"HOLOTYPE_DATA": str(data), STATEMENTS: str(file)}
        with (
            serving(API, environment) as api,
            serving("bench.http_floor:create_floor", environment) as floor,
        ):
            table = Table(
                "", "SQL", "bytes", "API p50", "p99", "floor p50", "p99", "ratio p50", "p99", box=None
            )
            for case in cases:
                table.add_row(*_measured(case, len(recorded[case.path]), api, floor, options.requests))
            Console().print(table, "Milliseconds; SQL: statements a request.")


def _cases(data: Path) -> list[Case]:
    """Return what is asked: a page, and the model with the most versions."""
    namespace, name = most_versions(data)
    named = {"query": ONE, "variables": {"namespace": namespace, "name": name}}
    return [
        Case("100 models", "/page", orjson.dumps({"query": PAGE})),
        Case("1 model", "/one", orjson.dumps(named)),
    ]


def sent_statements(data: Path, body: bytes) -> list[Statement]:
    """Return the SQL that the API runs for a request, transaction control aside."""
    from sqlalchemy import Engine, event  # noqa: PLC0415 - the floor's process loads nothing of the product
    from starlette.testclient import TestClient  # noqa: PLC0415 - likewise

    from app.main import create_app  # noqa: PLC0415 - likewise
    from app.settings import Settings  # noqa: PLC0415 - likewise

    seen: list[Statement] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append((statement, parameters))

    with TestClient(create_app(Settings(data=data)), base_url="http://127.0.0.1") as client:
        headers = {"Content-Type": "application/json"}
        # What the service looks after when it starts is over by the second request.
        client.post("/graphql", content=body, headers=headers)
        event.listen(Engine, "before_cursor_execute", note)
        client.post("/graphql", content=body, headers=headers)
        event.remove(Engine, "before_cursor_execute", note)
    return seen


def _measured(case: Case, statements: int, api: Server, floor: Server, requests: int) -> list[str]:
    """Ask both in turn and return a row of the table."""
    for _ in range(WARM_UP):
        answers = [orjson.loads(ask(case)[1])["data"] for ask in _asks(api, floor)]
    if answers[0] != answers[1]:
        sys.exit(f"{case.title}: the floor does not answer what the API answers")
    times: list[list[float]] = [[], []]
    for _ in range(requests):
        for taken, ask in zip(times, _asks(api, floor), strict=True):
            taken.append(ask(case)[0])
    size = len(api.ask("/graphql", case.body)[1])
    shown = [median_and_p99(taken) for taken in times]
    ratios = [above / below for above, below in zip(*shown, strict=True)]
    latencies = [f"{1000 * value:.1f}" for both in shown for value in both]
    return [case.title, str(statements), f"{size:,}", *latencies, *(f"{ratio:.1f}" for ratio in ratios)]


def _asks(api: Server, floor: Server) -> tuple[Callable[[Case], tuple[float, bytes]], ...]:
    return (lambda case: api.ask("/graphql", case.body)), (lambda case: floor.ask(case.path, b""))


def create_floor() -> Starlette:
    """Return the floor: what remains of a request without GraphQL, sessions and rows as objects."""
    recorded: dict[str, list[Statement]] = orjson.loads(Path(os.environ[STATEMENTS]).read_bytes())
    url = f"file:{Path(os.environ['HOLOTYPE_DATA']) / 'registry.db'}?mode=ro"
    local = threading.local()

    def read(statements: Sequence[Statement]) -> list[list[Row]]:
        if not hasattr(local, "file"):
            local.file = sqlite3.connect(url, uri=True, isolation_level=None)
            for pragma in ("cache_size = -65536", "mmap_size = 268435456"):
                local.file.execute(f"PRAGMA {pragma}")
        local.file.execute("BEGIN")
        rows = [_rows(local.file.execute(statement, values)) for statement, values in statements]
        local.file.execute("ROLLBACK")
        return rows

    def page(_request: Request) -> Response:
        models, namespaces, tags, versions = read(recorded["/page"])
        nodes = _nodes(models[:100], namespaces, tags, versions)
        return _answer({"registeredModels": {"nodes": nodes}})

    def one(_request: Request) -> Response:
        [model], tags, versions, version_tags = read(recorded["/one"])
        namespace = {"id": model["namespace_id"], "name": model["name_1"]}
        [node] = _nodes([model], [namespace], tags, versions)
        node["latestVersion"]["tags"] = [_tag(row) for row in version_tags]
        return _answer({"registeredModel": node})

    return Starlette(routes=[Route("/page", page, methods=["POST"]), Route("/one", one, methods=["POST"])])


def _rows(cursor: sqlite3.Cursor) -> list[Row]:
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _nodes(models: list[Row], namespaces: list[Row], tags: list[Row], versions: list[Row]) -> list[Row]:
    """Return models as the API shows them."""
    names = {row["id"]: {"name": row["name"]} for row in namespaces}
    latest = {row["model_id"]: row for row in versions}
    tags_of: dict[str, list[Row]] = {}
    for row in tags:
        tags_of.setdefault(row["subject_id"], []).append(_tag(row))
    return [
        {
            **{name: model[name] for name in ("id", "name", "task", "license", "framework")},
            "namespace": names[model["namespace_id"]],
            "createdAt": _moment(model["created_at"]),
            "updatedAt": _moment(model["updated_at"]),
            "tags": tags_of.get(model["id"], []),
            "latestVersion": {
                "number": latest[model["id"]]["number"],
                "stage": {"name": latest[model["id"]]["stage"]},
            },
        }
        for model in models
    ]


def _tag(row: Row) -> Row:
    return {"key": row["key"], "value": orjson.loads(row["value"])}


def _moment(stored: str) -> str:
    return stored.replace(" ", "T") + "Z"


def _answer(data: Row) -> Response:
    return Response(orjson.dumps({"data": data}), media_type="application/json")


if __name__ == "__main__":
    main()
