"""Judged queries as their file states them."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query and what answers it.

    Attributes:
        relevance: The grade of each record that answers it, above 0; the others have 0.
        seed: The record that the others are to be like; None where the text is what is looked for.
    """

    id: str
    type: str
    text: str
    relevance: dict[str, int]
    seed: str | None = None


def read_queries(path: Path) -> Iterator[JudgedQuery]:
    """Yield the queries of a file of JSON Lines, plain or compressed by gzip."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        for line in lines:
            query = orjson.loads(line)
            yield JudgedQuery(
                query["id"], query["type"], query["query"], query["relevance"], query.get("seed")
            )
