"""Which of the compared versions no other beats, and by which the others are beaten."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.insight.comparison.objectives import Weighed, rank_all
from app.insight.comparison.pareto import find_dominators
from app.registry.tables import ModelVersion


@dataclass(frozen=True, slots=True)
class ParetoPoint:
    """A version among those it is weighed against.

    Attributes:
        values: One an objective; None where it lacks one.
        on_front: Whether no other version dominates it; False where it lacks a value.
        dominated_by: The versions that are at least as good in every objective and better in one.
        missing: The labels of the objectives that it lacks a value of.
    """

    version: ModelVersion
    values: tuple[float | None, ...]
    on_front: bool
    dominated_by: tuple[ModelVersion, ...] = ()
    missing: tuple[str, ...] = ()


def find_points(versions: Sequence[ModelVersion], weighed: Sequence[Weighed]) -> list[ParetoPoint]:
    """Return the versions as points, in their order; one that lacks a value is nowhere among the others."""
    values = list(zip(*(one.values for one in weighed), strict=True))
    whole = [place for place, point in enumerate(values) if None not in point]
    dominators = dict(zip(whole, find_dominators(rank_all(weighed, whole)), strict=True))
    points = []
    for place, version in enumerate(versions):
        by = tuple(versions[whole[one]] for one in dominators.get(place, ()))
        labels = zip(weighed, values[place], strict=True)
        missing = tuple(one.label for one, value in labels if value is None)
        points.append(ParetoPoint(version, values[place], not (by or missing), by, missing))
    return points
