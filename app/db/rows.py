"""Rows that were inserted in bulk, past the session's unit of work."""

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy.orm import make_transient_to_detached

from app.db.columns import Row
from app.db.engine import ReadSession

AnyRow = TypeVar("AnyRow", bound=Row)


def adopted(session: ReadSession, rows: Iterable[AnyRow]) -> list[AnyRow]:
    """Return objects of rows that are in the database already, as if `session` had read them.

    Without it, changing such an object would insert its row a second time.
    """
    objects = list(rows)
    for row in objects:
        make_transient_to_detached(row)
    session.add_all(objects)
    return objects
