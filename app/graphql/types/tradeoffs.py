"""Versions weighed against each other."""

from typing import Annotated

import strawberry

from app.errors import InvalidInput
from app.graphql.enums import MetricDirection
from app.graphql.types.connections import PageInfo
from app.graphql.types.metrics import Metric
from app.graphql.types.registered import ModelVersion
from app.insight.comparison.objectives import Weighed

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
    score: float | None = strawberry.field(
        description="The weighted mean of what it gains in the objectives: the distance to the baseline as a "
        "share of the baseline's value, positive where it is better; or its place on the stated scale. It "
        "does not depend on the other versions. Null where an objective has neither baseline nor scale: the "
        "version is then at least as good as every other in all objectives."
    )
    because: list[str] = strawberry.field(description="The reasons, each a sentence with its numbers.")


@strawberry.type(description="A version on the front, and its place.")
class TradeoffEdge:
    """A version on the front, and its place."""

    cursor: str = strawberry.field(description="The place, for `after`.")
    node: ParetoPoint = strawberry.field(description="The version with its values.")


@strawberry.type(description="A page of the front over every version that a filter admits.")
class TradeoffConnection:
    """A page of the front over every version that a filter admits."""

    edges: list[TradeoffEdge] = strawberry.field(description="The front, with places.")
    nodes: list[ParetoPoint] = strawberry.field(
        description="The front: the best in the first objective first, of equal ones in the next, then by id."
    )
    page_info: PageInfo = strawberry.field(description="Where the page lies.")
    total_count: int = strawberry.field(description="How many versions are on the front.")
    evaluated: int = strawberry.field(
        description="How many versions were weighed: those that lack no value. The others are nowhere."
    )
    objectives: list[ObjectiveEcho] = strawberry.field(description="The objectives, in their order.")


@strawberry.type(description="A version at its rank.")
class LeaderboardEntry:
    """A version at its rank."""

    rank: int = strawberry.field(
        description="One more than there are versions with a better value, so equal values share a rank."
    )
    version: ModelVersion = strawberry.field(description="The version.")
    metric: Metric = strawberry.field(description="Its best value, under its whole key.")


@strawberry.type(description="An entry of a leaderboard and its place.")
class LeaderboardEdge:
    """An entry of a leaderboard and its place."""

    cursor: str = strawberry.field(description="The place, for `after` and `before`.")
    node: LeaderboardEntry = strawberry.field(description="The entry.")


@strawberry.type(description="A page of the versions that were measured alike, the best first.")
class LeaderboardConnection:
    """A page of the versions that were measured alike."""

    edges: list[LeaderboardEdge] = strawberry.field(description="The entries with their places.")
    nodes: list[LeaderboardEntry] = strawberry.field(description="The entries.")
    page_info: PageInfo = strawberry.field(description="Where the page lies.")
    total_count: int = strawberry.field(description="How many versions have a rank.")
    direction: MetricDirection = strawberry.field(description="Which way the metric gets better.")


def objective_echo(one: Weighed, lacking: int) -> ObjectiveEcho:
    """Make an echo of an objective that so many versions lack a value of."""
    return ObjectiveEcho(
        label=one.label,
        direction=MetricDirection(one.direction.value),
        unit=one.unit,
        weight=one.objective.weight,
        tolerance=one.objective.tolerance,
        lacking=lacking,
    )
