"""Namespaces, tasks, models and their versions.

Columns that filters read have a folded shadow (``*_folded``): see `app.db.text.fold`.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, UniqueConstraint, text
from sqlmodel import Field

from app.db.columns import Json, Moment, Row


class Namespace(Row, table=True):
    """The owner of names: a team, an organisation."""

    __tablename__ = "namespace"

    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    name_folded: str
    description: str | None = None
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(foreign_key="principal.id")


class Task(Row, table=True):
    """What models are made for, under its canonical name and in plain words.

    Attributes:
        description: One line as a person would ask for it.
        synonyms: Other names that mean this task; matched without regard to case, blanks, `_` and `-`.
        shipped: Whether it came with the product.
    """

    __tablename__ = "task"

    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    title: str
    description: str | None = None
    synonyms: list[str] = Field(sa_type=Json)
    shipped: bool = False


class RegisteredModel(Row, table=True):
    """A named line of versions.

    Attributes:
        key: A number for sets and ties in the search index; the id is what the world sees.
        task: The canonical task where the given one names it, else as written.
        task_written: The task as it was written.
        next_number: The number that the next version gets. It only grows, so that none is used twice.
        owners: The ids of the principals who answer for the model.
        retired_at: Since when it should not be taken any more; why, and what to take instead, stand beside.
        revision: Counts the changes of the model's own editable fields.
        updated_at: Moves also when a version is made or staged; the revision does not.
    """

    __tablename__ = "model"
    __table_args__ = (
        Index(
            "uq_model_living_name",
            "namespace_id",
            "name",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index("ix_model_task_folded", "task_folded", postgresql_using="hash"),
        Index("ix_model_family_folded", "family_folded", postgresql_using="hash"),
        Index("ix_model_architecture_folded", "architecture_folded", postgresql_using="hash"),
        Index("ix_model_license_folded", "license_folded", postgresql_using="hash"),
        Index("ix_model_publisher_folded", "publisher_folded", postgresql_using="hash"),
        Index("ix_model_name_order", "name_folded", "id"),
        Index("ix_model_created_order", "created_at", "id"),
        Index("ix_model_updated_order", "updated_at", "id"),
    )

    key: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite")
    )
    id: str = Field(unique=True)
    namespace_id: str = Field(foreign_key="namespace.id")
    name: str
    name_folded: str
    display_name: str | None = None
    description: str | None = None
    task: str | None = None
    task_written: str | None = None
    task_folded: str | None = None
    domains: list[str] = Field(sa_type=Json)
    domains_folded: list[str] = Field(sa_type=Json)
    framework: str | None = None
    framework_folded: str | None = None
    architecture: str | None = None
    architecture_folded: str | None = None
    family: str | None = None
    family_folded: str | None = None
    license: str | None = None
    license_folded: str | None = None
    publisher: str | None = None
    publisher_folded: str | None = None
    languages: list[str] = Field(sa_type=Json)
    languages_folded: list[str] = Field(sa_type=Json)
    paper_url: str | None = None
    code_url: str | None = None
    page_url: str | None = None
    owners: list[str] = Field(sa_type=Json, sa_column_kwargs={"server_default": "[]"})
    next_number: int = 1
    revision: int = 1
    created_at: datetime = Field(sa_type=Moment)
    updated_at: datetime = Field(sa_type=Moment)
    deleted_at: datetime | None = Field(default=None, sa_type=Moment)
    retired_at: datetime | None = Field(default=None, sa_type=Moment)
    retired_by: str | None = None
    retirement_reason: str | None = None
    replacement_id: str | None = None
    created_by: str = Field(foreign_key="principal.id")


class ModelRedirect(Row, table=True):
    """A name that a model had before it was renamed; it leads to the model until another takes it."""

    __tablename__ = "model_redirect"

    namespace_id: str = Field(primary_key=True, foreign_key="namespace.id")
    name: str = Field(primary_key=True)
    model_id: str = Field(foreign_key="model.id", index=True)
    since: datetime = Field(sa_type=Moment)


class ModelVersion(Row, table=True):
    """One candidate of a model.

    Attributes:
        number: From the model's counter, never reused.
        state: ``PENDING``, ``READY`` or ``FAILED``; once READY its params, source,
            environment, code revision and signature never change.
        stage: The name of the stage it is in, since `stage_since`.
        source: Where it came from, as sent.
        parameter_count: Number of weights.
        size_bytes: Size of the artifact in bytes.
        state_message: Why it failed, or what there is to say of its being ready.
    """

    __tablename__ = "model_version"
    __table_args__ = (
        UniqueConstraint("model_id", "number"),
        UniqueConstraint("model_id", "semver"),
        Index("ix_model_version_stage_of", "model_id", "stage", "number"),
        Index("ix_model_version_framework_folded", "framework_folded", postgresql_using="hash"),
        Index("ix_model_version_parameter_count", "parameter_count"),
        Index("ix_model_version_size_bytes", "size_bytes"),
        Index("ix_model_version_released_at", "released_at"),
        Index("ix_model_version_number_order", "number", "id"),
        Index("ix_model_version_created_order", "created_at", "id"),
        Index("ix_model_version_updated_order", "updated_at", "id"),
        Index(
            "ix_model_version_drafts",
            "updated_at",
            sqlite_where=text("state = 'PENDING'"),
            postgresql_where=text("state = 'PENDING'"),
        ),
    )

    id: str = Field(primary_key=True)
    model_id: str = Field(foreign_key="model.id")
    number: int
    semver: str | None = None
    state: str
    state_message: str | None = None
    stage: str
    stage_since: datetime = Field(sa_type=Moment)
    description: str | None = None
    source: str | None = None
    run_id: str | None = None
    framework: str | None = None
    framework_folded: str | None = None
    parameter_count: int | None = Field(default=None, sa_type=BigInteger)
    size_bytes: int | None = Field(default=None, sa_type=BigInteger)
    released_at: datetime | None = Field(default=None, sa_type=Moment)
    environment_id: str | None = Field(default=None, foreign_key="environment.id")
    code_revision_id: str | None = Field(default=None, foreign_key="code_revision.id")
    signature_id: str | None = Field(default=None, foreign_key="signature.id")
    revision: int = 1
    created_at: datetime = Field(sa_type=Moment)
    updated_at: datetime = Field(sa_type=Moment)
    deleted_at: datetime | None = Field(default=None, sa_type=Moment)
    created_by: str = Field(foreign_key="principal.id")
