"""Datasets and their versions."""

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from app.db.columns import Moment, Row


class Dataset(Row, table=True):
    """A named line of dataset versions; facts live on the versions."""

    __tablename__ = "dataset"
    __table_args__ = (UniqueConstraint("namespace_id", "name"),)

    id: str = Field(primary_key=True)
    namespace_id: str = Field(foreign_key="namespace.id")
    name: str
    name_folded: str = Field(index=True)
    description: str | None = None
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(foreign_key="principal.id")


class DatasetVersion(Row, table=True):
    """One state of a dataset; None in a fact means that nobody stated it."""

    __tablename__ = "dataset_version"
    __table_args__ = (UniqueConstraint("dataset_id", "label"),)

    id: str = Field(primary_key=True)
    dataset_id: str = Field(foreign_key="dataset.id")
    label: str
    digest: str | None = None
    uri: str | None = None
    row_count: int | None = Field(default=None, sa_type=BigInteger)
    license: str | None = None
    contains_pii: bool | None = None
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(sa_type=Moment)
