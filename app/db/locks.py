"""What keeps writers out of each other's way where a database lets several in at a time.

Rules that are read before they are written hold on SQLite because it has one writer at a time. On a server
they hold because whoever changes a thing holds it first: its row, by `held`, or a name where there is none.
"""

from typing import Any, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.exc import DBAPIError

from app.db.columns import Row
from app.db.engine import ReadSession
from app.errors import Busy, LimitExceeded

UNIQUE, SERIALIZATION, DEADLOCK = "23505", "40001", "40P01"
LOST = {UNIQUE, SERIALIZATION, DEADLOCK}
"""What PostgreSQL calls it when another writer was first (its manual, appendix A)."""
WAITED_TOO_LONG, TOO_LONG = "55P03", "54000"

Selecting = TypeVar("Selecting", bound=Select[*tuple[Any, ...]])


def lost(error: DBAPIError) -> bool:
    """Tell whether a transaction failed because another writer was first, so that it may be done again.

    Raises:
        Busy: Another writer has held the same thing for too long.
        LimitExceeded: A text is longer than the database can find again.
    """
    state = getattr(error.orig, "sqlstate", None)
    if state == WAITED_TOO_LONG:
        raise Busy("others are changing the same things: try it again later") from error
    if state == TOO_LONG:
        raise LimitExceeded("a name or key is too long: keep it under 600 characters") from error
    return state in LOST


def alone(session: ReadSession) -> bool:
    """Return whether the session's database lets one writer in at a time."""
    return session.get_bind().dialect.name == "sqlite"


def held(session: ReadSession, statement: Selecting, *, of: type[Row] | None = None) -> Selecting:
    """Return a statement that keeps other writers from its rows until the transaction ends.

    It waits for those that are changing them, and reads what they left.

    Args:
        session: The transaction of a writer.
        statement: What selects the rows.
        of: The table whose rows are held; all where it is None.
    """
    if alone(session):
        return statement
    return statement.with_for_update(key_share=True, of=of).execution_options(populate_existing=True)


def shared(session: ReadSession, statement: Selecting) -> Selecting:
    """Return a statement that keeps its rows from being changed by others until the transaction ends."""
    if alone(session):
        return statement
    return statement.with_for_update(read=True).execution_options(populate_existing=True)


def hold(session: ReadSession, *names: str) -> None:
    """Keep other writers that hold the same thing, by a name of any kind, until the transaction ends."""
    if not alone(session):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("\n".join(names), 0))))
