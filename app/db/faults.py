"""What can be wrong with the database, its disk or its server, told apart from defects of this code."""

import os
import shutil
import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from app.db.engine import Database
from app.db.sqlite import BUSY_TIMEOUT_SECONDS

LEAST_FREE_BYTES = 16 * 2**20
"""With less space than this beside the database, a process is not ready: its writes are about to fail."""

AWAY = "the database server cannot be reached: look whether it runs"

UNCONFIRMED = (
    "the database server went away during the commit, so the change was made or was not: look for it, unless "
    "the request has an idempotencyKey"
)

_FAULTS = {
    sqlite3.SQLITE_FULL: "the disk of the database is full: free some space there",
    sqlite3.SQLITE_READONLY: "the database is read-only: let the process write to its file and folder",
    sqlite3.SQLITE_BUSY: f"another process has written for {BUSY_TIMEOUT_SECONDS} seconds: wait for its end",
    sqlite3.SQLITE_IOERR: "the disk of the database cannot be read or written: look at its health and space",
    sqlite3.SQLITE_CANTOPEN: "the file of the database cannot be opened: look whether it is still there",
    sqlite3.SQLITE_CORRUPT: "the file of the database is damaged: restore a backup",
    sqlite3.SQLITE_NOTADB: "the file of the database is no database: restore a backup",
}
_SERVER_FAULTS = {
    "08": AWAY,
    "53": "the database server has no room for more (connections, memory or disk): look at its log",
    "55P03": "others are changing what was asked for: wait for their end",
    "40": "the database server ended what was in the way of others: wait a moment",
    "57014": "a statement took longer than the database allows: ask for less at once",
    "57": AWAY,
    "58": "the disk of the database server cannot be read or written: look at its health and space",
    "42501": "the database role may not do this: `holotype db upgrade` is for the role that owns the tables, "
    "and all else for one that may read and write their rows",
    "25006": "the database is read-only: name the server that takes writes",
}
"""By the beginning of what PostgreSQL calls it (its manual, appendix A)."""


class Unconfirmed(SQLAlchemyError):
    """The database server went away during a COMMIT, before it said whether there was one."""


def fault(error: BaseException) -> str | None:
    """Return what is wrong with the store and how to mend it, None where the error means something else."""
    if isinstance(error, Unconfirmed):
        return UNCONFIRMED
    if isinstance(error, NoConnection):
        return "all connections to the database were in use for too long: send fewer requests at once"
    if isinstance(error, DBAPIError) and not isinstance(error.orig, sqlite3.Error):
        return _server_fault(error)
    if isinstance(error, DBAPIError):
        # The low byte is the kind, the others tell of its variants.
        return _FAULTS.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF)
    return None


def _server_fault(error: DBAPIError) -> str | None:
    state = getattr(error.orig, "sqlstate", None) or ""
    # Where no server answers, none says what is wrong.
    if error.connection_invalidated or (not state and isinstance(error, OperationalError)):
        return AWAY
    return next((wrong for code, wrong in _SERVER_FAULTS.items() if state.startswith(code)), None)


def is_away(failure: DBAPIError) -> bool:
    """Return whether the database itself failed, as when it is locked, and not what one of its rows holds.

    SQLite gives every error of its own a code; a text that Python cannot decode has none.
    """
    if isinstance(failure.orig, sqlite3.Error):
        return getattr(failure.orig, "sqlite_errorcode", None) is not None
    return _server_fault(failure) is not None


def lasting_fault(database: Database) -> str | None:
    """Return why the database cannot be written for long, though it may still be read."""
    if not database.embedded:
        return None
    folder = Path(database.writers.url.database or "").parent
    if not os.access(folder, os.W_OK):
        return _FAULTS[sqlite3.SQLITE_READONLY]
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        return f"the disk of the database has {free:,} bytes left of the {LEAST_FREE_BYTES:,} that it needs"
    return None
