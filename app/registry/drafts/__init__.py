"""What callers hand in: drafts are checked whole before anything is written.

The same drafts stand behind the GraphQL inputs and the lines of an import; field names are camelCase on the
outside.
"""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from app.errors import Refusals
from app.lineage.tables import Relation
from app.registry.drafts.checking import Draft, refusals_of
from app.registry.drafts.provenance import CodeRevisionDraft, EnvironmentDraft, SignatureDraft
from app.registry.drafts.rules import (
    MAX_PARAMS,
    MAX_TAGS,
    Count,
    Flag,
    Instant,
    Integer,
    Label,
    Name,
    Number,
    Semver,
    Text,
    Uri,
    Value,
    VersionNumber,
)


class Direction(StrEnum):
    """Which way a metric gets better."""

    MAXIMIZE = "MAXIMIZE"
    MINIMIZE = "MINIMIZE"
    NONE = "NONE"


class MetricSource(StrEnum):
    """Where a measurement was made."""

    TRAINING = "TRAINING"
    EVALUATION = "EVALUATION"
    PRODUCTION = "PRODUCTION"


class NonFinite(StrEnum):
    """A measurement that is no finite number; kept as a fact and never ranked."""

    NAN = "NAN"
    INFINITY = "INFINITY"
    NEGATIVE_INFINITY = "NEGATIVE_INFINITY"


class NamespaceDraft(Draft):
    """A namespace to be made."""

    name: Name
    description: Text | None = None


class TaskDraft(Draft):
    """A task to be defined."""

    name: Name
    title: Label
    description: Text | None = None
    synonyms: list[Label] = Field(default=[], max_length=100)


class MetricDefinitionDraft(Draft):
    """A metric to be defined."""

    name: Label
    direction: Direction
    unit: Label | None = None
    description: Text | None = None
    synonyms: list[Label] = Field(default=[], max_length=100)


class MetricDraft(Draft):
    """One measurement under its whole key."""

    name: Label
    value: Number | None = None
    non_finite: NonFinite | None = None
    dataset: Label | None = None
    split: Label | None = None
    slice: Label | None = None
    conditions: dict[Label, Label] = Field(default={}, max_length=50)
    source: MetricSource = MetricSource.EVALUATION
    step: Integer = 0
    unit: Label | None = None
    recorded_at: Instant | None = None

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        if (self.value is None) == (self.non_finite is None):
            raise ValueError("a metric has either a finite value or a nonFinite one")
        if isinstance(self.value, float) and not abs(self.value) < float("inf"):
            raise ValueError("value is not finite: say nonFinite: NAN, INFINITY or NEGATIVE_INFINITY instead")
        return self


class FactsDraft(Draft):
    """The editable facts of a model."""

    display_name: Label | None = None
    description: Text | None = None
    task: Label | None = None
    task_as_written: Label | None = None
    domains: list[Label] = Field(default=[], max_length=50)
    framework: Label | None = None
    architecture: Label | None = None
    family: Label | None = None
    license: Label | None = None
    publisher: Label | None = None
    languages: list[Label] = Field(default=[], max_length=1_000)
    paper_url: Uri | None = None
    code_url: Uri | None = None
    page_url: Uri | None = None


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


class DatasetRole(StrEnum):
    """What a dataset was to a version."""

    TRAINING = "TRAINING"
    EVALUATION = "EVALUATION"
    OTHER = "OTHER"


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


class TagsDraft(Draft):
    """Tags to be set on something that exists."""

    tags: dict[Label, Value] = Field(min_length=1, max_length=MAX_TAGS)


class ModelDraft(FactsDraft):
    """A model to be registered in a namespace that exists."""

    namespace: Name = "default"
    name: Name
    tags: dict[Label, Value] = Field(default={}, max_length=MAX_TAGS)


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


AnyDraft = TypeVar("AnyDraft", bound=BaseModel)


def draft(kind: type[AnyDraft], values: Mapping[str, Any]) -> AnyDraft:
    """Check `values` and make a draft of them.

    Raises:
        Refusals: Every rule that a value breaks, each with the path of its field.
    """
    try:
        return kind.model_validate(dict(values))
    except ValidationError as invalid:
        raise Refusals(refusals_of(invalid)) from None
