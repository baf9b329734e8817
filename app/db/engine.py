"""One database, two ways in: readers that cannot write, and writers."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeAlias

from sqlalchemy import URL, Connection, Engine, make_url
from sqlmodel import Session

from app.db import postgresql, sqlite
from app.db.limits import ServerLimits

Begin: TypeAlias = Callable[[], AbstractContextManager[Connection]]


class Kind(Protocol):
    """A kind of database: how it is connected to, and how its tables are changed."""

    def engine(self, url: URL, limits: ServerLimits, /, *, read_only: bool) -> Engine:
        """Return the connections of readers, or of writers."""

    def migrating(self, writers: Engine, /) -> AbstractContextManager[Begin]:
        """Keep others from changing the tables, and give what begins a transaction that changes them."""


KINDS: dict[str, Kind] = {"sqlite": sqlite, "postgresql": postgresql}


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
        url: A SQLAlchemy URL of a SQLite file or of a PostgreSQL database.
        limits: How a database server is used.

    Raises:
        ValueError: It is the URL of neither.
    """

    def __init__(self, url: str, limits: ServerLimits = ServerLimits()) -> None:  # noqa: B008 - a frozen value
        self.url = url
        parsed = make_url(url)
        kind = KINDS.get(parsed.get_backend_name())
        if kind is None:
            known = "sqlite:///FILE and postgresql://HOST/DATABASE"
            raise ValueError(f"{parsed.get_backend_name()!r} is no database that is served: {known} are")
        self._kind = kind
        self.readers: Engine = kind.engine(parsed, limits, read_only=True)
        self.writers: Engine = kind.engine(parsed, limits, read_only=False)

    @property
    def name(self) -> str:
        """The kind of database: ``sqlite`` or ``postgresql``."""
        return self.readers.dialect.name

    @property
    def place(self) -> str:
        """Where the database is, for a person: its file, or its URL without the password."""
        url = self.writers.url
        if self.embedded:
            return str(url.database)
        where = {name: value for name, value in url.query.items() if name in {"host", "port"}}
        return url.set(drivername=self.name, query=where).render_as_string()

    @property
    def embedded(self) -> bool:
        """Whether the database lives in this process, and not in a server that others use too."""
        return self._kind is sqlite

    @contextmanager
    def read(self) -> Iterator[ReadSession]:
        """Open a session over one snapshot of the data."""
        with ReadSession(self.readers, expire_on_commit=False) as session:
            yield session

    def migrating(self) -> AbstractContextManager[Begin]:
        """Keep others from changing the tables, and give what begins a transaction that changes them."""
        return self._kind.migrating(self.writers)

    def close(self) -> None:
        """Give all connections back."""
        self.readers.dispose()
        self.writers.dispose()


def sqlite_url(path: Path) -> str:
    """Return the URL of the SQLite file at `path`."""
    return f"sqlite:///{path}"
