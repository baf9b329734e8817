"""Judge the search of a running API: `python -m bench.search_quality --queries FILE --url URL`.

The registry holds the models and datasets whose records the queries judge; each names its records by its
tag `source_id`. A model counts once, with the best grade among its records, and the ideal ranking likewise.
Datasets are found by their own list and models like a given one by `similar`, which "all" leaves out.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2
import orjson
from rich.console import Console
from rich.table import Table

from bench.search_quality.asking import Unanswered, found, things_by_record
from bench.search_quality.judge import CUTOFF, mean, model_grades, ndcg, succeeded
from bench.search_quality.queries import JudgedQuery, read_queries

MODES = ("WORDS", "MEANING", "HYBRID")
TYPES = ("task", "paper_paraphrase", "paper_title")
ONE_WAY = {"similar": ("LIKENESS",), "dataset": ("HYBRID",)}
"""The types that are asked in one way only, whatever the modes."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How good one ranking was."""

    id: str
    type: str
    mode: str
    ndcg: float
    succeeded: bool


def main() -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.search_quality", description=__doc__)
    parser.add_argument("--queries", type=Path, required=True, help="judged queries, JSON Lines, may be .gz")
    parser.add_argument("--url", default="http://127.0.0.1:8765", help="the running API")
    parser.add_argument("--types", nargs="+", default=TYPES, help="which types of queries")
    parser.add_argument("--modes", nargs="+", default=MODES, help="which modes of search")
    parser.add_argument("--each", type=Path, help="write the figure of every query to this file")
    options = parser.parse_args()
    try:
        with httpx2.Client(base_url=options.url, timeout=60, trust_env=False) as api:
            thing_of = things_by_record(api)
            judged = [query for query in read_queries(options.queries) if query.type in options.types]
            verdicts = _judge(api, judged, thing_of, options.modes)
    except (Unanswered, httpx2.HTTPError) as failure:
        print(f"{options.url}: {failure}", file=sys.stderr)
        return 1
    if options.each:
        options.each.write_bytes(b"".join(orjson.dumps(verdict) + b"\n" for verdict in verdicts))
    print(f"{len(judged)} queries, {len(thing_of):,} records in {len(set(thing_of.values())):,} things")
    Console().print(_table(verdicts, options.types, options.modes))
    return 0


def _judge(
    api: httpx2.Client, queries: Sequence[JudgedQuery], thing_of: Mapping[str, str], modes: Sequence[str]
) -> list[Verdict]:
    verdicts = []
    for query in queries:
        grades = model_grades(query.relevance, thing_of)
        if query.seed:
            grades.pop(thing_of[query.seed], None)
        for mode in ONE_WAY.get(query.type, modes):
            ranking = found(api, query, mode, CUTOFF, thing_of)
            verdict = Verdict(query.id, query.type, mode, ndcg(ranking, grades), succeeded(ranking, grades))
            verdicts.append(verdict)
    return verdicts


def _table(verdicts: Sequence[Verdict], types: Sequence[str], modes: Sequence[str]) -> Table:
    table = Table("type", "queries", "mode", f"nDCG@{CUTOFF}", f"success@{CUTOFF}", box=None)
    for kind in (*types, "all"):
        for mode in ONE_WAY.get(kind, modes):
            some = [one for one in verdicts if one.mode == mode and _counts(one, kind)]
            gain, success = mean(one.ndcg for one in some), mean(one.succeeded for one in some)
            table.add_row(kind, str(len(some)), mode, f"{gain:.3f}", f"{success:.2f}")
    return table


def _counts(verdict: Verdict, kind: str) -> bool:
    return verdict.type == kind or (kind == "all" and verdict.type not in ONE_WAY)


if __name__ == "__main__":
    sys.exit(main())
