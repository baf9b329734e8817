"""One database, two ways in: readers that cannot write, and one queue of writers."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

BUSY_TIMEOUT_SECONDS = 30
LOOK_AGAIN_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class AsOf:
    """A moment of the past: the state exactly after one change.

    Attributes:
        sequence: The change's place in the log; 0 is before the first.
        at: When that change was made.
        asked: How the moment was asked for, which tells apart the lists of different questions.
    """

    sequence: int
    at: datetime
    asked: str = ""


class ReadSession(Session):
    """A session over one consistent snapshot; the database refuses to write through it.

    Attributes:
        as_of: The moment of the past that it shows; None where it shows the present.
    """

    as_of: AsOf | None = None

    @property
    def present(self) -> "ReadSession":
        """The session that shows the present of the same snapshot."""
        return self


class Database:
    """The registry's database.

    Args:
        url: A SQLAlchemy URL. SQLite files are opened in write-ahead mode, so that readers never wait for a
            writer; every write transaction begins IMMEDIATE, so that it never fails half way on a lock.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.readers = _engine(url, begin="BEGIN", read_only=True)
        self.writers = _engine(url, begin="BEGIN IMMEDIATE", read_only=False)

    @property
    def name(self) -> str:
        """The kind of database, such as ``sqlite``."""
        return self.readers.dialect.name

    @contextmanager
    def read(self) -> Iterator[ReadSession]:
        """Open a session over one snapshot of the data."""
        with ReadSession(self.readers, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Give all connections back to the operating system."""
        self.readers.dispose()
        self.writers.dispose()


def sqlite_url(path: Path) -> str:
    """Return the URL of the SQLite file at `path`."""
    return f"sqlite:///{path}"


def is_away(failure: DBAPIError) -> bool:
    """Return whether the database itself failed, as when it is locked, and not what one of its rows holds.

    SQLite gives every error of its own a code; a text that Python cannot decode has none.
    """
    return getattr(failure.orig, "sqlite_errorcode", None) is not None


def _engine(url: str, *, begin: str, read_only: bool) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        raise ValueError(f"only SQLite databases are served, not {make_url(url).get_backend_name()}")
    # One writer at a time is SQLite's rule; queueing in the pool is fair, retrying on its lock is not.
    pool = {} if read_only else {"pool_size": 1, "max_overflow": 0, "pool_timeout": BUSY_TIMEOUT_SECONDS}
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}, **pool)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        # sqlite3's own transaction control would begin too late and as DEFERRED.
        connection.isolation_level = None
        for pragma in _pragmas(read_only=read_only):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if read_only:
            # Past SQLAlchemy, which would make a context and a result of it at every request.
            connection.connection.dbapi_connection.execute(begin)  # type: ignore[union-attr]
        else:
            _begin_writing(connection, begin)

    return engine


def _begin_writing(connection: Connection, begin: str) -> None:
    """Begin as soon as no other process writes.

    SQLite itself would sleep up to 100 ms between two looks and miss the moments between the transactions of
    an import, so that a writer beside it might wait for seconds.
    """
    driver: Any = connection.connection.dbapi_connection
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        try:
            driver.execute(begin)
        except sqlite3.OperationalError as busy:
            if busy.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                break
            time.sleep(LOOK_AGAIN_SECONDS)
        else:
            return
    connection.exec_driver_sql(begin)


def _pragmas(*, read_only: bool) -> list[str]:
    if read_only:
        return ["query_only = ON", "cache_size = -65536", "mmap_size = 268435456"]
    # FULL: a commit that was answered survives a power cut, not only a killed process.
    durable = ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -65536"]
    return [*durable, "busy_timeout = 0"]
