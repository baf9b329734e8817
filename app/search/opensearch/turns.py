"""Who writes an index in OpenSearch: one process at a time, on whatever host, by leases in the database."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy.exc import SQLAlchemyError

from app.db.engine import Database
from app.db.leases import HeldLease, LeaseTaken, holder
from app.search.keeping import IndexLocked

POLL_SECONDS = 0.1


class Turns:
    """The two leases of an index: of who writes it, and of who is to have it next.

    Args:
        database: Where the leases are.
        alias: What the index is called.
    """

    def __init__(self, database: Database, alias: str) -> None:
        self._database = database
        self._alias = alias
        self._writing, self._next = f"{alias}: writing", f"{alias}: next"

    def take(self, *, seconds: float = 0.0) -> HeldLease:
        """Take the writing, which the caller closes.

        Raises:
            IndexLocked: Another process has it, for so many seconds.
        """
        return self._take(self._writing, seconds)

    @contextmanager
    def alone(self, *, seconds: float) -> Iterator[None]:
        """Ask the writer to let go, and keep every writer out until the end.

        Raises:
            IndexLocked: It was not let go within so many seconds.
        """
        with closing(self._take(self._next, seconds)), closing(self._take(self._writing, seconds)):
            yield

    def is_wanted(self) -> bool:
        """Return whether another process is to have the index next, as far as the database tells."""
        try:
            return holder(self._database, self._next) is not None
        except SQLAlchemyError:
            return False

    def is_taken(self) -> bool:
        """Return whether a process writes the index."""
        return holder(self._database, self._writing) is not None

    def _take(self, name: str, seconds: float) -> HeldLease:
        deadline = time.monotonic() + seconds
        while True:
            try:
                return HeldLease(self._database, name)
            except LeaseTaken as taken:
                if time.monotonic() >= deadline:
                    raise IndexLocked(f"another process writes the index {self._alias}: {taken}") from None
            time.sleep(POLL_SECONDS)
