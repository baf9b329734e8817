"""Walks over the lineage beside the bare SQL of the same walks, in the same process and database.

The floor is the driver's cursor, a set, and a statement a level that fetches the same rows; the product is
the function that answers, without GraphQL and HTTP, whose whole answer is shown as well. On SQLite the times
but those over HTTP are the processor's. The graphs are a
registry's own (`--data DATA`; else the shipped sample) and a generated one of a million edges
(`bench/descent.py`), and for what does not depend on the size a hundredth of that. Run as
`python -m bench.lineage [--edges NUMBER] [--data DATA] [--postgresql [URL]]`.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from app.db.engine import Database, ReadSession
from app.insight.lineage.impact import find_impact
from app.lineage.walks import EXACT_TOTALS, Reached, Walk, WalkDirection, edges_between, walk
from app.settings import Settings
from bench import stores
from bench.descent import PARENTS, fill, node
from bench.serving import API, Server, serving
from tests.postgresql import Server as PostgreSQL

SMALLER = 100
DEPTH, SHOWN = 6, 500
ROUNDS = 5
ENOUGH_SECONDS = 5.0

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
STEP = "SELECT {far} FROM lineage_edge WHERE until IS NULL AND {near} {given}"
BETWEEN = """
SELECT * FROM lineage_edge
WHERE until IS NULL AND downstream {given} AND upstream || '' {given} ORDER BY id"""
STAGED = """
SELECT version.id FROM model_version version JOIN model ON model.id = version.model_id
WHERE version.id {given} AND version.stage IN ('STAGING', 'PRODUCTION')
  AND version.deleted_at IS NULL AND model.deleted_at IS NULL"""
RECURSIVE = """
WITH RECURSIVE reached(node, depth) AS (
  SELECT CAST('{root}' AS varchar), 0 UNION
  SELECT edge.{far}, reached.depth + 1 FROM reached JOIN lineage_edge edge ON edge.{near} = reached.node
  WHERE edge.until IS NULL AND reached.depth < {depth}
) SELECT node, min(depth) FROM reached GROUP BY node"""
MOST_LED_TO = """
SELECT {near} FROM lineage_edge WHERE until IS NULL GROUP BY {near} ORDER BY count(*) DESC, {near} LIMIT 1"""
GIVEN = {"sqlite": "IN (SELECT value FROM json_each(?))", "postgresql": "= ANY(string_to_array(%s, ','))"}
WAYS = {"UPSTREAM": ("downstream", "upstream"), "DOWNSTREAM": ("upstream", "downstream")}

Work = Callable[[], Any]
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry that is measured: a session of it, a connection of its driver, and a server of it."""

    name: str
    session: ReadSession
    driver: Any
    api: Server

    @property
    def embedded(self) -> bool:
        """Whether the database works in this process."""
        return self.name == "sqlite"

    def ids(self, sql: str, *given: Collection[str]) -> list[Any]:
        """Return the first column of what a statement finds, with lists of ids in their places."""
        cursor = self.driver.cursor()
        listed = [orjson.dumps(list(ids)).decode() if self.embedded else ",".join(ids) for ids in given]
        cursor.execute(sql.replace("{given}", GIVEN[self.name]), listed)
        return [row[0] for row in cursor.fetchall()]


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edges", type=int, default=1_000_000, help="how many edges the graph has")
    parser.add_argument("--data", type=Path, help="the data folder of a registry (default: the sample)")
    place = "keep the database there, or in a private server"
    parser.add_argument("--postgresql", nargs="?", const=stores.PRIVATE, metavar="URL", help=place)
    options = parser.parse_args()
    options.opensearch = None
    headings = ("what", "took", "bare SQL", "ratio", "one recursive statement", "ratio", "over HTTP")
    table = Table(*headings, title="lineage on PostgreSQL" if options.postgresql else "lineage on SQLite")
    count = options.edges // PARENTS
    with ExitStack() as ends:
        given = options.postgresql
        server = ends.enter_context(stores.postgresql(given)) if given else None
        # Closed before the large graph is made: a snapshot that waits for minutes is ended by the server.
        with _opened(server, partial(stores.registry, options, indexed=False)) as own:
            for row in _own_rows(own):
                table.add_row(*row)
        large = ends.enter_context(_opened(server, partial(_generated, count)))
        small = ends.enter_context(_opened(server, partial(_generated, count // SMALLER)))
        for row in _generated_rows(large, small, count):
            table.add_row(*row)
    Console(width=160).print(table)


@contextmanager
def _opened(server: PostgreSQL | None, make: Callable[[Path], Path]) -> Iterator[Registry]:
    """Make a registry in a folder of its own, and keep and serve it meanwhile."""
    with tempfile.TemporaryDirectory() as scratch, stores.database_of(server):
        data = make(Path(scratch))
        with (
            closing(Database(Settings(data=data).database)) as database,
            database.read() as session,
            closing(database.readers.raw_connection()) as driver,
            serving(API, {"HOLOTYPE_DATA": str(data)}) as api,
        ):
            yield Registry(database.name, session, driver, api)


def _generated(count: int, scratch: Path) -> Path:
    fill(scratch / "data", count)
    return scratch / "data"


def _own_rows(registry: Registry) -> Iterator[Row]:
    for way, (near, _) in WAYS.items():
        [start] = registry.ids(MOST_LED_TO.format(near=near))
        yield from _walk_rows("own", registry, start, way)
    yield _impact_row("own", registry, start)


def _generated_rows(large: Registry, small: Registry, count: int) -> Iterator[Row]:
    starts = (("UPSTREAM", count - 1), ("DOWNSTREAM", count // 20), ("DOWNSTREAM", 1))
    for way, place in starts:
        yield from _walk_rows("generated", large, node(place), way)
    for place in (count // 20, 1):
        yield _impact_row("generated", large, node(place))
    ends = ((large, count - 1), (small, count // SMALLER - 1))
    here, there = _race(large, *(partial(_near, one, node(place)) for one, place in ends))
    asked = [_http(one, GRAPH, node(place), direction="UPSTREAM", depth=1) for one, place in ends]
    over = f"{asked[0] * 1000:.1f} ms, {asked[1] * 1000:.1f} in the small"
    yield (
        "generated: depth 1 | in a graph 1/100 as large",
        *_compared(here, there),
        "",
        "",
        over,
    )


def _walk_rows(graph: str, registry: Registry, start: str, way: str) -> Iterator[Row]:
    reached = _walked(registry, start, way)
    what = f"{graph}: {way.lower()}, {reached.total:,} nodes"
    took, floor, single = _race(
        registry,
        partial(_walked, registry, start, way),
        partial(_bare, registry, start, way, EXACT_TOTALS),
        partial(_recursive, registry, start, way),
    )
    yield (what, *_compared(took, floor), _shown(single), f"{took / single:.2f}", "")
    took, floor = _race(
        registry,
        partial(_walked, registry, start, way, edges=True),
        partial(_bare, registry, start, way, EXACT_TOTALS, edges=True),
    )
    answered = _http(registry, GRAPH, start, direction=way, depth=DEPTH)
    yield (f"{what}, and edges of {SHOWN}", *_compared(took, floor), "", "", _shown(answered))


def _impact_row(graph: str, registry: Registry, start: str) -> Row:
    staged = len(find_impact(registry.session, start, DEPTH).staged)
    impact = partial(find_impact, registry.session, start, DEPTH)
    took, floor = _race(registry, impact, partial(_bare_impact, registry, start))
    answered = _http(registry, IMPACT, start, depth=DEPTH)
    what = f"{graph}: impact, {staged:,} versions in live stages"
    return (what, *_compared(took, floor), "", "", _shown(answered))


def _walked(registry: Registry, start: str, way: str, *, edges: bool = False) -> Reached:
    reached = walk(registry.session, Walk(root=start, direction=WalkDirection(way), max_depth=DEPTH))
    if edges:
        edges_between(registry.session, reached.nearest(SHOWN))
    return reached


def _near(registry: Registry, start: str) -> None:
    reached = walk(registry.session, Walk(root=start, direction=WalkDirection.UPSTREAM))
    edges_between(registry.session, reached.nearest(SHOWN))


def _bare(registry: Registry, start: str, way: str, most: int | None, *, edges: bool = False) -> list[str]:
    """Walk as the product does, by nothing but SQL and a set; read the edges between the nearest."""
    near, far = WAYS[way]
    step = STEP.replace("{far}", far).replace("{near}", near)
    visited, frontier, levels = {start}, {start}, [start]
    for _ in range(DEPTH):
        frontier = set(registry.ids(step, frontier)) - visited
        visited |= frontier
        levels += sorted(frontier) if edges else frontier
        if not frontier or (most is not None and len(visited) > most):
            break
    if edges:
        registry.ids(BETWEEN, levels[:SHOWN], levels[:SHOWN])
    return levels


def _bare_impact(registry: Registry, start: str) -> None:
    registry.ids(STAGED, _bare(registry, start, "DOWNSTREAM", None))


def _recursive(registry: Registry, start: str, way: str) -> None:
    near, far = WAYS[way]
    registry.ids(RECURSIVE.format(root=start, near=near, far=far, depth=DEPTH))


def _http(registry: Registry, query: str, root: str, **variables: Any) -> float:
    """Return the least seconds of an answer."""
    body = orjson.dumps({"query": query, "variables": {"root": root, **variables}})
    # While others are measured, the server hangs up; the next request connects anew.
    registry.api.connection.close()
    answers = [registry.api.ask("/graphql", body) for _ in range(ROUNDS)]
    answer = orjson.loads(answers[-1][1])
    assert "errors" not in answer, answer
    return min(seconds for seconds, _ in answers)


def _race(registry: Registry, *works: Work) -> list[float]:
    """Return the least seconds of each; they take turns, so that other work meets all alike."""
    clock = time.process_time if registry.embedded else time.perf_counter
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, taken in zip(works, seconds, strict=True):
            if sum(taken) < ENOUGH_SECONDS:
                began = clock()
                work()
                taken.append(clock() - began)
    return [min(taken) for taken in seconds]


def _compared(took: float, floor: float) -> tuple[str, str, str]:
    return _shown(took), _shown(floor), f"{took / floor:.2f}"


def _shown(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"


if __name__ == "__main__":
    main()
