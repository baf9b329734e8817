"""Cutting long lists to what one SQL statement may carry."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

VALUES_A_STATEMENT = 10_000
"""How long the list of an IN may be; SQLite takes 32,766 values in one statement."""

Item = TypeVar("Item")


def batched(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Cut `items` into runs of at most `size`, in their order."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
