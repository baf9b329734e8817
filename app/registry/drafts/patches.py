"""What callers hand in to change what is there: absent keeps, null clears."""

from enum import StrEnum
from typing import Any

from pydantic import Field, field_validator

from app.registry.drafts import FactsDraft
from app.registry.drafts.checking import Draft
from app.registry.drafts.rules import Flag, Instant, Label, Name, Semver, Text


class VersionState(StrEnum):
    """Whether a version is finished."""

    PENDING = "PENDING"
    READY = "READY"
    FAILED = "FAILED"


class ModelPatch(FactsDraft):
    """New facts of a model."""

    owners: list[Label] = Field(default=[], max_length=100)

    @field_validator("domains", "languages", "owners", mode="before")
    @classmethod
    def _cleared(cls, value: Any) -> Any:
        return [] if value is None else value


class VersionPatch(Draft):
    """New facts of a version; what it was made of and with never changes."""

    description: Text | None = None
    semver: Semver | None = None
    released_at: Instant | None = None


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


class RenameDraft(Draft):
    """A model's new name."""

    name: Name


class RetirementDraft(Draft):
    """A model's retirement."""

    reason: Text = Field(min_length=1)


class OutcomeDraft(Draft):
    """How a draft of a version ended."""

    outcome: VersionState = VersionState.READY
    message: Text | None = None
