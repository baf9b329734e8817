"""The write session: it cannot be made without a viewer and an authorizer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from app.db import changelog
from app.db.changelog import Fact, Logged
from app.db.engine import Database, ReadSession
from app.identity.viewer import Authorizer, Viewer


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


@contextmanager
def writing(
    database: Database, viewer: Viewer, authorizer: Authorizer, *, request_id: str | None = None
) -> Iterator[WriteSession]:
    """Open one write transaction and commit it at the end, or leave nothing behind on an error."""
    with WriteSession(database.writers, expire_on_commit=False, autoflush=False) as session:
        session.viewer, session.authorizer, session.request_id = viewer, authorizer, request_id
        session.tail, session.logged = changelog.open_tail(session), []
        yield session
        session.commit()
