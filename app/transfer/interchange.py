"""The interchange format, version 1: JSON Lines, one object a line; `docs/interchange.md` describes it.

The lines are the drafts of the registry with a `type`, so that a file is held to the same rules as the API.
"""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StrictInt, model_validator

from app.lineage.tables import Relation
from app.registry.drafts import (
    AnyDraft,
    DatasetDraft,
    DatasetVersionDraft,
    FactKind,
    MetricDefinitionDraft,
    MetricDraft,
    ModelDraft,
    NamespaceDraft,
    QualifiedName,
    TaskDraft,
    VersionDraft,
    VersionFactsDraft,
    VersionState,
)
from app.registry.drafts.checking import Draft
from app.registry.drafts.rules import MAX_NUMBER, AliasName, Flag, Instant, Label, Name, Text, VersionNumber

VERSION = 1
"""The version of the format."""


class Header(Draft):
    """The first line of every file."""

    type: Literal["header"]
    format: Literal["holotype"]
    version: Literal[1]


class Origin(Draft):
    """When and by whom a thing was made, in the registry that it comes from.

    Attributes:
        created_by: The name of a principal.
    """

    created_at: Instant | None = None
    created_by: Label | None = None


class NamespaceLine(NamespaceDraft, Origin):
    """A namespace."""

    type: Literal["namespace"]


class TaskLine(TaskDraft):
    """A task."""

    type: Literal["task"]


class MetricDefinitionLine(MetricDefinitionDraft):
    """What the name of a metric means."""

    type: Literal["metricDefinition"]


class Revocation(Draft):
    """That a dataset version may not be used any more: since when, and why."""

    at: Instant | None = None
    reason: Text | None = None


class DatasetVersionEntry(DatasetVersionDraft):
    """A version within the line of its dataset."""

    created_at: Instant | None = None
    revocation: Revocation | None = None


class DatasetLine(DatasetDraft, Origin):
    """A dataset with its versions."""

    type: Literal["dataset"]
    versions: list[DatasetVersionEntry] = Field(default=[], max_length=1_000)  # type: ignore[assignment]

    def draft(self) -> DatasetDraft:
        """Return what is to be registered."""
        versions = [draft_of(entry, DatasetVersionDraft) for entry in self.versions]
        return DatasetDraft.model_construct(**{**_stated(self, DatasetDraft), "versions": versions})


class _Named(Draft):
    """What a text alone may stand for: the name."""

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, stated: Any) -> Any:
        return {"name": stated} if isinstance(stated, str) else stated


class AliasEntry(_Named):
    """An alias of a version; a text is its name."""

    name: AliasName
    since: Instant | None = None
    protected: Flag | None = None


class FormerName(_Named):
    """A name that a model had before, which leads to it; a text is the name."""

    name: Name
    since: Instant | None = None


class Retirement(Draft):
    """That a model should not be taken any more: why, since when, by whom, and what to take instead."""

    reason: Text = Field(min_length=1)
    at: Instant | None = None
    by: Label | None = None
    replacement: QualifiedName | None = None


class VersionEntry(VersionFactsDraft, Origin):
    """A version within the line of its model.

    Attributes:
        number: Its number; a file names it, so that the next import finds the same version.
        state: What a new version is; READY where it is left out.
        stage: The stage that it is in.
        aliases: The aliases that point at it.
    """

    number: VersionNumber
    state: VersionState | None = None
    state_message: Text | None = None
    stage: Label | None = None
    stage_since: Instant | None = None
    aliases: list[AliasEntry] = Field(default=[], max_length=1_000)
    updated_at: Instant | None = None

    def draft(self, recorded_at: datetime | None) -> VersionDraft:
        """Return what is to be created, with `recorded_at` for measurements that have no time."""
        facts = {**_stated(self, VersionFactsDraft), "metrics": self.measured(recorded_at)}
        return VersionDraft.model_construct(**facts)

    def measured(self, recorded_at: datetime | None) -> list[MetricDraft]:
        """Return the measurements, with `recorded_at` for those that have no time."""
        if recorded_at is None:
            return self.metrics
        dated = {"recorded_at": recorded_at}
        return [metric if metric.recorded_at else metric.model_copy(update=dated) for metric in self.metrics]


class ModelLine(ModelDraft, Origin):
    """A model with its versions.

    Attributes:
        owners: The names of the principals who answer for it.
        next_number: The least number of the next version, where higher ones were given away.
    """

    type: Literal["model"]
    owners: list[Label] = Field(default=[], max_length=100)
    former_names: list[FormerName] = Field(default=[], max_length=1_000)
    retirement: Retirement | None = None
    next_number: Annotated[StrictInt, Field(ge=1, le=MAX_NUMBER + 1)] | None = None
    updated_at: Instant | None = None
    versions: list[VersionEntry] = Field(default=[])

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for name, values in (
            ("number", [version.number for version in self.versions]),
            ("alias", [alias.name for version in self.versions for alias in version.aliases]),
            ("former name", [former.name for former in self.former_names]),
        ):
            if len(set(values)) < len(values):
                raise ValueError(f"each {name} occurs once in a model")
        return self


class Reference(Draft):
    """One end of an edge: a version of a model, a version of a dataset, or something outside the registry.

    Attributes:
        version: The number of a model's version, or the label of a dataset's (``"1"`` where it is left out).
    """

    model: QualifiedName | None = None
    dataset: QualifiedName | None = None
    external: Label | None = None
    version: StrictInt | Label | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if [self.model, self.dataset, self.external].count(None) != 2:  # noqa: PLR2004 - all but one of three
            raise ValueError("exactly one of model, dataset and external")
        if self.model and not isinstance(self.version, int):
            raise ValueError("a model's version is given by its number")
        if self.dataset and isinstance(self.version, int):
            raise ValueError("a dataset's version is given by its label, a text")
        if self.external and self.version is not None:
            raise ValueError("something outside the registry has no version here")
        return self


class LineageLine(Draft):
    """An edge: *downstream* RELATION *upstream*."""

    type: Literal["lineage"]
    downstream: Reference
    upstream: Reference
    relation: Relation
    evidence: Text | None = None
    since: Instant | None = None
    exceptions: dict[FactKind, Text] = Field(default={})


Record = NamespaceLine | TaskLine | MetricDefinitionLine | DatasetLine | ModelLine | LineageLine


def draft_of(line: Draft, kind: type[AnyDraft]) -> AnyDraft:
    """Return the draft of `kind` within a line that was checked already."""
    return kind.model_construct(**_stated(line, kind))


def _stated(line: Draft, kind: type[BaseModel]) -> dict[str, Any]:
    return {name: getattr(line, name) for name in kind.model_fields if name in line.model_fields_set}
