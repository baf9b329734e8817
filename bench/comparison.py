"""Comparisons and the front of trade-offs over HTTP, beside the bare SQL that reads the same values.

The registry is generated: five versions with 40 metrics each, fifty with 200 each, and 20,000 versions with
three metrics each. The floor of a comparison is a bare Starlette route that reads the same metrics by two
statements and writes the same rows with orjson; that of the front is the SQL that fetches its values,
and no more. Run as `python -m bench.comparison`; this file is also the floor's own service.
"""

import os
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.http_floor import sent_statements
from bench.serving import API, HOLOTYPE, Server, run, serving

FEW, MANY = (5, 40), (50, 200)
MODELS, VERSIONS = 200, 100
OBJECTIVES = {"accuracy": "MAXIMIZE", "latency": "MINIMIZE", "memory": "MINIMIZE"}
WARM_UP, ROUNDS, SLOW_ROUNDS = 20, 200, 15

HEADER = {"type": "header", "format": "holotype", "version": 1}
DATASET = "held out"
COMPARE = """
query ($versions: [ModelVersionBy!]!, $baseline: ModelVersionBy) {
  compareVersions(versions: $versions, baseline: $baseline) {
    rows(kinds: [METRIC]) {
      totalCount nodes { key direction differs cells { value delta isBest } }
    }
  }
}"""
TRADEOFF = """
query ($objectives: [ObjectiveInput!]!) {
  tradeoff(objectives: $objectives) {
    totalCount evaluated nodes { values version { id number registeredModel { name } } }
  }
}"""
NUMBERED = """
SELECT version.id FROM model_version AS version
WHERE version.model_id = (SELECT id FROM model WHERE name = ?) ORDER BY number"""
METRICS = "SELECT owner_id, name, dataset, value FROM metric_series WHERE owner_id IN (?, ?, ?, ?, ?)"
VALUES = """
SELECT owner_id, value FROM metric_series
WHERE name_folded = ? AND dataset_folded = ? AND value IS NOT NULL"""
LIVING = "SELECT id FROM model_version WHERE deleted_at IS NULL"

Row = tuple[str, ...]


def main() -> None:
    """Measure and print one table."""
    table = Table("what", "SQL", "took", "its rival took", "ratio", title="comparison", box=None)
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch) / "data"
        _fill(data)
        environment = {"HOLOTYPE_DATA": str(data)}
        database = _connect(data)
        with (
            closing(database),
            serving(API, environment) as api,
            serving("bench.comparison:create_floor", environment) as floor,
        ):
            for row in _rows(data, api, floor, database):
                table.add_row(*row)
    Console(width=120).print(table)


def _rows(data: Path, api: Server, floor: Server, database: sqlite3.Connection) -> Iterator[Row]:
    few, many = _compared("few", FEW[0]), _compared("many", MANY[0])
    objectives = [{"target": {"metric": _key(name)}, "direction": way} for name, way in OBJECTIVES.items()]
    front = orjson.dumps({"query": TRADEOFF, "variables": {"objectives": objectives}})
    rows = _answer(api, few)["compareVersions"]["rows"]["nodes"]
    assert _keys(rows) == _keys(orjson.loads(floor.ask("/rows", b"")[1])["data"]), (
        "the floor answers the same"
    )
    assert _answer(api, many)["compareVersions"]["rows"]["totalCount"] == MANY[1]
    assert _answer(api, front)["tradeoff"]["evaluated"] == MODELS * VERSIONS

    ask_few, ask_many, ask_front = (partial(_seconds, api, "/graphql", body) for body in (few, many, front))
    ask_floor, fetch = partial(_seconds, floor, "/rows", b""), partial(_fetch, database)
    for what, body, ask, rival, ask_rival, rounds in (
        (f"{FEW[0]} versions x {FEW[1]} metrics", few, ask_few, "bare SQL + orjson", ask_floor, ROUNDS),
        (f"{MANY[0]} versions x {MANY[1]} metrics", many, ask_many, "5 x 40", ask_few, SLOW_ROUNDS),
        (
            f"front of {MODELS * VERSIONS:,}, 3 objectives",
            front,
            ask_front,
            "its SQL alone",
            fetch,
            SLOW_ROUNDS,
        ),
    ):
        took, rivals = _in_turn(ask, ask_rival, rounds)
        times = f"{took * 1000:,.1f} ms", f"{rivals * 1000:,.1f} ms ({rival})"
        yield what, str(len(sent_statements(data, body))), *times, f"{took / rivals:.2f}"


def _in_turn(ask: Callable[[], float], ask_rival: Callable[[], float], rounds: int) -> tuple[float, float]:
    """Return the medians of how long two requests take, asked by turns."""
    for _ in range(WARM_UP):
        ask(), ask_rival()
    times = [(ask(), ask_rival()) for _ in range(rounds)]
    mine, theirs = zip(*times, strict=True)
    return median(mine), median(theirs)


def _seconds(server: Server, path: str, body: bytes) -> float:
    return server.ask(path, body)[0]


def _fetch(database: sqlite3.Connection) -> float:
    """Fetch the values of the front; return how long it took, in seconds."""
    began = time.perf_counter()
    database.execute(LIVING).fetchall()
    for name in OBJECTIVES:
        database.execute(VALUES, (name, DATASET)).fetchall()
    return time.perf_counter() - began


def _answer(api: Server, body: bytes) -> Any:
    answer = orjson.loads(api.ask("/graphql", body)[1])
    assert "errors" not in answer, answer
    return answer["data"]


def _keys(rows: list[dict[str, Any]]) -> list[tuple[str, list[float]]]:
    return [(row["key"], [cell["value"] for cell in row["cells"]]) for row in rows]


def _compared(model: str, versions: int) -> bytes:
    named = [{"number": {"model": {"name": model}, "number": place + 1}} for place in range(versions)]
    return orjson.dumps({"query": COMPARE, "variables": {"versions": named, "baseline": named[0]}})


def _key(name: str) -> dict[str, str]:
    return {"name": name, "dataset": DATASET}


def _fill(data: Path) -> None:
    """Make the registry."""
    chance = random.Random(1)  # noqa: S311 - no secret

    def model(name: str, versions: int, metrics: Sequence[str]) -> dict[str, Any]:
        measured = [
            [{**_key(metric), "value": round(chance.random(), 4)} for metric in metrics]
            for _ in range(versions)
        ]
        numbered = [{"number": place + 1, "metrics": mine} for place, mine in enumerate(measured)]
        return {"type": "model", "name": name, "versions": numbered}

    models = [model(f"front {place}", VERSIONS, list(OBJECTIVES)) for place in range(MODELS)]
    sides = [
        model(name, versions, [f"accuracy {place:03}" for place in range(metrics)])
        for name, (versions, metrics) in (("few", FEW), ("many", MANY))
    ]
    file = data.with_suffix(".jsonl")
    file.write_bytes(b"\n".join(map(orjson.dumps, [HEADER, *models, *sides])))
    run(HOLOTYPE, "import", str(file), "--data", str(data))


def create_floor() -> Starlette:
    """Return the floor of a comparison: one statement, and the same rows from it."""
    data, local = Path(os.environ["HOLOTYPE_DATA"]), threading.local()

    def rows(_request: Request) -> Response:
        if not hasattr(local, "file"):
            local.file = _connect(data)
        versions = [version for (version,) in local.file.execute(NUMBERED, ("few",))]
        by_key: dict[tuple[str, str], list[float]] = {}
        for owner, name, dataset, value in local.file.execute(METRICS, versions):
            by_key.setdefault((name, dataset), [0.0] * len(versions))[versions.index(owner)] = value
        shown = [
            {
                "key": " · ".join(key),
                "direction": "NONE",
                "differs": len(set(values)) > 1,
                "cells": [{"value": one, "delta": one - values[0], "isBest": False} for one in values],
            }
            for key, values in sorted(by_key.items())
        ]
        return Response(orjson.dumps({"data": shown}), media_type="application/json")

    return Starlette(routes=[Route("/rows", rows, methods=["POST"])])


def _connect(data: Path) -> sqlite3.Connection:
    """Open the registry to be read, with the caches that the API has."""
    database = sqlite3.connect(f"file:{data / 'registry.db'}?mode=ro", uri=True, isolation_level=None)
    for pragma in ("cache_size = -65536", "mmap_size = 268435456"):
        database.execute(f"PRAGMA {pragma}")
    return database


if __name__ == "__main__":
    main()
