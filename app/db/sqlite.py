"""SQLite: readers never wait for a writer, and one writer at a time waits for its turn."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from weakref import WeakSet

from filelock import FileLock
from sqlalchemy import URL, Connection, Engine, create_engine, event

from app.db.limits import ServerLimits
from app.db.unfit import UnfitDatabase

BUSY_TIMEOUT_SECONDS = 30
LOOK_AGAIN_SECONDS = 0.002


class ClosingConnection(sqlite3.Connection):
    """A connection on which nothing outlives its transaction.

    To SQLite, a result that was left unread is a reader still: its snapshot would outlive the transaction,
    later readers on the connection would see that moment, and writers would wait in vain for its end. An
    error between a query and its rows leaves one, for as long as its traceback lives.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        """Open a cursor."""
        opened = super().cursor(*arguments, **options)
        self._cursors.add(opened)
        return opened

    def commit(self) -> None:
        """End the transaction, with what it changed."""
        self._close_cursors()
        super().commit()

    def rollback(self) -> None:
        """End the transaction, without what it changed."""
        self._close_cursors()
        super().rollback()

    def _close_cursors(self) -> None:
        for cursor in self._cursors:
            cursor.close()
        self._cursors.clear()


def engine(url: URL, _limits: ServerLimits, *, read_only: bool) -> Engine:
    """Return the connections of readers, or of writers.

    The file is opened in write-ahead mode, so that readers never wait for a writer; every write transaction
    begins IMMEDIATE, so that it never fails half way on a lock. Connecting raises UnfitDatabase where SQLite
    was built without full text.
    """
    # One writer at a time is SQLite's rule; queueing in the pool is fair, retrying on its lock is not.
    pool = {} if read_only else {"pool_size": 1, "max_overflow": 0, "pool_timeout": BUSY_TIMEOUT_SECONDS}
    connecting = {"timeout": BUSY_TIMEOUT_SECONDS, "factory": ClosingConnection}
    made = create_engine(url, connect_args=connecting, **pool)

    @event.listens_for(made, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        # sqlite3's own transaction control would begin too late and as DEFERRED.
        connection.isolation_level = None
        for pragma in _pragmas(read_only=read_only):
            connection.execute(f"PRAGMA {pragma}")
        _require_full_text(connection)

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        if read_only:
            # Past SQLAlchemy, which would make a context and a result of it at every request.
            connection.connection.dbapi_connection.execute("BEGIN")  # type: ignore[union-attr]
        else:
            _begin_writing(connection)

    return made


@contextmanager
def migrating(writers: Engine) -> Iterator[Callable[[], AbstractContextManager[Connection]]]:
    """Keep other processes from changing the tables, and give what begins a transaction that changes them."""
    with FileLock(f"{writers.url.database}.migrating"):
        yield writers.begin


def _require_full_text(connection: sqlite3.Connection) -> None:
    if not connection.execute("SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'").fetchone()[0]:
        raise UnfitDatabase(
            f"SQLite {sqlite3.sqlite_version} was built here without FTS5, by which models are found: take a "
            "Python whose SQLite has it, or keep the registry in PostgreSQL (HOLOTYPE_DATABASE_URL)"
        )


def _begin_writing(connection: Connection) -> None:
    """Begin as soon as no other process writes.

    SQLite itself would sleep up to 100 ms between two looks and miss the moments between the transactions of
    an import, so that a writer beside it might wait for seconds.
    """
    driver: Any = connection.connection.dbapi_connection
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as busy:
            if busy.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                break
            time.sleep(LOOK_AGAIN_SECONDS)
        else:
            return
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _pragmas(*, read_only: bool) -> list[str]:
    if read_only:
        return ["query_only = ON", "cache_size = -65536", "mmap_size = 268435456"]
    # FULL: a commit that was answered survives a power cut, not only a killed process.
    durable = ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -65536"]
    return [*durable, "busy_timeout = 0"]
