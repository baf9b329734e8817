"""Measurements to be logged, and metrics to be defined."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from app.registry.drafts.checking import Draft
from app.registry.drafts.rules import Instant, Integer, Label, Number, Text


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
