"""Waiting for the change log to grow, without asking for it all the time."""

import logging
from threading import Event
from typing import Any, Protocol

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from app.db.engine import Database
from app.db.sealing import CHANNEL

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.1
LOOK_AGAIN_SECONDS = 1.0
"""How long news may be missed where they do not arrive, as behind a proxy that shares connections."""


class News(Protocol):
    """Tells those who follow the log when to look at it again."""

    def wait(self, stop: Event) -> None:
        """Return when the log may have grown since the last wait, or when `stop` is set."""

    def close(self) -> None:
        """Wait no more."""


def news_of(database: Database) -> News:
    """Return the news of a database: told by a server, and looked for where nobody tells."""
    return Looking() if database.embedded else Listening(database)


class Looking:
    """Looks again after a while."""

    def wait(self, stop: Event) -> None:
        """Return when the log may have grown since the last wait, or when `stop` is set."""
        stop.wait(POLL_SECONDS)

    def close(self) -> None:
        """Wait no more."""


class Listening:
    """Hears of every COMMIT that appends to the log of a PostgreSQL database (`app.db.sealing`).

    A connection that breaks is made again. Until then, and where nothing is heard, it looks after a while.

    Args:
        database: The database.
        seconds: After how long it looks again.
    """

    def __init__(self, database: Database, *, seconds: float = LOOK_AGAIN_SECONDS) -> None:
        self._database = database
        self._seconds = seconds
        self._connection: psycopg.Connection | None = None

    def wait(self, stop: Event) -> None:
        """Return when the log may have grown since the last wait, or when `stop` is set."""
        try:
            if self._connection is None:
                # What was committed before was not heard.
                self._connection = self._connected()
            else:
                self._hear(self._connection, stop)
        except (SQLAlchemyError, psycopg.Error) as failed:
            logger.debug("not listening for changes: %s", failed)
            self.close()
            stop.wait(self._seconds)

    def close(self) -> None:
        """Wait no more."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection:
        shared = self._database.writers.raw_connection()
        connection: Any = shared.dbapi_connection
        # As long as it listens it is none of those that writers share.
        shared.detach()
        connection.rollback()
        connection.autocommit = True
        connection.execute(f"LISTEN {CHANNEL}")
        return connection  # type: ignore[no-any-return]

    def _hear(self, connection: psycopg.Connection, stop: Event) -> None:
        waited = 0.0
        while waited < self._seconds and not stop.is_set():
            # Several are one piece of news: whoever is told reads the log to its end.
            for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                return
            waited += POLL_SECONDS
