"""Drop the descriptions of what queries of one type look for: `... strict --queries FILE IN.jsonl OUT.jsonl`.

Models of an interchange file lose their own description and those of their versions if one of their records
(the tag `source_id`) has the best grade for a query of the type, `paper_title` unless another is named.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from bench.search_quality.queries import read_queries

BEST = 2


def main() -> None:
    """Write the file anew and say how many models lost their descriptions."""
    parser = argparse.ArgumentParser(prog="python -m bench.search_quality.strict", description=__doc__)
    parser.add_argument("--queries", type=Path, required=True, help="judged queries, JSON Lines, may be .gz")
    parser.add_argument("--type", default="paper_title", help="which type of queries")
    parser.add_argument("source", type=Path, help="an interchange file")
    parser.add_argument("target", type=Path, help="where to write it")
    options = parser.parse_args()
    answers = {
        record
        for query in read_queries(options.queries)
        if query.type == options.type
        for record, grade in query.relevance.items()
        if grade == BEST
    }
    hidden = 0
    with options.source.open("rb") as lines, options.target.open("wb") as out:
        for line in lines:
            stated = orjson.loads(line)
            if stated["type"] == "model" and not answers.isdisjoint(stated["tags"]["source_id"]):
                hidden += 1
                line = orjson.dumps(without_descriptions(stated)) + b"\n"  # noqa: PLW2901 - the line, anew
            out.write(line)
    print(f"{hidden} models without their descriptions")


def without_descriptions(model: dict[str, Any]) -> dict[str, Any]:
    """Return a model line without its description and those of its versions."""
    versions = [dict(_kept(version)) for version in model.get("versions", ())]
    return {**dict(_kept(model)), "versions": versions}


def _kept(stated: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in stated.items() if name != "description")


if __name__ == "__main__":
    main()
