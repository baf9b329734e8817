"""Cursors: the place of an item in an order, never an offset.

A cursor of the past holds the sequence of its moment too, so that all pages of a list show one moment.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from app.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Order:
    """A total order of a list.

    Attributes:
        name: Tells cursors of this order and list from those of others.
        columns: What is compared, the most significant first; together they are unique.
        descending: Whether the order runs from the highest to the lowest.
        as_of: The sequence of the moment that the list shows; None for the present.
    """

    name: str
    columns: tuple[str, ...]
    descending: bool = False
    as_of: int | None = None


def named(name: str, arguments: Mapping[str, Any]) -> str:
    """Return a list's name that tells apart what its arguments make different lists."""
    # not orjson: a text of the arguments may hold half a surrogate pair, which only json escapes
    return name + json.dumps(arguments, sort_keys=True, separators=(",", ":"), default=str)


def cursor_of(order: Order, values: Sequence[Any]) -> str:
    """Return the cursor of an item from the values of the order's columns."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    moment = [] if order.as_of is None else [order.as_of]
    return base64.urlsafe_b64encode(orjson.dumps([_digest(order), *plain, *moment])).decode().rstrip("=")


def values_of(order: Order, cursor: str, *, name: str = "after") -> list[Any]:
    """Return the values that a cursor stands for.

    Raises:
        InvalidInput: It is no cursor, or one of another list or order.
    """
    values = _decoded(cursor)
    if values is None:
        raise InvalidInput(f"{name} is no cursor; take one from a page of this list", field=[name])
    if len(values) < len(order.columns) + 1 or values[0] != _digest(order):
        raise InvalidInput(f"{name} is a cursor of another list or order", field=[name])
    _, *told = values
    moment = told[len(order.columns) :]
    if moment != ([] if order.as_of is None else [order.as_of]):
        message = f"{name} is a cursor of another moment; ask for all pages as of one change"
        raise InvalidInput(message, field=[name])
    return told[: len(order.columns)]


def moment_of(cursor: str | None) -> int | None:
    """Return the sequence of the moment that a cursor is of; None where it has none."""
    values = _decoded(cursor) if cursor else None
    moment = values[-1] if values else None
    return moment if isinstance(moment, int) and not isinstance(moment, bool) and moment > 0 else None


def _decoded(cursor: str) -> list[Any] | None:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, orjson.JSONDecodeError):
        return None
    return values if isinstance(values, list) else None


def _digest(order: Order) -> str:
    past = "" if order.as_of is None else "|past"
    text = f"{order.name}|{'|'.join(order.columns)}|{order.descending}{past}"
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
