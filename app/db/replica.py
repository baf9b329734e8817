"""A replica of the database: it answers queries in the database's place, as far as it can."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.db import postgresql
from app.db.changelog import ends, head, identity
from app.db.engine import Database, ReadSession
from app.db.faults import AWAY, fault
from app.db.limits import ServerLimits
from app.db.locks import SERIALIZATION

logger = logging.getLogger(__name__)

LEFT_ALONE_SECONDS = 5.0
"""For how long a replica that could not be reached is not asked again."""

Answer = TypeVar("Answer")


class Replica:
    """A PostgreSQL server that follows the database's own and may be a little behind it.

    Args:
        database: What it is a replica of, and what answers when the replica cannot.
        url: Where it is.
        limits: How it is used.

    Attributes:
        readers: The connections to it.
    """

    def __init__(self, database: Database, url: str, limits: ServerLimits) -> None:
        self.readers: Engine = postgresql.engine(make_url(url), limits, read_only=True)
        self._database = database
        with database.read() as session:
            self._log = identity(session)
        self._asked_again_at = 0.0

    def read(self, work: Callable[[ReadSession], Answer], *, after: int) -> Answer:
        """Do `work` over one snapshot, of the replica if it can be.

        The database itself is read where the replica has not come to change `after` yet, follows another
        registry, is away, or has to let go of what is being read because of what it follows.
        """
        if time.monotonic() >= self._asked_again_at:
            try:
                with ReadSession(self.readers, expire_on_commit=False) as session:
                    log, newest = ends(session)
                    if log == self._log and newest >= after:
                        return work(session)
            except DBAPIError as failed:
                self._forgive(failed)
        with self._database.read() as session:
            return work(session)

    def lag(self) -> int | None:
        """Return how many changes the replica has not got yet; None while it is not read."""
        if time.monotonic() < self._asked_again_at:
            return None
        try:
            with ReadSession(self.readers) as session:
                log, there = ends(session)
            with self._database.read() as session:
                newest = head(session)
        except SQLAlchemyError as failed:
            if fault(failed) is None:
                raise
            return None
        return newest - there if log == self._log else None

    def close(self) -> None:
        """Give all connections back."""
        self.readers.dispose()

    def _forgive(self, failed: DBAPIError) -> None:
        """Leave alone a replica that is away; what is wrong with the reading itself is raised."""
        if fault(failed) == AWAY:
            logger.warning("the replica cannot be reached; the database itself is read")
            self._asked_again_at = time.monotonic() + LEFT_ALONE_SECONDS
        elif getattr(failed.orig, "sqlstate", None) != SERIALIZATION:
            raise failed
