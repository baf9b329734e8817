"""Counting the values of a facet, whichever spelling they are in."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value in its most frequent spelling, and how many of the matched documents have it."""

    value: str
    count: int


class WrittenValue(NamedTuple):
    """A value as it is written, its folded form, and how many documents write it so."""

    folded: str
    written: str
    documents: int


def most_frequent(
    spellings: Sequence[tuple[str, str, int]], limit: int
) -> tuple[tuple[FacetValue, ...], int]:
    """Return the `limit` most frequent values, ties by folded form, and the sum of all other counts.

    Args:
        spellings: The parts of a `WrittenValue` each: engines have thousands, quicker as plain tuples.
        limit: How many values at most.
    """
    totals: defaultdict[str, int] = defaultdict(int)
    for folded, _, count in spellings:
        totals[folded] += count
    least = min(nlargest(limit, totals.values()), default=0)
    most = sorted((-total, folded) for folded, total in totals.items() if total >= least)[:limit]
    written: dict[str, list[tuple[int, str]]] = {folded: [] for _, folded in most}
    for folded, text, count in spellings:
        if folded in written:
            written[folded].append((-count, text))
    values = tuple(FacetValue(min(written[folded])[1], -total) for total, folded in most)
    return values, sum(totals.values()) - sum(value.count for value in values)
