"""History tables: every state that an entity was in, with the changes that opened and closed it.

The state that holds now is the one without a closing change, so "as of" a sequence is one query for all
times: opened at or before it, and not closed by then.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, bindparam, insert, inspect, update

from app.db.changelog import Logged
from app.db.columns import Row, metadata
from app.db.engine import ReadSession

_SEQUENCE = BigInteger().with_variant(Integer, "sqlite")


def history_of(row: type[Row], *key: str, without: Collection[str] = ()) -> Table:
    """Declare the history table of `row`.

    Args:
        row: The entity.
        key: The columns that tell its states apart from those of others.
        without: Columns that move without a change of state, such as counters.
    """
    live: Table = inspect(row).local_table
    return Table(
        f"{live.name}_history",
        metadata,
        Column("history_id", _SEQUENCE, primary_key=True),
        *(
            Column(column.name, column.type, nullable=column.nullable)
            for column in live.columns
            if column.name not in without
        ),
        Column("opened_by", String, nullable=False),
        Column("opened_sequence", _SEQUENCE),
        Column("closed_by", String),
        Column("closed_sequence", _SEQUENCE),
        Index(f"ix_{live.name}_history_state_of", *key, "opened_sequence"),
        info={"key": key, "without": frozenset(without)},
    )


def open_states(
    session: ReadSession, history: Table, rows: Sequence[Mapping[str, Any]], logged: Sequence[Logged]
) -> None:
    """Keep `rows` as the states that the changes `logged` (one a row) opened."""
    if rows:
        without = history.info["without"]
        states = [
            {**_kept(row, without), "opened_by": change.id, "opened_sequence": change.sequence}
            for row, change in zip(rows, logged, strict=True)
        ]
        session.execute(insert(history), states)


def close_states(
    session: ReadSession, history: Table, rows: Sequence[Mapping[str, Any]], logged: Sequence[Logged]
) -> None:
    """End the present states of `rows` (only their key columns are read) by the changes `logged`."""
    if not rows:
        return
    key = history.info["key"]
    statement = (
        update(history)
        .where(*(history.c[name] == bindparam(f"key_{name}") for name in key), history.c.closed_by.is_(None))
        .values(closed_by=bindparam("by"), closed_sequence=bindparam("at"))
    )
    ends = [
        {**{f"key_{name}": row[name] for name in key}, "by": change.id, "at": change.sequence}
        for row, change in zip(rows, logged, strict=True)
    ]
    session.connection().execute(statement, ends)


def columns_of(row: Row) -> dict[str, Any]:
    """Return the column values of a row object, as a history table takes them."""
    return {attribute.key: getattr(row, attribute.key) for attribute in inspect(type(row)).column_attrs}


def _kept(row: Mapping[str, Any], without: Collection[str]) -> Mapping[str, Any]:
    return {name: value for name, value in row.items() if name not in without} if without else row
