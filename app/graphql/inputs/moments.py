"""Moments of the past, as they are asked for."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from app.db.cursors import moment_of
from app.db.engine import ReadSession
from app.db.paging import PageRequest
from app.db.past import PastSession, at_change, at_sequence, at_time
from app.errors import NotFound
from app.graphql.inputs.drafting import below
from app.graphql.scalars import BigInt
from app.registry.reading.finding import require_kind


@strawberry.input(one_of=True, description="A moment of the past, one way.")
class AsOf:
    """A moment of the past."""

    time: datetime | None = strawberry.field(
        default=UNSET, description="After the last change at or before this time, which is not to come."
    )
    change: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Exactly after the change with this id."
    )
    sequence: BigInt | None = strawberry.field(
        default=UNSET, description="Exactly after the change at this place in the log."
    )


Moment = Annotated[
    AsOf | None, strawberry.argument(description="The moment that is shown; without it, the present.")
]


def session_at(session: ReadSession, given: AsOf | None, request: PageRequest | None = None) -> ReadSession:
    """Return a session that shows the moment `given`, or `session` itself without one.

    A time is looked up once: the further pages of a list show the moment that their cursor is of, whatever
    was committed meanwhile.

    Raises:
        InvalidInput: The time is still to come, or the id is not that of a change.
        NotFound: There is no such change, or the log is not that long.
    """
    if not given:
        return session
    with below("asOf"):
        if given.change:
            change = require_kind(str(given.change), "chg", field=["change"])
            return PastSession(session, replace(at_change(session, change), asked=change))
        if given.sequence is not UNSET:
            place = int(given.sequence or 0)
            if (of_place := at_sequence(session, place)) is None:
                raise NotFound(f"the log has no change {place}", field=["sequence"])
            return PastSession(session, replace(of_place, asked=str(place)))
        assert isinstance(given.time, datetime), "a moment is asked for one way"  # noqa: S101 - held by @oneOf
        moment = at_time(session, given.time)
    pinned = moment_of(request.after or request.before) if request else None
    if pinned is not None and pinned < moment.sequence:
        moment = at_sequence(session, pinned) or moment
    return PastSession(session, replace(moment, asked=given.time.isoformat()))
