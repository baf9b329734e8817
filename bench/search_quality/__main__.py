"""Judge the search of a running API: `python -m bench.search_quality --queries FILE --url URL`.

The registry holds the models and datasets whose records the queries judge; each names its records by its
tag `source_id`. A model counts once, with the best grade among its records, and the ideal ranking likewise.
Datasets are found by their own list and models like a given one by `similar`, which "all" leaves out.

Exits with 1 if the search is worse, of any type and in any mode, than the figures that are kept beside it.
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

from bench.search_quality.asking import DATABASE, Unanswered, engine, found, things_by_record
from bench.search_quality.figures import Figures, drops, read_figures, write_figures
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
    parser.add_argument(
        "--without-index",
        dest="modes",
        action="store_const",
        const=(DATABASE,),
        help="judge what the database finds alone, behind an API that has no index",
    )
    parser.add_argument("--record", action="store_true", help="keep these figures instead of the old ones")
    parser.add_argument("--each", type=Path, help="write the figure of every query to this file")
    options = parser.parse_args()
    try:
        with httpx2.Client(base_url=options.url, timeout=60, trust_env=False) as api:
            asked = engine(api)
            thing_of = things_by_record(api)
            judged = [query for query in read_queries(options.queries) if query.type in options.types]
            verdicts = _judge(api, judged, thing_of, options.modes)
    except (Unanswered, httpx2.HTTPError) as failure:
        print(f"{options.url}: {failure}", file=sys.stderr)
        return 1
    if options.each:
        options.each.write_bytes(b"".join(orjson.dumps(verdict) + b"\n" for verdict in verdicts))
    print(
        f"{asked}: {len(judged)} queries, {len(thing_of):,} records in {len(set(thing_of.values())):,} things"
    )
    figures, kept = _figures(verdicts, options.types, options.modes), read_figures()
    Console().print(_table(verdicts, figures, kept))
    if options.record:
        write_figures(kept | figures)
        return 0
    worse = drops(figures, kept)
    for drop in worse:
        print(f"worse than it was: {drop}", file=sys.stderr)
    return 1 if worse else 0


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


def _figures(verdicts: Sequence[Verdict], types: Sequence[str], modes: Sequence[str]) -> Figures:
    """Return the mean nDCG by type and mode."""
    return {
        f"{kind} {mode}": round(mean(one.ndcg for one in some), 4)
        for kind in (*types, "all")
        for mode in ONE_WAY.get(kind, modes)
        if (some := _some(verdicts, kind, mode))
    }


def _table(verdicts: Sequence[Verdict], figures: Figures, kept: Figures) -> Table:
    table = Table("type", "mode", "queries", f"nDCG@{CUTOFF}", "kept", f"success@{CUTOFF}", box=None)
    for name, figure in figures.items():
        kind, mode = name.split()
        some = _some(verdicts, kind, mode)
        was = f"{kept[name]:.3f}" if name in kept else "-"
        success = f"{mean(one.succeeded for one in some):.2f}"
        table.add_row(kind, mode, str(len(some)), f"{figure:.3f}", was, success)
    return table


def _some(verdicts: Sequence[Verdict], kind: str, mode: str) -> list[Verdict]:
    return [one for one in verdicts if one.mode == mode and _counts(one, kind)]


def _counts(verdict: Verdict, kind: str) -> bool:
    return verdict.type == kind or (kind == "all" and verdict.type not in ONE_WAY)


if __name__ == "__main__":
    sys.exit(main())
