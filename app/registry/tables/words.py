"""What is found by words in the database alone."""

from collections.abc import Mapping

from sqlalchemy import BigInteger, Index, Integer, text
from sqlmodel import Field

from app.db.columns import Row, Terms


class Words(Row, table=True):
    """The terms of a living model or of a dataset: those that its index has, as far as it says them itself.

    SQLite searches them by the full-text index ``words_index``, which triggers keep, PostgreSQL by the index
    on the column.

    Attributes:
        key: The key that the search index has for it.
        kind: ``models`` or ``datasets``.
        subject_id: Its id.
        rule: The digest of the rule that made the terms; those of another rule are to be made anew.
    """

    __tablename__ = "words"
    __table_args__ = (
        # No row is in it on SQLite, where it would be of no use.
        Index("ix_words_terms", "terms", postgresql_using="gin", sqlite_where=text("terms IS NULL")),
    )

    key: int = Field(
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer, "sqlite"),
        sa_column_kwargs={"autoincrement": False},
    )
    kind: str
    subject_id: str = Field(unique=True)
    rule: str = Field(index=True)
    terms: Mapping[str, int] = Field(sa_type=Terms, nullable=False)
