"""Tags, params and aliases.

PostgreSQL's trees hold texts of 2,700 bytes at most, so what may be longer is found there by its hash.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from app.db.columns import Json, Moment, Row
from app.db.history import history_of


class Tag(Row, table=True):
    """A typed value under a key, on a model, a version or a dataset.

    Attributes:
        subject_id: The id of what is tagged; ids are global, so one table serves all kinds.
        value: Any JSON value, as written.
        text_folded: The folded text of a string value, for filters.
        number: The value of a number, for filters.
    """

    __tablename__ = "tag"
    __table_args__ = (
        Index("ix_tag_text", "text_folded", postgresql_using="hash"),
        Index("ix_tag_number", "key", "number"),
    )

    subject_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    value: Any = Field(sa_type=Json, nullable=False)
    text_folded: str | None = None
    number: float | None = None


class Param(Row, table=True):
    """A typed setting that a version was made with; it never changes."""

    __tablename__ = "param"
    __table_args__ = (
        Index("ix_param_text", "text_folded", postgresql_using="hash"),
        Index("ix_param_number", "name", "number"),
    )

    version_id: str = Field(primary_key=True, foreign_key="model_version.id")
    name: str = Field(primary_key=True)
    value: Any = Field(sa_type=Json, nullable=False)
    text_folded: str | None = None
    number: float | None = None


class Alias(Row, table=True):
    """A movable name on one version of a model; case is kept and meaningful."""

    __tablename__ = "alias"

    model_id: str = Field(primary_key=True, foreign_key="model.id")
    name: str = Field(primary_key=True)
    version_id: str = Field(foreign_key="model_version.id", index=True)
    protected: bool = False
    since: datetime = Field(sa_type=Moment)


tag_history = history_of(Tag, "subject_id", "key")
Index("ix_tag_history_of_key", tag_history.c.key)
alias_history = history_of(Alias, "model_id", "name")
Index("ix_alias_history_of_version", alias_history.c.version_id)
