"""What can be wrong with the database's disk and file, told apart from defects of this code."""

import os
import shutil
import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from app.db.engine import BUSY_TIMEOUT_SECONDS, Database

LEAST_FREE_BYTES = 16 * 2**20
"""With less space than this beside the database, a process is not ready: its writes are about to fail."""

_FAULTS = {
    sqlite3.SQLITE_FULL: "the disk of the database is full: free some space there",
    sqlite3.SQLITE_READONLY: "the database is read-only: let the process write to its file and folder",
    sqlite3.SQLITE_BUSY: f"another process has written for {BUSY_TIMEOUT_SECONDS} seconds: wait for its end",
    sqlite3.SQLITE_IOERR: "the disk of the database cannot be read or written: look at its health and space",
    sqlite3.SQLITE_CANTOPEN: "the file of the database cannot be opened: look whether it is still there",
    sqlite3.SQLITE_CORRUPT: "the file of the database is damaged: restore a backup",
    sqlite3.SQLITE_NOTADB: "the file of the database is no database: restore a backup",
}


def fault(error: BaseException) -> str | None:
    """Return what is wrong with the store and how to mend it, None where the error means something else."""
    if isinstance(error, NoConnection):
        return f"writers have waited for each other for {BUSY_TIMEOUT_SECONDS} seconds: send fewer at once"
    if isinstance(error, DBAPIError):
        # The low byte is the kind, the others tell of its variants.
        return _FAULTS.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF)
    return None


def lasting_fault(database: Database) -> str | None:
    """Return why the database cannot be written for long, though it may still be read."""
    folder = Path(database.writers.url.database or "").parent
    if not os.access(folder, os.W_OK):
        return _FAULTS[sqlite3.SQLITE_READONLY]
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        return f"the disk of the database has {free:,} bytes left of the {LEAST_FREE_BYTES:,} that it needs"
    return None
