"""Lineage over HTTP beside the bare SQL of the same walk, on a generated graph of a million edges.

The graph is scale-free: each of 200,000 versions comes from five earlier ones, the likelier the more come
from them already, so that there are hubs. A second graph of a hundredth of that size shows what does not
depend on the size. Run as `python -m bench.lineage [--edges NUMBER]`.
"""

import argparse
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from bench.serving import API, HOLOTYPE, Server, run, serving

PARENTS = 5
SMALLER = 100
DEPTH = 6
MOST_COUNTED, SHOWN = 50_000, 500
ROUNDS = 3

MODEL = (
    b'{"type":"header","format":"holotype","version":1}\n'
    b'{"type":"model","namespace":"default","name":"line","versions":[{"number":1}]}\n'
)
GRAPH = """
query ($root: ID!, $direction: LineageDirection!, $depth: Int!) {
  lineage(root: $root, direction: $direction, maxDepth: $depth, maxNodes: 500) {
    totalNodes truncated nodes { key depth name } edges { downstream upstream relation }
  }
}"""
IMPACT = """
query ($root: ID!, $depth: Int!) {
  impact(of: $root, maxDepth: $depth) {
    totalVersions staged(first: 20) { nodes { version { number } path { nodes { key } } } }
  }
}"""
STEP = """
SELECT {far} FROM lineage_edge
WHERE until IS NULL AND {near} IN (SELECT value FROM json_each(?))"""
BETWEEN = """
SELECT downstream, upstream, relation FROM lineage_edge
WHERE until IS NULL AND downstream IN (SELECT value FROM json_each(:nodes))
  AND upstream IN (SELECT value FROM json_each(:nodes))"""
STAGED = """
SELECT id FROM model_version
WHERE id IN (SELECT value FROM json_each(?)) AND stage IN ('STAGING', 'PRODUCTION') AND deleted_at IS NULL"""
RECURSIVE = """
WITH RECURSIVE reached(node, depth) AS (
  SELECT ?, 0 UNION
  SELECT edge.{far}, reached.depth + 1 FROM reached JOIN lineage_edge edge ON edge.{near} = reached.node
  WHERE edge.until IS NULL AND reached.depth < ?
) SELECT node, min(depth) FROM reached GROUP BY node"""
WAYS = {"UPSTREAM": ("downstream", "upstream"), "DOWNSTREAM": ("upstream", "downstream")}

Row = tuple[str, str, str, str]


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edges", type=int, default=1_000_000, help="how many edges the graph has")
    count = parser.parse_args().edges // PARENTS
    table = Table("what", "took", "its rival took", "ratio", title="lineage")
    with tempfile.TemporaryDirectory() as scratch:
        large, small = Path(scratch) / "large", Path(scratch) / "small"
        _fill(large, count)
        _fill(small, count // SMALLER)
        database = sqlite3.connect(f"file:{large / 'registry.db'}?mode=ro", uri=True)
        with (
            closing(database),
            serving(API, {"HOLOTYPE_DATA": str(large)}) as api,
            serving(API, {"HOLOTYPE_DATA": str(small)}) as other,
        ):
            for row in _rows(api, other, database, count):
                table.add_row(*row)
    Console(width=120).print(table)


def _rows(api: Server, other: Server, database: sqlite3.Connection, count: int) -> Iterator[Row]:
    # The servers are asked first: one that waits for its rivals would hang up.
    walks = (("UPSTREAM", count - 1), ("DOWNSTREAM", count // 20), ("DOWNSTREAM", 1))
    walked = [_asked(api, GRAPH, _node(place), direction=way, depth=DEPTH) for way, place in walks]
    roots = (count // 20, 1)
    impacts = [_asked(api, IMPACT, _node(place), depth=DEPTH) for place in roots]
    near = {"direction": "UPSTREAM", "depth": 1}
    _, here = _asked(api, GRAPH, _node(count - 1), **near)
    _, there = _asked(other, GRAPH, _node(count // SMALLER - 1), **near)
    for (way, place), (found, took) in zip(walks, walked, strict=True):
        what = f"{way.lower()}, depth {DEPTH}: {found['lineage']['totalNodes']:,} nodes"
        yield _row(what, took, "bare SQL", _timed(partial(_walk, database, _node(place), way, MOST_COUNTED)))
        yield _row(what, took, "one recursive statement", _timed(partial(_recurse, database, place, way)))
    for place, (found, took) in zip(roots, impacts, strict=True):
        what = f"impact, depth {DEPTH}: {found['impact']['totalVersions']:,} versions"
        yield _row(what, took, "bare SQL", _timed(partial(_impact, database, _node(place))))
    yield _row("upstream, depth 1", here, f"a graph 1/{SMALLER} as large", there)


def _recurse(database: sqlite3.Connection, place: int, direction: str) -> None:
    near, far = WAYS[direction]
    database.execute(RECURSIVE.format(near=near, far=far), (_node(place), DEPTH)).fetchall()


def _walk(database: sqlite3.Connection, root: str, direction: str, most: int | None) -> list[str]:
    """Walk as the product does, by nothing but SQL and a set; read the edges between the nearest."""
    near, far = WAYS[direction]
    step = STEP.format(near=near, far=far)
    visited, frontier, levels = {root}, {root}, [root]
    for _ in range(DEPTH):
        given = orjson.dumps(sorted(frontier)).decode()
        frontier = {node for (node,) in database.execute(step, (given,))} - visited
        visited |= frontier
        levels += sorted(frontier)
        if not frontier or (most is not None and len(visited) > most):
            break
    if most is not None:
        database.execute(BETWEEN, {"nodes": orjson.dumps(levels[:SHOWN]).decode()}).fetchall()
    return levels


def _impact(database: sqlite3.Connection, root: str) -> None:
    below = orjson.dumps(_walk(database, root, "DOWNSTREAM", None)).decode()
    database.execute(STAGED, (below,)).fetchall()


def _fill(data: Path, count: int) -> None:
    """Make a registry of `count` versions that come from each other, one in a hundred of them in STAGING."""
    source = data.with_suffix(".jsonl")
    source.write_bytes(MODEL)
    run(HOLOTYPE, "import", str(source), "--data", str(data))
    with closing(sqlite3.connect(data / "registry.db")) as database, database:
        described = database.execute("SELECT name FROM pragma_table_info('model_version')")
        columns = [name for (name,) in described]
        made = {"id": "?", "number": "?", "stage": "?"}
        copied = ", ".join(made.get(name, name) for name in columns)
        copy = f"INSERT INTO model_version SELECT {copied} FROM model_version WHERE number = 1"  # noqa: S608 - of names alone
        stages = {0: "STAGING"}
        versions = ((_node(n), n + 2, stages.get(n % 100, "DEVELOPMENT")) for n in range(count))
        order = [name for name in columns if name in made]
        assert order == ["id", "number", "stage"], "the columns of the copy are given in this order"
        database.executemany(copy, versions)
        database.executemany(
            "INSERT INTO lineage_edge (id, downstream, upstream, relation, since) "
            "VALUES (?, ?, ?, 'FINE_TUNED_FROM', '2026-01-01 00:00:00.000000')",
            ((f"lin_{n:032x}", _node(low), _node(up)) for n, (low, up) in enumerate(_edges(count))),
        )


def _edges(count: int) -> Iterator[tuple[int, int]]:
    """Yield edges from each node to earlier ones: half of them the likelier the more children they have."""
    chance = random.Random(1)  # noqa: S311 - no secret
    ends = [0]
    for lower in range(1, count):
        uppers = {
            chance.choice(ends) if chance.random() < 0.5 else chance.randrange(lower) for _ in range(PARENTS)
        }
        for upper in uppers:
            yield lower, upper
        ends += uppers


def _node(place: int) -> str:
    return f"ver_{place:032x}"


def _asked(server: Server, query: str, root: str, **variables: Any) -> tuple[Any, float]:
    """Return the answer to a query and its median time."""
    body = orjson.dumps({"query": query, "variables": {"root": root, **variables}})
    answers = [server.ask("/graphql", body) for _ in range(ROUNDS)]
    answer = orjson.loads(answers[-1][1])
    assert "errors" not in answer, answer
    return answer["data"], median(seconds for seconds, _ in answers)


def _timed(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return median(seconds)


def _row(what: str, took: float, rival: str, rivals: float) -> Row:
    return what, f"{took * 1000:,.1f} ms", f"{rivals * 1000:,.1f} ms ({rival})", f"{took / rivals:.2f}"


if __name__ == "__main__":
    main()
