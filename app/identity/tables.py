"""The rows of principals, and of the requests that they send again."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from app.db.columns import Json, Moment, Row


class Principal(Row, table=True):
    """Someone who acts: a person or a service.

    Attributes:
        kind: ``user`` or ``service``.
        name: Unique; what the person or service is called by.
    """

    __tablename__ = "principal"

    id: str = Field(primary_key=True)
    kind: str
    name: str = Field(unique=True)
    display_name: str | None = None
    created_at: datetime = Field(sa_type=Moment)


class AnsweredRequest(Row, table=True):
    """A request with a key, and what it did.

    Attributes:
        action: The mutation; a key is unique for a principal and a mutation.
        digest: Tells whether a request under the same key is the same.
        answer: What is needed to answer it again.
    """

    __tablename__ = "answered_request"

    principal_id: str = Field(primary_key=True, foreign_key="principal.id")
    action: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    digest: str
    answer: dict[str, Any] = Field(sa_type=Json)
    at: datetime = Field(sa_type=Moment, index=True)
