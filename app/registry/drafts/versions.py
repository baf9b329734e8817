"""Versions to be made, what they come from, and their changes."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from app.lineage.tables import Relation
from app.registry.drafts.checking import Draft
from app.registry.drafts.datasets import DatasetUseDraft
from app.registry.drafts.metrics import MetricDraft
from app.registry.drafts.provenance import CodeRevisionDraft, EnvironmentDraft, SignatureDraft
from app.registry.drafts.rules import (
    MAX_PARAMS,
    MAX_TAGS,
    Count,
    Flag,
    Instant,
    Label,
    Semver,
    Text,
    Value,
    VersionNumber,
)


class VersionState(StrEnum):
    """Whether a version is finished."""

    PENDING = "PENDING"
    READY = "READY"
    FAILED = "FAILED"


class UpstreamDraft(Draft):
    """The upper end of an edge: something registered, or something outside."""

    id: Label | None = None
    external_uri: Label | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if (self.id is None) == (self.external_uri is None):
            raise ValueError("exactly one of id and externalUri")
        return self


class ParentDraft(Draft):
    """What a new version comes from."""

    upstream: UpstreamDraft
    relation: Relation
    evidence: Text | None = None


class VersionFactsDraft(Draft):
    """What is known of a version by itself."""

    number: VersionNumber | None = None
    semver: Semver | None = None
    description: Text | None = None
    source: Text | None = None
    run_id: Label | None = None
    framework: Label | None = None
    parameter_count: Count | None = None
    size_bytes: Count | None = None
    released_at: Instant | None = None
    tags: dict[Label, Value] = Field(default={}, max_length=MAX_TAGS)
    params: dict[Label, Value] = Field(default={}, max_length=MAX_PARAMS)
    metrics: list[MetricDraft] = Field(default=[])
    environment: EnvironmentDraft | None = None
    code_revision: CodeRevisionDraft | None = None
    signature: SignatureDraft | None = None


class VersionDraft(VersionFactsDraft):
    """A version to be made, with everything that is known of it and what it comes from."""

    datasets: list[DatasetUseDraft] = Field(default=[], max_length=1_000)
    parents: list[ParentDraft] = Field(default=[], max_length=1_000)


class VersionPatch(Draft):
    """New facts of a version; what it was made of and with never changes."""

    description: Text | None = None
    semver: Semver | None = None
    released_at: Instant | None = None


class OutcomeDraft(Draft):
    """How a draft of a version ended."""

    outcome: VersionState = VersionState.READY
    message: Text | None = None


class TransitionDraft(Draft):
    """A version's move into a stage.

    Attributes:
        archive_incumbents: Whether the other versions in that stage are archived in the same transaction.
        expected_revision: When given, the version's revision as the caller last read it.
        comment: Why, for the log.
    """

    to: Label
    archive_incumbents: Flag = False
    expected_revision: Count | None = None
    comment: Text | None = None
