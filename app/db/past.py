"""Sessions that show the past: every statement sees the tables as they were.

`WITH model AS (<the rows of model as of a change>) SELECT ... FROM model` reads the past, since within a
statement the name of a common table expression goes before that of a table. So whatever is read for the
present is read for the past by the same code. `app.db.history` knows the past of each table; a table without
one shows what it holds now, and is read so only where its rows never change.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Result, event, exists
from sqlalchemy.orm import ORMExecuteState
from sqlmodel import col, select

from app.db.changelog import Change, ChangeEntity
from app.db.engine import AsOf, ReadSession
from app.db.history import AS_OF, past_tables
from app.errors import InvalidInput, NotFound


class PastSession(ReadSession):
    """A session over the snapshot of another, as of a moment of its past.

    Its rows are its own, since one session holds each row in one state only.

    Args:
        session: The session whose snapshot it shows.
        as_of: The moment.
    """

    def __init__(self, session: ReadSession, as_of: AsOf) -> None:
        super().__init__(session.present.connection(), expire_on_commit=False)
        self.as_of = as_of
        self._present = session.present

    @property
    def present(self) -> ReadSession:
        """The session that shows the present of the same snapshot."""
        return self._present


@event.listens_for(PastSession, "do_orm_execute")
def _see_the_past(state: ORMExecuteState) -> Result[object]:
    """Put the past of the tables before a statement."""
    as_of = state.session.as_of  # type: ignore[attr-defined]
    state.parameters = state.parameters or {}
    return state.invoke_statement(
        state.statement.add_cte(*past_tables()),  # type: ignore[attr-defined]
        params={str(AS_OF.key): as_of.sequence},
    )


def named_by_then(session: ReadSession, entity_id: Any) -> list[ColumnElement[bool]]:
    """Return the condition that a change had named an entity, by its id, as of the moment of `session`.

    It tells what was there of the things that never change, and so have no history.
    """
    if session.as_of is None:
        return []
    until = col(ChangeEntity.sequence) <= session.as_of.sequence
    return [exists(select(1).where(ChangeEntity.entity_id == entity_id, until))]


def at_time(session: ReadSession, time: datetime) -> AsOf:
    """Return the moment after the last change at or before `time`.

    Raises:
        InvalidInput: The time is still to come: what holds then is not known.
    """
    until = select(Change.sequence, Change.at).where(col(Change.at) <= time)
    last = session.exec(until.order_by(col(Change.at).desc(), col(Change.sequence).desc()).limit(1)).first()
    moment = AsOf(*last) if last else AsOf(0, time)
    now = max(datetime.now(UTC), moment.at)
    if time > now:
        message = f"{time.isoformat()} is still to come; it is {now.isoformat()} here"
        raise InvalidInput(message, field=["time"])
    return moment


def at_change(session: ReadSession, change_id: str) -> AsOf:
    """Return the moment after a change.

    Raises:
        NotFound: There is no such change.
    """
    found = session.exec(select(Change.sequence, Change.at).where(Change.id == change_id)).first()
    if found is None:
        raise NotFound(f"there is no change {change_id}", field=["change"])
    return AsOf(*found)


def at_sequence(session: ReadSession, sequence: int) -> AsOf | None:
    """Return the moment after the change at a place of the log; None when the log is not that long."""
    at = session.exec(select(Change.at).where(Change.sequence == sequence)).first()
    return None if at is None else AsOf(sequence, at)
