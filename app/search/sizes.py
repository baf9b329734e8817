"""Sizes in words: `7B`, `7 billion` and 6,738,415,616 parameters have a term in common.

A size is told by its number and its unit as people round it, so every size has a term for itself and for each
of its roundings to one, two and three significant digits that is at most five percent away.
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

_UNITS = "kmbt"
SIZE = (
    r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
    r"(?:[ -]?(?i:thousand|million|billion|trillion)|(?i:[kmbt])|[ -](?i:[kmbt])(?!-[^\W_]))(?![^\W_])"
)
"""The pattern of a size: a number, and its unit as a word or as a letter; `3 k-means` is none."""

_PARTS = re.compile(r"([0-9.]+)[ -]?(th|[kmbt])", re.IGNORECASE)
_POWERS = {"k": 3, "th": 3, "m": 6, "b": 9, "t": 12}
_FARTHEST = Decimal("0.05")
_ROUNDINGS = (3, 2, 1)


def size_terms(size: str) -> list[str]:
    """Return the terms of what `SIZE` matches: the size itself, and as people round it."""
    number, unit = _PARTS.match(size).groups()  # type: ignore[union-attr]
    count = Decimal(number).scaleb(_POWERS[unit.lower()])
    rounded = (_rounded(count, digits) for digits in _ROUNDINGS)
    near = (other for other in rounded if abs(other - count) <= count * _FARTHEST)
    return list(dict.fromkeys(map(_term, (count, *near))))


def written_size(count: int) -> str:
    """Return a count as people write it, with three significant digits: `6.74B`."""
    return _term(_rounded(Decimal(count), max(_ROUNDINGS))).upper()


def _rounded(count: Decimal, digits: int) -> Decimal:
    return Context(prec=digits, rounding=ROUND_HALF_UP).plus(count)


def _term(count: Decimal) -> str:
    """Return a count in the largest unit of which it has one: `1.3b`, or `12` below all units."""
    thousands = min(max(count.adjusted(), 0) // 3, len(_UNITS))
    number = count.scaleb(-3 * thousands).normalize()
    return f"{number:f}{('', *_UNITS)[thousands]}"
