"""Counting the values of a facet, whichever spelling they are in."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nsmallest
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value in its most frequent spelling, and how many of the matched documents have it."""

    value: str
    count: int


class Spelling(NamedTuple):
    """A value as it is written, its folded form, and how many documents write it so."""

    folded: str
    written: str
    documents: int


def most_frequent(spellings: Iterable[Spelling], limit: int) -> tuple[tuple[FacetValue, ...], int]:
    """Return the `limit` most frequent values, ties by folded form, and the sum of all other counts."""
    totals: defaultdict[str, int] = defaultdict(int)
    written: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for folded, text, count in spellings:
        totals[folded] += count
        written[folded].append((-count, text))
    most = nsmallest(limit, totals, key=lambda folded: (-totals[folded], folded))
    values = tuple(FacetValue(min(written[folded])[1], totals[folded]) for folded in most)
    return values, sum(totals.values()) - sum(value.count for value in values)
