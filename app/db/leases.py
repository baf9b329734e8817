"""Leases: what one process at a time may do, among processes that share nothing but the database.

A lease ends by the database's clock, so the clocks of the hosts do not matter. A holder that was paused may
still believe that it holds what another one has by now, and no lease can keep it from writing. So every
holder gets a fencing token, higher than that of any holder before it, and what is written to has to keep the
highest token that it has seen and to refuse lower ones (M. Kleppmann, "How to do distributed locking", 2016,
https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html).
"""

import logging
import os
import socket
import time
from threading import Event, Thread
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, Integer, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Field, col

from app.db.columns import Row
from app.db.engine import Database

logger = logging.getLogger(__name__)

LEASE_SECONDS = 6.0
"""After how long others may take over from a process that was killed or paused."""
RENEWALS = 3
"""How often a lease is renewed before it would end."""


class Lease(Row, table=True):
    """Who holds a thing, and until when.

    Attributes:
        name: What is held.
        holder: Who holds it, for a person.
        token: The fencing token; each holder's is higher than those before it.
        expires_at: When it ends unless it is renewed, in seconds since 1970 by the database's clock.
    """

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    token: int = Field(sa_type=BigInteger().with_variant(Integer, "sqlite"))
    expires_at: float = Field(sa_type=Float)


class LeaseTaken(Exception):
    """Another process holds the lease; the message names it."""


_NOW: dict[str, ColumnElement[float]] = {
    "sqlite": literal_column("(julianday('now') - 2440587.5) * 86400", Float),
    "postgresql": literal_column("extract(epoch FROM clock_timestamp())::float8", Float),
}
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def acquire(database: Database, name: str, *, seconds: float = LEASE_SECONDS) -> int | None:
    """Take a lease that nobody holds; return its fencing token, or None where it is held."""
    now = _NOW[database.name]
    taken = _INSERT[database.name](Lease).values(
        name=name, holder=_myself(), token=1, expires_at=now + seconds
    )
    taken = taken.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": _myself(), "token": col(Lease.token) + 1, "expires_at": now + seconds},
        where=col(Lease.expires_at) <= now,
    )
    with database.writers.begin() as connection:
        token: int | None = connection.execute(taken.returning(col(Lease.token))).scalar()
    return token


def renew(database: Database, name: str, token: int, *, seconds: float = LEASE_SECONDS) -> bool:
    """Have a lease end later; return whether it was still held under this token."""
    return _end(database, name, token, _NOW[database.name] + seconds)


def release(database: Database, name: str, token: int) -> None:
    """End a lease now; one that is not held under this token any more is left alone."""
    _end(database, name, token, _NOW[database.name])


def holder(database: Database, name: str) -> str | None:
    """Return who holds a lease, for a person; None where nobody does."""
    held = select(col(Lease.holder)).where(*_held(database, name))
    with database.readers.connect() as connection:
        found: str | None = connection.execute(held).scalar()
    return found


def is_held(database: Database, name: str, token: int) -> bool:
    """Return whether a lease is still held under this token."""
    mine = select(col(Lease.token)).where(*_held(database, name), col(Lease.token) == token)
    with database.readers.connect() as connection:
        return connection.execute(mine).scalar() is not None


def _end(database: Database, name: str, token: int, at: ColumnElement[float]) -> bool:
    mine = update(Lease).where(*_held(database, name), col(Lease.token) == token)
    with database.writers.begin() as connection:
        return connection.execute(mine.values(expires_at=at)).rowcount == 1


def _held(database: Database, name: str) -> tuple[ColumnElement[bool], ...]:
    return col(Lease.name) == name, col(Lease.expires_at) > _NOW[database.name]


def _myself() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"


class HeldLease:
    """A lease that is taken and then renewed by a thread, until it is closed or lost.

    Args:
        database: Where the lease is.
        name: What is held.
        seconds: How long it lasts without being renewed.

    Attributes:
        name: What is held.
        token: The fencing token, which goes with everything that is written under the lease.

    Raises:
        LeaseTaken: Another process holds it.
    """

    def __init__(self, database: Database, name: str, *, seconds: float = LEASE_SECONDS) -> None:
        self.name = name
        self._database, self._seconds = database, seconds
        self._closed = Event()
        self._ends = time.monotonic() + seconds
        token = acquire(database, name, seconds=seconds)
        if token is None:
            raise LeaseTaken(f"{holder(database, name) or 'another process'} holds {name}")
        self.token = token
        self._renewing = Thread(target=self._renew, name=f"renews {name}", daemon=True)
        self._renewing.start()

    @property
    def is_lost(self) -> bool:
        """Whether another process may hold it by now, as far as this one can tell.

        A holder that is paused right after it asked finds out too late: the token is what keeps it out.
        """
        return time.monotonic() >= self._ends

    def close(self) -> None:
        """Give the lease back, so that another process need not wait for its end."""
        if not self._closed.is_set():
            self._closed.set()
            self._renewing.join()
            try:
                release(self._database, self.name, self.token)
            except SQLAlchemyError as failed:
                logger.warning("the lease of %s was not given back: %s", self.name, failed)

    def _renew(self) -> None:
        while not self.is_lost and not self._closed.wait(self._seconds / RENEWALS):
            asked = time.monotonic()
            try:
                held = renew(self._database, self.name, self.token, seconds=self._seconds)
            except SQLAlchemyError as failed:
                # The database may be away for a moment; the lease ends by itself if it stays so.
                logger.warning("the lease of %s was not renewed: %s", self.name, failed)
                continue
            self._ends = asked + self._seconds if held else asked
