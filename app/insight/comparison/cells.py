"""The cells of a comparison: what is best in a row, how far each is from the baseline, and what differs."""

import difflib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from packaging.version import InvalidVersion, Version

from app.registry.drafts import Direction

LONG_TEXT = 200
"""From how many characters on a text is shown as what differs from the baseline's; one of lines always is."""
MAX_DIFF_LINES = 500
"""A text of more lines is shown as it is: comparing lines takes time that grows with their square."""


class Recency(StrEnum):
    """How a version of software stands to the baseline's, in the order of PEP 440."""

    OLDER = "OLDER"
    SAME = "SAME"
    NEWER = "NEWER"


@dataclass(slots=True)
class Cell:
    """One version's value in a row; a comparison has thousands, so only what is asked of one is worked out.

    Attributes:
        value: The value as it is kept; a measurement that is not finite by its name; a long text that differs
            from the baseline's as the unified diff.
        number: The value where it is a finite number.
        reference: The baseline's number.
        is_best: Whether no other cell is better; False where nothing is ranked or nobody else has a value.
        is_diff: Whether `value` is a unified diff.
        recency: For versions of software alone.
    """

    value: Any
    number: float | None = None
    reference: Decimal | None = None
    is_best: bool = False
    is_diff: bool = False
    recency: Recency | None = None

    @property
    def delta(self) -> float | None:
        """The number minus the baseline's; None where that is beyond every float."""
        return delta_to(self.reference, self.number)

    @property
    def relative_delta(self) -> float | None:
        """The delta as a share of the baseline's absolute value; None where that is 0, too."""
        if self.number is None or not self.reference:
            return None
        return _finite((Decimal(repr(self.number)) - self.reference) / abs(self.reference))


def measured_cells(
    values: Sequence[Any], numbers: Sequence[float | None], base: int | None, direction: Direction
) -> list[Cell | None]:
    """Return the cells of a row of numbers, with what is best and the distance from the baseline."""
    best = best_of(numbers, direction)
    reference = None if base is None or numbers[base] is None else Decimal(repr(numbers[base]))
    return [
        None if value is None else Cell(value, number, reference, number is not None and number == best)
        for value, number in zip(values, numbers, strict=True)
    ]


def stated_cells(
    values: Sequence[Any], base: int | None, names: Sequence[str], *, versioned: bool
) -> list[Cell | None]:
    """Return the cells of a row of anything else; `names` are what a diff calls the versions.

    Args:
        values: What each version has; None where it has nothing.
        base: The place of the baseline.
        names: What a diff calls the versions.
        versioned: Whether the values are versions of software.
    """
    reference = None if base is None else values[base]
    cells: list[Cell | None] = []
    for place, value in enumerate(values):
        cell = None if value is None else Cell(value)
        if cell and reference is not None and base is not None:
            if versioned:
                cell.recency = _recency(value, reference)
            elif value != reference and _is_long(value, reference):
                cell.value, cell.is_diff = _diff(reference, value, names[base], names[place]), True
        cells.append(cell)
    return cells


def best_of(numbers: Sequence[float | None], direction: Direction) -> float | None:
    """Return the best number; None where nothing is ranked or there are not two to choose from."""
    present = [number for number in numbers if number is not None]
    if len(present) < 2 or direction is Direction.NONE:  # noqa: PLR2004 - one alone is not best
        return None
    return max(present) if direction is Direction.MAXIMIZE else min(present)


def delta_to(reference: Decimal | None, number: float | None) -> float | None:
    """Subtract as people do, in decimals: 0.85 - 0.84 is 0.01; None where that is beyond every float."""
    if number is None or reference is None:
        return None
    return _finite(Decimal(repr(number)) - reference)


def _finite(number: Decimal) -> float | None:
    """Return a number, or None where it is beyond every float."""
    value = float(number)
    return value if math.isfinite(value) else None


def differs(values: Sequence[Any], *, versioned: bool = False) -> bool:
    """Return whether values differ; a missing one differs from any. Versions are equal by PEP 440."""
    same: Callable[[Any, Any], bool] = _same_version if versioned else _same
    return any(not same(value, values[0]) for value in values)


def _same(one: Any, other: Any) -> bool:
    """Return whether two values are the same in JSON, where, unlike in Python, true is no 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    return bool(one == other)


def _same_version(one: str | None, other: str | None) -> bool:
    if one == other or one is None or other is None:
        return one == other
    return _recency(one, other) is Recency.SAME


def _recency(version: str, reference: str) -> Recency | None:
    """Compare versions as PEP 440 orders them; those that it does not know can only be the same text."""
    if version == reference:
        return Recency.SAME
    try:
        mine, theirs = Version(version), Version(reference)
    except InvalidVersion:
        return None
    if mine == theirs:
        return Recency.SAME
    return Recency.NEWER if mine > theirs else Recency.OLDER


def _is_long(value: Any, reference: Any) -> bool:
    texts = isinstance(value, str) and isinstance(reference, str)
    if not texts or max(value.count("\n"), reference.count("\n")) > MAX_DIFF_LINES:
        return False
    return any(len(text) > LONG_TEXT or "\n" in text for text in (value, reference))


def _diff(reference: str, text: str, base: str, name: str) -> str:
    before, after = reference.splitlines(), text.splitlines()
    return "\n".join(difflib.unified_diff(before, after, base, name, lineterm=""))
