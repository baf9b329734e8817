"""A registry whose versions come from each other as models do: a few from many, many from a few.

Each version comes from five earlier ones, half of them the likelier the more come from them already, so that
the graph is scale-free and has hubs (Barabási and Albert, Science 286, 1999). One in a hundred is in STAGING.
"""

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from app.db.engine import Database
from app.settings import Settings
from bench.serving import HOLOTYPE, run

PARENTS = 5
MODEL = (
    b'{"type":"header","format":"holotype","version":1}\n'
    b'{"type":"model","namespace":"default","name":"line","versions":[{"number":1}]}\n'
)
VERSIONS = """
INSERT INTO model_version ({columns})
WITH RECURSIVE place(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n + 1 < {count})
SELECT {values} FROM place, model_version WHERE number = 1"""
NODE = {"sqlite": "printf('ver_%032x', n)", "postgresql": "'ver_' || lpad(to_hex(n), 32, '0')"}
EDGE = "lineage_edge (id, downstream, upstream, relation, since)"
RELATION, SINCE = "FINE_TUNED_FROM", "2026-01-01 00:00:00.000000"


def fill(data: Path, count: int) -> None:
    """Make a registry of `count` versions that come from each other."""
    source = data.with_suffix(".jsonl")
    source.write_bytes(MODEL)
    run(HOLOTYPE, "import", str(source), "--data", str(data))
    edges = (
        (f"lin_{place:032x}", node(lower), node(upper), RELATION, SINCE)
        for place, (lower, upper) in enumerate(_edges(count))
    )
    with closing(Database(Settings(data=data).database)) as database, database.writers.begin() as connection:
        described = connection.exec_driver_sql("SELECT * FROM model_version WHERE number = 1")
        stage = "CASE WHEN n % 100 = 0 THEN 'STAGING' ELSE 'DEVELOPMENT' END"
        made = {"id": NODE[database.name], "number": "n + 2", "stage": stage}
        columns = list(described.keys())
        values = ", ".join(made.get(name, name) for name in columns)
        filled = VERSIONS.format(columns=", ".join(columns), values=values, count=count)
        connection.connection.cursor().execute(filled)
        _copy(connection.connection.cursor(), edges, embedded=database.embedded)
        connection.exec_driver_sql("ANALYZE")


def node(place: int) -> str:
    """Return the id of a version by its place; it comes from versions of lower places."""
    return f"ver_{place:032x}"


def _copy(cursor: Any, edges: Iterator[tuple[str, ...]], *, embedded: bool) -> None:
    if embedded:
        cursor.executemany(f"INSERT INTO {EDGE} VALUES (?, ?, ?, ?, ?)", edges)  # noqa: S608 - of constants
        return
    with cursor.copy(f"COPY {EDGE} FROM STDIN") as rows:
        for edge in edges:
            rows.write_row(edge)


def _edges(count: int) -> Iterator[tuple[int, int]]:
    """Yield edges from each place to earlier ones."""
    chance = random.Random(1)  # noqa: S311 - no secret
    ends = [0]
    for lower in range(1, count):
        uppers = {
            chance.choice(ends) if chance.random() < 0.5 else chance.randrange(lower) for _ in range(PARENTS)
        }
        for upper in uppers:
            yield lower, upper
        ends += uppers
