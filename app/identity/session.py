"""The write session: it cannot be made without a viewer and an authorizer."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from app.db import changelog
from app.db.changelog import Fact, Logged
from app.db.engine import Database, ReadSession
from app.db.faults import Unconfirmed
from app.db.locks import lost
from app.errors import Busy
from app.identity.viewer import Authorizer, Viewer

ATTEMPTS = 10
PAUSE_SECONDS = 0.02

Answer = TypeVar("Answer")


class WriteSession(ReadSession):
    """A session that may write, in the name of `viewer`, and logs what it does.

    Its transaction is opened and committed by `writing`, never inside a service.
    """

    viewer: Viewer
    authorizer: Authorizer
    request_id: str | None
    tail: changelog.LogTail
    logged: list[Logged]

    @property
    def now(self) -> datetime:
        """The moment of this transaction: the same for every row and change in it."""
        return self.tail.now

    def require(self, action: str, scope: str) -> None:
        """Ask the authorizer; `scope` is the id of a namespace or an entity.

        Raises:
            Forbidden: The viewer may not do this.
        """
        self.authorizer.require(self.viewer, action, scope)

    def record(self, facts: Sequence[Fact]) -> list[Logged]:
        """Append facts to the change log, within this transaction."""
        logged = changelog.append(self, self.tail, facts, actor_id=self.viewer.id, request_id=self.request_id)
        self.logged += logged
        return logged


def write(
    database: Database,
    viewer: Viewer,
    authorizer: Authorizer,
    work: Callable[[WriteSession], Answer],
    *,
    request_id: str | None = None,
) -> Answer:
    """Do `work` in one write transaction, and all of it again where another writer was first.

    A server lets several writers in at a time. One who loses a race (for a name, for a lock that each has of
    what the other needs) has left nothing behind, and finds in the next attempt what the winner did.

    Raises:
        Busy: What the work changes was being changed by others all the time.
        LimitExceeded: A text is longer than the database can find again.
        Unconfirmed: The connection was lost during the commit, so that doing it again might do it twice.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with writing(database, viewer, authorizer, request_id=request_id) as session:
                answer = work(session)
        except DBAPIError as failed:
            if not lost(failed):
                raise
        else:
            return answer
        time.sleep(random.uniform(0, PAUSE_SECONDS * attempt))  # noqa: S311 - no secret
    raise Busy("others are changing the same things all the time: try it again later")


@contextmanager
def writing(
    database: Database, viewer: Viewer, authorizer: Authorizer, *, request_id: str | None = None
) -> Iterator[WriteSession]:
    """Open one write transaction and commit it at the end, or leave nothing behind on an error.

    Raises:
        Unconfirmed: The connection was lost during the commit.
    """
    with WriteSession(database.writers, expire_on_commit=False, autoflush=False) as session:
        session.viewer, session.authorizer, session.request_id = viewer, authorizer, request_id
        session.tail, session.logged = changelog.open_tail(session), []
        yield session
        try:
            session.commit()
        except DBAPIError as failed:
            if failed.connection_invalidated:
                raise Unconfirmed from failed
            raise
