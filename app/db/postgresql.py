"""PostgreSQL: readers see one snapshot and cannot write, writers see what others have committed."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from app.db.limits import ServerLimits
from app.db.unfit import UnfitDatabase

OLDEST = 15
CONNECT_SECONDS = 5
NOTICED = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000}
"""After 25 seconds a connection is given up whose other end is gone, as after the loss of a host.

The system alone would wait for hours. What libpq calls them, in seconds and milliseconds:
https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""
MIGRATING = 4_805_119_471
"""The key of the advisory lock of whoever changes the tables."""


def engine(url: URL, limits: ServerLimits, *, read_only: bool) -> Engine:
    """Return the connections of readers, or of writers.

    A reader's transaction is READ ONLY and one snapshot. A writer's is READ COMMITTED, in which the end of
    the log can be read behind the lock that orders it (`app.db.sealing`); rules that are read before they
    are written are held by locks (`app.db.locks`).
    """
    made = create_engine(
        url.set(drivername="postgresql+psycopg"),
        isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
        pool_size=limits.connections,
        max_overflow=0,
        pool_timeout=limits.lock_seconds,
        # A connection that broke while it was idle is replaced before anybody notices.
        pool_pre_ping=True,
        connect_args=_arguments(url, limits),
    )
    if read_only:

        @event.listens_for(made, "connect")
        def _prepare(connection: Any, _record: object) -> None:
            connection.read_only = True

    return made


@contextmanager
def migrating(writers: Engine) -> Iterator[Callable[[], AbstractContextManager[Connection]]]:
    """Keep others from changing the tables, and give what begins a transaction that changes them.

    Raises:
        UnfitDatabase: The server is too old, or the database sorts text by the rules of a language.
    """
    with writers.begin() as connection:
        _require_fit(connection)
        for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            connection.exec_driver_sql(f"SET LOCAL {limit} = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATING})")
        yield lambda: nullcontext(connection)


def _arguments(url: URL, limits: ServerLimits) -> dict[str, Any]:
    milliseconds = {
        "statement_timeout": limits.statement_seconds,
        "lock_timeout": limits.lock_seconds,
        "idle_in_transaction_session_timeout": limits.idle_seconds,
    }
    # Compiling a statement, or starting workers for it, takes longer than most of ours run.
    options = [
        "-c timezone=UTC -c jit=off -c max_parallel_workers_per_gather=0",
        *(f"-c {name}={value * 1_000:.0f}" for name, value in milliseconds.items()),
    ]
    stated = url.query.get("options", ())
    given = [stated] if isinstance(stated, str) else stated
    return {
        **{name: value for name, value in NOTICED.items() if name not in url.query},
        "connect_timeout": int(str(url.query.get("connect_timeout", CONNECT_SECONDS))),
        "application_name": str(url.query.get("application_name", "holotype")),
        "options": " ".join([*options, *given]),
    }


def _require_fit(connection: Connection) -> None:
    version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    if version < OLDEST:
        raise UnfitDatabase(f"PostgreSQL {OLDEST} or newer is needed, and the server is {version}")
    # By codepoint and with ASCII alone in lower(), as SQLite has it: lists and cursors are the same on both.
    fit = "SELECT 'B' < 'a' AND lower('\u00c4') = '\u00c4' AND pg_char_to_encoding('UTF8') = encoding"
    found = connection.exec_driver_sql(f"{fit} FROM pg_database WHERE datname = current_database()")
    if not found.scalar_one():
        raise UnfitDatabase(
            "the database sorts text by the rules of a language, and Holotype by code point: make it with "
            "CREATE DATABASE name TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
        )
