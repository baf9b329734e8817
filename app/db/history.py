"""History tables: every state that an entity was in, with the changes that opened and closed it.

The state that holds now is the one without a closing change, so "as of" a sequence is one query for all
times: opened at or before it, and not closed by then.

A table's past are the rows that it had as of a sequence, in the table's own columns. `app.db.past` puts it
before a statement under the table's name, so that one statement serves the present and every past.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import (
    CTE,
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    Index,
    Integer,
    Select,
    String,
    Table,
    bindparam,
    insert,
    inspect,
    or_,
    select,
    text,
    update,
)

from app.db.changelog import Logged
from app.db.columns import Row, metadata
from app.db.engine import ReadSession

_SEQUENCE = BigInteger().with_variant(Integer, "sqlite")

AS_OF = bindparam("as_of", type_=_SEQUENCE)
"""The sequence that a table's past is asked for."""

Derived: TypeAlias = Callable[[FromClause], ColumnElement[Any]]
"""How the value of a column as of `AS_OF` is found, given the history table."""

_pasts: dict[str, Callable[[], Select[Any]]] = {}


def history_of(row: type[Row], *key: str, derived: Mapping[str, Derived] | None = None) -> Table:
    """Declare the history table of `row`, which is its past too.

    Args:
        row: The entity.
        key: The columns that tell its states apart from those of others.
        derived: Columns that move without a change of state, such as counters, and how their past is found.
    """
    live: Table = inspect(row).local_table
    without = dict(derived or {})
    history = Table(
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
        *_unsealed(live.name),
        info={"key": key, "without": frozenset(without)},
    )

    def rows() -> Select[Any]:
        columns = [
            without[column.name](history).label(column.name)
            if column.name in without
            else history.c[column.name]
            for column in live.columns
        ]
        return select(*columns).where(in_force(history))

    past_of(row, rows)
    return history


def _unsealed(name: str) -> Iterator[Index]:
    """Declare what COMMIT finds the states by that have no sequence yet (`app.db.sealing`)."""
    waiting = {
        "opened": text("opened_sequence IS NULL"),
        "closed": text("closed_by IS NOT NULL AND closed_sequence IS NULL"),
    }
    for side, unsealed in waiting.items():
        yield Index(
            f"ix_{name}_history_un{side}", f"{side}_by", sqlite_where=unsealed, postgresql_where=unsealed
        )


def past_of(row: type[Row], rows: Callable[[], Select[Any]]) -> None:
    """Declare the past of `row`: the statement that selects, in its columns, what it held as of `AS_OF`."""
    _pasts[inspect(row).local_table.name] = rows


def in_force(history: FromClause) -> ColumnElement[bool]:
    """Return the condition on the states of a history table that held as of `AS_OF`."""
    closed = history.c.closed_sequence
    return (history.c.opened_sequence <= AS_OF) & or_(closed.is_(None), closed > AS_OF)


@cache
def past_tables() -> tuple[CTE, ...]:
    """Return the past of each table that has one, under the table's name.

    A database would work out a past that is read twice as a whole, without its indexes, unless told not to.
    """
    return tuple(rows().cte(name).prefix_with("NOT MATERIALIZED") for name, rows in _pasts.items())


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
