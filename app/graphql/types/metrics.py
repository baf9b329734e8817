"""Metrics and what their names mean."""

from datetime import datetime

import strawberry

from app.graphql.enums import MetricDirection, MetricSource, NonFinite
from app.graphql.scalars import BigInt
from app.graphql.types.principals import Node
from app.registry import tables as rows
from app.registry.reading.series import SeriesKey


@strawberry.type(description="A named value that tells two measurements apart, such as resolution = 384.")
class Condition:
    """A named value that tells two measurements apart."""

    name: str = strawberry.field(description="What is fixed, such as `hardware`.")
    value: str = strawberry.field(description="What it was fixed to.")


@strawberry.type(description="The whole key of a metric; only values under the same key are compared.")
class MetricKey:
    """The whole key of a metric."""

    name: str = strawberry.field(description="The metric's name, as it was logged.")
    dataset: str | None = strawberry.field(description="What it was measured on.")
    split: str | None = strawberry.field(description="The part of the dataset.")
    slice: str | None = strawberry.field(description="The part of the split, such as a language.")
    conditions: list[Condition] = strawberry.field(description="Named values, in the order of their names.")
    source: MetricSource = strawberry.field(description="Where it was measured.")


@strawberry.type(description="A metric of a version: the latest point of a series.")
class Metric:
    """A metric of a version: the latest point of a series."""

    key: MetricKey = strawberry.field(description="What was measured, on what and how.")
    value: float | None = strawberry.field(description="The latest value; null where it is not finite.")
    non_finite: NonFinite | None = strawberry.field(description="Set where the latest value is not finite.")
    step: BigInt | None = strawberry.field(description="The step of the latest point.")
    unit: str | None = strawberry.field(description="The unit, which is part of the key.")
    direction: MetricDirection = strawberry.field(description="Which way it gets better.")
    recorded_at: datetime = strawberry.field(description="When the latest point was measured.")
    count: int = strawberry.field(description="How many points were logged.")


@strawberry.type(description="What a metric's name means and which way is better.")
class MetricDefinition(Node):
    """What a metric's name means and which way is better."""

    name: str = strawberry.field(description="The metric's name.")
    direction: MetricDirection = strawberry.field(description="Which way it gets better.")
    unit: str | None = strawberry.field(description="The unit, where it is always the same.")
    description: str | None = strawberry.field(description="What it measures.")


def metric_key(row: rows.MetricSeries | SeriesKey) -> MetricKey:
    """Make the key of a series."""
    return MetricKey(
        name=row.name,
        dataset=row.dataset,
        split=row.split,
        slice=row.slice,
        conditions=[Condition(name=name, value=value) for name, value in row.conditions.items()],
        source=MetricSource(row.source),
    )


def metric(row: rows.MetricSeries, definition: rows.MetricDefinition | None) -> Metric:
    """Make a metric of a series and what its name means."""
    return Metric(
        key=metric_key(row),
        value=row.value,
        non_finite=None if row.non_finite is None else NonFinite(row.non_finite),
        step=BigInt(row.step),
        unit=row.unit or (definition.unit if definition else None),
        direction=MetricDirection(definition.direction) if definition else MetricDirection.NONE,
        recorded_at=row.recorded_at,
        count=row.points,
    )


def metric_definition(row: rows.MetricDefinition) -> MetricDefinition:
    """Make a definition from its row."""
    return MetricDefinition(
        id=strawberry.ID(row.id),
        name=row.name,
        direction=MetricDirection(row.direction),
        unit=row.unit,
        description=row.description,
    )
