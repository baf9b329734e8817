"""Rows that are inserted in bulk, past the session's unit of work."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import insert, inspect
from sqlalchemy.orm import make_transient_to_detached

from app.db.columns import Row
from app.db.engine import ReadSession

AnyRow = TypeVar("AnyRow", bound=Row)


def insert_rows(session: ReadSession, table: type[Row], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows by one statement; each has a value, or None, for the same columns.

    The ORM's own bulk insert would send a statement for every run of rows that lack the same values.
    """
    if rows:
        session.connection().execute(insert(inspect(table).local_table), rows)


def adopted(session: ReadSession, rows: Iterable[AnyRow]) -> list[AnyRow]:
    """Return objects of rows that are in the database already, as if `session` had read them.

    Without it, changing such an object would insert its row a second time.
    """
    objects = list(rows)
    for row in objects:
        make_transient_to_detached(row)
    session.add_all(objects)
    return objects
