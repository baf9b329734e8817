"""The rows of principals."""

from datetime import datetime

from sqlmodel import Field

from app.db.columns import Moment, Row


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
