"""Versions weighed against each other."""

from typing import Annotated

import strawberry

from app.errors import InvalidInput
from app.graphql.enums import MetricDirection
from app.graphql.types.registered import ModelVersion
from app.insight.objectives import Weighed

MOST_DOMINATORS = 50


@strawberry.type(description="An objective, as it was understood.")
class ObjectiveEcho:
    """An objective, as it was understood."""

    label: str = strawberry.field(description="What is weighed; of a metric the whole key.")
    direction: MetricDirection = strawberry.field(description="Which way it gets better.")
    unit: str | None = strawberry.field(description="The unit of the values.")
    weight: float = strawberry.field(description="How much it counts in a recommendation.")
    tolerance: float = strawberry.field(description="The width of the cells in which values are equal.")
    lacking: int = strawberry.field(description="How many versions lack a value of it.")


@strawberry.type(description="A version among those that it is weighed against.")
class ParetoPoint:
    """A version among those that it is weighed against."""

    dominators: strawberry.Private[list[ModelVersion]]
    version: ModelVersion = strawberry.field(description="The version.")
    values: list[float | None] = strawberry.field(
        description="Its values in the order of the objectives; null where it has none."
    )
    on_front: bool = strawberry.field(
        description="Whether no other version is at least as good in every objective and better in one. A "
        "version that lacks a value is neither on the front nor dominated."
    )
    dominated_by_count: int = strawberry.field(description="How many versions dominate it.")
    missing: list[str] = strawberry.field(description="The labels of the objectives that it has no value of.")

    @strawberry.field(description="The versions that dominate it, in the order of the versions.")
    def dominated_by(
        self,
        limit: Annotated[int | None, strawberry.argument(description="How many at most, 1 to 50.")] = 5,
    ) -> list[ModelVersion]:
        """Return the first versions that dominate it."""
        most = 5 if limit is None else limit
        if not 1 <= most <= MOST_DOMINATORS:
            raise InvalidInput(f"limit is 1 to {MOST_DOMINATORS}, not {most}", field=["limit"])
        return self.dominators[:most]


@strawberry.type(description="Which of the compared versions no other beats.")
class ParetoFront:
    """Which of the compared versions no other beats."""

    objectives: list[ObjectiveEcho] = strawberry.field(description="The objectives, in their order.")
    points: list[ParetoPoint] = strawberry.field(description="All versions, in the order asked for.")


@strawberry.type(description="The version to take, and why.")
class Recommendation:
    """The version to take, and why."""

    version: ModelVersion = strawberry.field(
        description="The version with the highest score; of equal ones the one that gains more in the first "
        "objective in which they differ, then the one named first."
    )
    score: float = strawberry.field(
        description="The weighted mean of what it gains in the objectives: the distance to the baseline as a "
        "share of the baseline's value, positive where it is better; or its place on the stated scale. It "
        "does not depend on the other versions."
    )
    because: list[str] = strawberry.field(description="The reasons, each a sentence with its numbers.")


def objective_echo(one: Weighed) -> ObjectiveEcho:
    """Make an echo of an objective and of what versions have of it."""
    return ObjectiveEcho(
        label=one.label,
        direction=MetricDirection(one.direction.value),
        unit=one.unit,
        weight=one.objective.weight,
        tolerance=one.objective.tolerance,
        lacking=sum(value is None for value in one.values),
    )
