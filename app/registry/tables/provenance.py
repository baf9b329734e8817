"""What versions were made with and in: environments, code revisions and signatures, each stored once.

The id of such a row is made of the digest of its content, so that the same content has one row and one id.
"""

from typing import Any

from sqlmodel import Field

from app.db.columns import Json, Row


class Environment(Row, table=True):
    """The software and hardware that a version was made in.

    Attributes:
        digest: SHA-256 over the canonical text of everything that is stated, in hexadecimal.
        packages: Objects of ``name`` and ``version``, in the order of their names.
    """

    __tablename__ = "environment"

    id: str = Field(primary_key=True)
    digest: str
    python: str | None = None
    packages: list[dict[str, str]] = Field(sa_type=Json)
    hardware: str | None = None
    os: str | None = None
    container: str | None = None
    seeds: Any = Field(default=None, sa_type=Json, nullable=True)
    command_line: str | None = None


class CodeRevision(Row, table=True):
    """The state of the code that a version was made by.

    Attributes:
        digest: SHA-256 over the canonical text of everything that is stated, in hexadecimal.
        dirty: Whether there were changes beside the commit; `patch_digest` stands for them.
    """

    __tablename__ = "code_revision"

    id: str = Field(primary_key=True)
    digest: str
    repository: str | None = None
    commit: str | None = None
    dirty: bool = False
    patch_digest: str | None = None


class Signature(Row, table=True):
    """What a version takes in and gives out, in whatever terms its framework has.

    Attributes:
        digest: SHA-256 over the canonical text of everything that is stated, in hexadecimal.
    """

    __tablename__ = "signature"

    id: str = Field(primary_key=True)
    digest: str
    inputs: Any = Field(default=None, sa_type=Json, nullable=True)
    outputs: Any = Field(default=None, sa_type=Json, nullable=True)
