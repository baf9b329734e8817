"""Datasets to be registered or used, and their changes."""

from collections import Counter
from enum import StrEnum
from typing import Self

from pydantic import Field, field_validator, model_validator

from app.registry.drafts.checking import Draft
from app.registry.drafts.rules import MAX_TAGS, Count, Flag, Label, Name, Text, Uri, Value


class QualifiedName(Draft):
    """A name within a namespace."""

    namespace: Name = "default"
    name: Name


class DatasetBy(Draft):
    """A dataset, by id or by name."""

    id: Label | None = None
    name: QualifiedName | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.id is None) == (self.name is None):
            raise ValueError("exactly one of id and name")
        return self


class DatasetRole(StrEnum):
    """What a dataset was to a version."""

    TRAINING = "TRAINING"
    EVALUATION = "EVALUATION"
    OTHER = "OTHER"


class DatasetUseDraft(Draft):
    """A dataset that a new version was made with.

    Attributes:
        label: The dataset version; the newest where it is left out.
        context: The caller's own word for the use.
    """

    dataset: DatasetBy
    label: Label | None = None
    role: DatasetRole
    context: Text | None = None


class DatasetVersionDraft(Draft):
    """A dataset version to be registered."""

    label: Label
    digest: Label | None = None
    uri: Uri | None = None
    row_count: Count | None = None
    license: Label | None = None
    contains_pii: Flag | None = None


class DatasetDraft(Draft):
    """A dataset to be registered, with the versions that are known."""

    namespace: Name = "default"
    name: Name
    description: Text | None = None
    tags: dict[Label, Value] = Field(default={}, max_length=MAX_TAGS)
    versions: list[DatasetVersionDraft] = Field(default=[], max_length=1_000)

    @field_validator("versions")
    @classmethod
    def _each_once(cls, versions: list[DatasetVersionDraft]) -> list[DatasetVersionDraft]:
        counted = Counter(version.label for version in versions)
        for label in (label for label, count in counted.items() if count > 1):
            raise ValueError(f"the label {label!r} is given twice; give it once")
        return versions


class DatasetVersionPatch(Draft):
    """New facts of a dataset version.

    Attributes:
        revoked: Whether it may not be used any more.
        reason: Why, for the log.
    """

    license: Label | None = None
    contains_pii: Flag | None = None
    revoked: Flag | None = None
    reason: Text | None = None
