"""What versions are weighed by, as it is asked for."""

from collections.abc import Sequence

import strawberry
from strawberry import UNSET

from app.graphql.enums import MetricDirection, ObjectiveField
from app.graphql.inputs.drafting import stated
from app.graphql.inputs.filters import MetricKeyInput
from app.graphql.inputs.matching import Matches
from app.insight.comparison import objectives
from app.insight.comparison.objectives import Objective, Scale
from app.registry.drafts import Direction
from app.registry.reading.predicates import MetricKeyTest


@strawberry.input(one_of=True, description="What is weighed, one thing.")
class ObjectiveTarget:
    """What is weighed, one thing."""

    metric: MetricKeyInput | None = strawberry.field(default=UNSET, description="A metric, by its key.")
    field: ObjectiveField | None = strawberry.field(default=UNSET, description="A field of the version.")


@strawberry.input(description="The values that count as 0 and as 1.")
class ObjectiveScale:
    """The values that count as 0 and as 1."""

    worst: float = strawberry.field(description="What counts as 0.")
    best: float = strawberry.field(description="What counts as 1.")


@strawberry.input(description="Something that is to be high, or low.")
class ObjectiveInput:
    """Something that is to be high, or low."""

    target: ObjectiveTarget = strawberry.field(description="What is weighed.")
    direction: MetricDirection | None = strawberry.field(
        default=UNSET,
        description="Which way it gets better; for a metric that has a definition, that says it.",
    )
    weight: float | None = strawberry.field(
        default=1.0, description="How much it counts in a recommendation, above 0."
    )
    tolerance: float | None = strawberry.field(
        default=0.0,
        description="The width of a grid that values are put on before they are compared: v lies in the cell "
        "floor(v / tolerance), and what lies in one cell is equal. 0 compares exactly.",
    )
    scale: ObjectiveScale | None = strawberry.field(
        default=UNSET,
        description="What a recommendation measures it by: without one, the share of the baseline's value.",
    )


def objectives_asked(given: Sequence[ObjectiveInput]) -> list[Objective]:
    """Return what versions are weighed by.

    Raises:
        InvalidInput: A text of a key is one that no store can keep.
    """
    return [_objective(one, ("objectives", str(place))) for place, one in enumerate(given)]


def _objective(given: ObjectiveInput, path: tuple[str, ...]) -> Objective:
    scale, direction = stated(given.scale), stated(given.direction)
    return Objective(
        target=_target(given.target, (*path, "target")),
        direction=None if direction is None else Direction[direction.name],
        weight=1.0 if given.weight is None else given.weight,
        tolerance=given.tolerance or 0.0,
        scale=None if scale is None else Scale(scale.worst, scale.best),
    )


def _target(given: ObjectiveTarget, path: tuple[str, ...]) -> MetricKeyTest | objectives.ObjectiveField:
    if given.metric:
        return Matches().metric_key(given.metric, (*path, "metric"))
    return objectives.ObjectiveField[ObjectiveField(given.field).name]
