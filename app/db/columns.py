"""Column types that mean the same on every database, and the base of all tables."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import DateTime, Dialect, MetaData, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Row(SQLModel, registry=registry(metadata=metadata)):
    """The base of every table."""


class Moment(TypeDecorator[datetime]):
    """A moment in UTC with microseconds; naive values are refused on the way in, never guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into UTC as the database stores it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the stored moment its zone back; connections to a server are in UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


class Json(TypeDecorator[Any]):
    """A JSON value kept as text, exactly as it was written."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Write the value as compact JSON; JSON null is text, absence is SQL NULL."""
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Read the value back."""
        return None if value is None else orjson.loads(value)


_LEXEME = re.compile(r"'([^']*)':([\d,]+)")
MOST_OFTEN = 100
"""How often a term counts at most."""


class Terms(TypeDecorator[Mapping[str, int]]):
    """How often each term is in a text; terms have neither blanks nor quotes.

    SQLite keeps a text in which each term stands so often, PostgreSQL a tsvector with so many places of it.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Choose the type of the column."""
        return dialect.type_descriptor(TSVECTOR() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Mapping[str, int] | None, dialect: Dialect) -> str | None:
        """Write the terms as the database searches them."""
        if value is None:
            return None
        counted = [(term, min(count, MOST_OFTEN)) for term, count in value.items()]
        if dialect.name != "postgresql":
            return " ".join(term for term, count in counted for _ in range(count))
        return " ".join(f"'{term}':{','.join(map(str, range(1, count + 1)))}" for term, count in counted)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Mapping[str, int] | None:
        """Count the terms."""
        if value is None:
            return None
        if dialect.name != "postgresql":
            return Counter(value.split())
        return {term: places.count(",") + 1 for term, places in _LEXEME.findall(value)}
