"""What versions are weighed by: metrics and sizes, each with a direction, a weight and a tolerance."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from pydantic.alias_generators import to_camel

from app.db.text import nearest
from app.errors import Ambiguous, InvalidInput
from app.insight.comparison.pareto import Ranks, rank_values
from app.registry.catalogue import MetricNames
from app.registry.drafts import Direction
from app.registry.reading.matching import series_fits
from app.registry.reading.predicates import MetricKeyTest
from app.registry.reading.series import CHOICES, ByKey, Measured, SeriesKey, metric_label
from app.registry.tables import MetricDefinition, ModelVersion

MAX_OBJECTIVES = 6


class ObjectiveField(StrEnum):
    """What of a version itself is weighed, by its column; fewer and smaller is better."""

    PARAMETER_COUNT = "parameter_count"
    SIZE_BYTES = "size_bytes"


UNITS = {ObjectiveField.PARAMETER_COUNT: "parameters", ObjectiveField.SIZE_BYTES: "bytes"}


@dataclass(frozen=True, slots=True)
class Scale:
    """The values that count as 0 and as 1."""

    worst: float
    best: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What is wanted.

    Attributes:
        target: A metric by its key, or a field.
        direction: Which way it gets better; None for what is known of it.
        weight: How much it counts in a recommendation.
        tolerance: The width of the cells in which values count as equal; 0 for exact.
        scale: What a recommendation measures it by; None for the baseline.
    """

    target: MetricKeyTest | ObjectiveField
    direction: Direction | None = None
    weight: float = 1.0
    tolerance: float = 0.0
    scale: Scale | None = None

    @property
    def name(self) -> str:
        """What it is called: the metric as it was asked for, or the field."""
        if isinstance(self.target, MetricKeyTest):
            return self.target.called
        return to_camel(self.target.value)


@dataclass(frozen=True, slots=True)
class Weighed:
    """An objective with what each version has of it.

    Attributes:
        label: Names it for people; of a metric the whole key where it is one.
        direction: MAXIMIZE or MINIMIZE.
        values: One a version; None where it lacks one.
    """

    objective: Objective
    label: str
    direction: Direction
    unit: str | None
    values: Sequence[float | None]

    @property
    def sign(self) -> int:
        """1 where higher is better, else -1."""
        return 1 if self.direction is Direction.MAXIMIZE else -1


def check_objectives(objectives: Sequence[Objective]) -> None:
    """Refuse what cannot be weighed.

    Raises:
        InvalidInput: There are not 1 to 6, one stands twice, a weight is not above 0, a tolerance is below 0,
            or the ends of a scale are equal; the field names the place.
    """
    if not 1 <= len(objectives) <= MAX_OBJECTIVES:
        message = f"1 to {MAX_OBJECTIVES} objectives are weighed, not {len(objectives)}"
        raise InvalidInput(message, field=["objectives"])
    targets = [objective.target for objective in objectives]
    for place, objective in enumerate(objectives):
        for field, message in _mistakes(objective):
            raise InvalidInput(message, field=["objectives", str(place), field])
        if objective.target in targets[:place]:
            raise InvalidInput(
                f"{objective.name} is an objective twice: name it once",
                field=["objectives", str(place), "target"],
            )


def _mistakes(objective: Objective) -> Iterator[tuple[str, str]]:
    weight, tolerance, scale = objective.weight, objective.tolerance, objective.scale
    if not (math.isfinite(weight) and weight > 0):
        yield "weight", f"a weight is above 0, not {weight:g}: leave out an objective that does not count"
    if not (math.isfinite(tolerance) and tolerance >= 0):
        yield "tolerance", f"a tolerance is 0 or above, not {tolerance:g}"
    if objective.direction is Direction.NONE:
        yield "direction", "an objective is to be maximized or minimized: state MAXIMIZE or MINIMIZE"
    if scale and not (math.isfinite(scale.worst) and math.isfinite(scale.best) and scale.worst != scale.best):
        yield "scale", "the ends of a scale are two different finite numbers"


def weigh(
    objectives: Sequence[Objective],
    versions: Sequence[ModelVersion],
    measured: ByKey,
    names: MetricNames[MetricDefinition],
) -> list[Weighed]:
    """Return what versions that are compared have of each objective.

    Raises:
        Ambiguous: A key means several metrics of these versions, which are no like values.
        InvalidInput: No version has such a metric, or nobody knows which way it gets better.
    """
    weighed = []
    for place, objective in enumerate(objectives):
        at = ["objectives", str(place)]
        if isinstance(objective.target, ObjectiveField):
            weighed.append(_field(objective, objective.target, versions, at))
            continue
        key, mine = _meant(objective, objective.target, measured, at)
        definition = names.canonical(key.name)
        direction = direction_of(objective, definition, at)
        values = [mine[version.id][0] if version.id in mine else None for version in versions]
        unit = key.unit or (definition.unit if definition else None)
        weighed.append(Weighed(objective, metric_label(key), direction, unit, values))
    return weighed


def direction_of(objective: Objective, definition: MetricDefinition | None, at: Sequence[str]) -> Direction:
    """Return which way an objective gets better.

    Raises:
        InvalidInput: It is not stated, and nobody knows; or the objective's scale runs the other way.
    """
    known = Direction(definition.direction) if definition else Direction.NONE
    if isinstance(objective.target, ObjectiveField):
        known = Direction.MINIMIZE
    direction = objective.direction or known
    if direction is Direction.NONE:
        message = f"nobody knows which way {objective.name!r} gets better: state the direction, or define it"
        raise InvalidInput(message, field=[*at, "direction"])
    scale = objective.scale
    if scale and (scale.best > scale.worst) != (direction is Direction.MAXIMIZE):
        end = "higher" if direction is Direction.MAXIMIZE else "lower"
        message = f"{objective.name} gets better {end}: the best of its scale is the {end} end"
        raise InvalidInput(message, field=[*at, "scale"])
    return direction


def rank_all(weighed: Sequence[Weighed], places: Sequence[int]) -> Ranks:
    """Return the ranks of versions that lack nothing: one row a version, one column an objective."""
    columns = []
    for one in weighed:
        values = np.array([one.values[place] for place in places], dtype=np.float64)
        columns.append(rank_values(values, one.objective.tolerance, ascending=one.sign > 0))
    return np.stack(columns, axis=1)


def _field(
    objective: Objective, field: ObjectiveField, versions: Sequence[ModelVersion], at: Sequence[str]
) -> Weighed:
    kept = [getattr(version, field) for version in versions]
    values = [None if value is None else float(value) for value in kept]
    return Weighed(objective, objective.name, direction_of(objective, None, at), UNITS[field], values)


def _meant(
    objective: Objective, test: MetricKeyTest, measured: ByKey, at: Sequence[str]
) -> tuple[SeriesKey, Mapping[str, Measured]]:
    """Return the metric that a key means, with what each version has of it."""
    found = [one for one in measured if series_fits(one[0], test)]
    if len(found) == 1:
        return found[0]
    where = [*at, "target", "metric"]
    if found:
        raise Ambiguous(
            f"{len(found)} metrics of these versions are called {objective.name!r}: say more of the key",
            field=where,
            suggestions=[metric_label(key) for key, _ in found[:CHOICES]],
        )
    raise InvalidInput(
        f"no version has a metric like {objective.name!r}",
        field=where,
        suggestions=nearest(objective.name, sorted({key.name for key, _ in measured})),
    )
