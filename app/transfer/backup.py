"""Copies of a whole registry in SQLite: consistent while others write, and proved before they count."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DatabaseError
from sqlmodel import col, select

from app.db.changelog import Change, digest_of
from app.db.engine import Database, ReadSession, sqlite_url

CHANGES_AT_ONCE = 1_000
PARTIAL = ".partial"


class BackupRefused(Exception):
    """A copy was not made, or is none; the message says why."""


def copy_registry(source: Path, target: Path) -> int:
    """Copy the registry in one file into another, and prove the copy.

    The copy is of one moment; others go on writing meanwhile. `target` appears whole or not at all.

    Returns:
        How many changes the log of the copy holds.

    Raises:
        BackupRefused: `target` is there already, or what was copied is no sound registry.
        OSError: A file cannot be read or written.
    """
    if target.exists():
        raise BackupRefused(f"{target} is there already")
    if not source.is_file():
        raise BackupRefused(f"there is no registry at {source}")
    partial = target.with_name(target.name + PARTIAL)
    _begin(partial, named=target)
    try:
        copy(source, partial)
        changes = verify(partial, named=source)
        # A link, not a rename, which would take the place of a file that was made meanwhile.
        os.link(partial, target)
    except FileExistsError:
        raise BackupRefused(f"{target} is there already") from None
    finally:
        partial.unlink(missing_ok=True)
    return changes


def _begin(partial: Path, *, named: Path) -> None:
    """Make the empty file that a copy is written to, before SQLite would say of the source that it cannot."""
    if not named.parent.exists():
        missing = f"there is no folder {named.parent}; make it first"
        raise BackupRefused(f"{named} cannot be written: {missing}")
    try:
        partial.unlink(missing_ok=True)
        partial.touch()
    except OSError as broken:
        raise BackupRefused(f"{named} cannot be written: {broken.strerror}") from None


def copy(source: Path, target: Path) -> None:
    """Copy the SQLite file `source` as it is at one moment into a file that stands alone.

    Raises:
        BackupRefused: It is no SQLite file, or cannot be copied.
    """
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as origin,
            closing(sqlite3.connect(target)) as copied,
        ):
            # In one step: SQLite begins anew whenever somebody writes between two.
            origin.backup(copied)
            copied.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as broken:
        raise BackupRefused(f"{source} cannot be copied into {target.parent}: {broken}") from None
    with target.open("rb") as written:
        os.fsync(written.fileno())


def verify(path: Path, *, named: Path) -> int:
    """Prove that a file is a sound registry whose log is whole, and return how many changes it holds.

    Args:
        path: The file.
        named: What errors call it.

    Raises:
        BackupRefused: It is not.
    """
    database = Database(sqlite_url(path))
    try:
        with database.read() as session:
            for check in ("integrity_check", "foreign_key_check"):
                found = session.connection().exec_driver_sql(f"PRAGMA {check}").all()
                if found and found != [("ok",)]:
                    raise BackupRefused(f"{named} is damaged: {check} finds {found[0]}")
            return verify_log(session, str(named))
    except DatabaseError as broken:
        raise BackupRefused(f"{named} is no registry: {broken.orig}") from None
    finally:
        database.close()


def verify_log(session: ReadSession, named: str) -> int:
    """Follow the digests of the log from its first change to its last, and return how many there are.

    Raises:
        BackupRefused: One does not follow from those before it.
    """
    columns = list(Change.model_fields)
    statement = select(*(getattr(Change, name) for name in columns)).order_by(col(Change.sequence))
    digest, sequence = "", 0
    for sequence, change in enumerate(session.execute(statement).yield_per(CHANGES_AT_ONCE).mappings(), 1):
        digest = digest_of(digest, dict(change))
        if (change["sequence"], change["digest"]) != (sequence, digest):
            raise BackupRefused(f"{named} is damaged: its change log is broken at change {sequence}")
    return sequence
