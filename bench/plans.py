"""How the database finds what lists and filters ask for: `python -m bench.plans URL`.

URL is that of a registry's database: `sqlite:////DATA/registry.db` or `postgresql://...`. For a page of each
list, and for the count of each filter, it prints the indexes of the plan, the tables that are read from end
to end, and why no index knows the answer where none does. Exits with 1 where such a reason is missing.
PostgreSQL is told to avoid reading whole tables wherever an index would do.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, Engine, event

from app.db.engine import Database, ReadSession
from app.db.paging import PageRequest
from app.insight.lineage.impact import find_impact
from app.insight.lineage.paths import find_paths
from app.lineage.walks import Walk, WalkDirection, count_between, direct_counts, edges_between, walk
from app.registry.reading.boards import Board, list_board
from app.registry.reading.listing import ModelOrder, VersionOrder, list_models, list_versions
from app.registry.reading.predicates import (
    MetricKeyTest,
    ModelTag,
    Owned,
    Property,
    Text,
    VersionHas,
    VersionText,
    Way,
)
from app.registry.reading.trends import metrics_of_models, trends_of
from app.search.filters import All, Contains, Exists, FactField, Filter, In, Not, StartsWith

WHOLE = re.compile(r"SCAN (\w+)(?! USING| VIRTUAL)\b|Seq Scan on (\w+)")
INDEX = re.compile(r"USING (?:COVERING )?INDEX (\w+)|using (\w+) on|Bitmap Index Scan on (\w+)")
LARGE = {"model", "model_version", "tag", "param", "metric_series", "change", "lineage_edge"}
MIDDLE = "no index finds the middle of a word"
LISTS = "a list of values is looked into row by row"
MOST = "it admits a large part of all rows"
PAGE = PageRequest(first=20)
NODE = "ver_" + "0" * 32

Asked = tuple[str, Any]
FACTS = (FactField.TASK, FactField.FRAMEWORK, FactField.ARCHITECTURE, FactField.FAMILY, FactField.LICENSE)
FILTERS: dict[str, tuple[Filter, str | None]] = {
    **{f"{field} is": (In(field, ("x",)), None) for field in (*FACTS, FactField.PUBLISHER, FactField.NAME)},
    "name contains": (Contains(FactField.NAME, "x"), MIDDLE),
    "name starts with": (StartsWith(FactField.NAME, "x"), None),
    "domain is": (In(FactField.DOMAIN, ("x",)), LISTS),
    "language is": (In(FactField.LANGUAGE, ("x",)), LISTS),
    "owner is": (Owned("x"), LISTS),
    "language is not stated": (Not(Exists(FactField.LANGUAGE)), MOST),
    "dataset is": (In(FactField.DATASET, ("x",)), None),
    "tag is": (ModelTag(Property(key="x", text=Text(Way.IN, ("y",)))), None),
}


def main() -> int:
    """Run the command; return its exit code."""
    database = Database(sys.argv[1])
    table = Table("list", "indexes", "read as a whole", "because", box=None)
    unexpected = []
    with database.read() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
        for name, ask, reason in chain(_lists(session), _walks(session)):
            plan = _plan(session, ask)
            indexes, whole = _named(INDEX, plan), _named(WHOLE, plan) & LARGE
            table.add_row(name, ", ".join(sorted(indexes)), ", ".join(sorted(whole)), reason or "")
            if whole and reason is None:
                unexpected.append(name)
    Console(width=160).print(table)
    for name in unexpected:
        print(f"{name}: reads a whole table", file=sys.stderr)
    return 1 if unexpected else 0


def _lists(session: ReadSession) -> Iterator[tuple[str, Callable[[], object], str | None]]:
    models, versions = partial(list_models, session, PAGE), partial(list_versions, session, PAGE)
    for order in ModelOrder:
        yield f"models by {order}", partial(models, order=order), None
    for name, (tree, reason) in FILTERS.items():
        yield f"models whose {name}", partial(models, admitted=tree, counted=True), reason
    for by in VersionOrder:
        yield f"versions by {by}", partial(versions, order=by), None
    for field in VersionText:
        has = VersionHas(field, Text(Way.IN, ("x",)))
        reason = MOST if field is VersionText.STAGE else None
        yield f"versions whose {field} is", partial(versions, admitted=has, counted=True), reason
    key = MetricKeyTest(name="x", called="x", parts=(("dataset_folded", "y"), ("split", "z")))
    for descending in (True, False):
        board = Board(key, All(), descending)
        yield (
            f"a board, {'highest' if descending else 'lowest'} first",
            partial(list_board, session, board, PAGE, counted=True),
            None,
        )
    yield "a trend", partial(trends_of, session, ["x"], key, 20), None
    yield "the metrics of a trend", partial(metrics_of_models, session, ["x"], key), None


def _walks(session: ReadSession) -> Iterator[tuple[str, Callable[[], object], str | None]]:
    for way in WalkDirection:
        asked = Walk(root=NODE, direction=way, max_depth=2)
        yield f"lineage {way}", partial(walk, session, asked), None
    yield "edges between nodes", partial(edges_between, session, [NODE]), None
    yield "edges counted between nodes", partial(count_between, session, [NODE]), None
    yield "edges counted at nodes", partial(direct_counts, session, [NODE]), None
    yield "impact", partial(find_impact, session, NODE, 2), None
    yield "lineage paths", partial(find_paths, session, NODE, NODE, max_hops=2, limit=1), None


def _plan(session: ReadSession, ask: Callable[[], object]) -> str:
    """Return the plans of the statements that `ask` sends."""
    with _noted() as sent:
        ask()
    explain = "EXPLAIN QUERY PLAN " if session.get_bind().dialect.name == "sqlite" else "EXPLAIN "
    rows = [
        row for sql, values in sent for row in session.connection().exec_driver_sql(explain + sql, values)
    ]
    return "\n".join(str(row[-1]) for row in rows)


@contextmanager
def _noted() -> Iterator[list[Asked]]:
    sent: list[Asked] = []

    def note(_connection: Connection, _cursor: object, sql: str, values: Any, *_: object) -> None:
        sent.append((sql, values))

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


def _named(pattern: re.Pattern[str], plan: str) -> set[str]:
    return {next(filter(None, found)) for found in pattern.findall(plan)}


if __name__ == "__main__":
    sys.exit(main())
