"""SQL statements that carry lists of values."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import BindParameter, bindparam

VALUES_A_STATEMENT = 10_000
"""How long the list of an IN may be; SQLite takes 32,766 values in one statement."""

GIVEN: BindParameter[Any] = bindparam("given", expanding=True)
"""The list of an IN in a statement that is built once: building one takes longer than running it."""

Item = TypeVar("Item")


def batched(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Cut `items` into runs of at most `size`, in their order."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
