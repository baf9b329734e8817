"""Counting the values of a facet, whichever spelling they are in."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value in its most frequent spelling, and how many of the matched documents have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Spelling:
    """A value as it is written, its folded form, and how many documents write it so."""

    folded: str
    written: str
    count: int


def most_frequent(spellings: Iterable[Spelling], limit: int) -> tuple[tuple[FacetValue, ...], int]:
    """Return the `limit` most frequent values, ties by folded form, and the sum of all other counts."""
    totals: Counter[str] = Counter()
    written: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for spelling in spellings:
        totals[spelling.folded] += spelling.count
        written[spelling.folded].append((-spelling.count, spelling.written))
    ordered = sorted(totals, key=lambda folded: (-totals[folded], folded))
    values = tuple(FacetValue(min(written[folded])[1], totals[folded]) for folded in ordered[:limit])
    return values, sum(totals[folded] for folded in ordered[limit:])
