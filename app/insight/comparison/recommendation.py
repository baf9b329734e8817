"""Which of the compared versions to take, with reasons in words and numbers.

A version's score is the weighted mean, over the objectives, of its gain: how far it is from the baseline, as
a share of the baseline's value, counted positive where it is better; or where it lies between the ends of a
stated scale, 0 at the worst and 1 at the best. Neither depends on the other versions, so that leaving a poor
one out never changes the order of the rest. Values are first moved to the lower edge of their cell in the
grid of the tolerance (`app.insight.comparison.pareto`), so what counts as equal gains nothing, and the best
score is always on the Pareto front. Of equal scores the one that gains more in the first objective in which
they differ is taken, and then the one named first. Where an objective has neither a baseline nor a scale,
only a version that is at least as good as every other in all objectives is taken, and it has no score.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from sys import float_info

from app.insight.comparison.objectives import Weighed
from app.insight.comparison.pareto import cell_of
from app.insight.comparison.tradeoffs import ParetoPoint
from app.registry.tables import ModelVersion

POINTS = "%"
"""The unit whose differences are called points."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The version to take.

    Attributes:
        score: The weighted mean of its gains; above 0 it is better than the baseline on the whole. None where
            a gain is not known, and no other version comes into question.
        because: The reasons, each a sentence.
    """

    version: ModelVersion
    score: float | None
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen from.

    Attributes:
        names: What the versions are called, in the order of the points.
        baseline: The place of the baseline; None where there is none.
    """

    points: Sequence[ParetoPoint]
    names: Sequence[str]
    weighed: Sequence[Weighed]
    baseline: int | None


def recommend(choice: Choice) -> Recommendation | str:
    """Return the version to take, or why none is recommended."""
    whole = [place for place, point in enumerate(choice.points) if not point.missing]
    hindrances = [said for one in choice.weighed if (said := _hindrance(one, choice.baseline))]
    if not whole:
        return "every version lacks a value of an objective"
    if hindrances:
        return _undisputed(choice) or hindrances[0]
    gains = [_gains(one, choice.baseline) for one in choice.weighed]
    weights = [_exact(one.objective.weight) for one in choice.weighed]

    def merit(place: int) -> tuple[Fraction, ...]:
        mine = [gain[place] for gain in gains]
        total = sum((weight * gain for weight, gain in zip(weights, mine, strict=True)), Fraction())
        return (total / sum(weights), *mine)

    best = max(whole, key=lambda place: (merit(place), -place))
    reasons = tuple(_reasons(choice, best))
    return Recommendation(choice.points[best].version, _finite(merit(best)[0]), reasons)


def _undisputed(choice: Choice) -> Recommendation | None:
    """Return the version that is at least as good as every other in all objectives, the one named first."""
    front = [place for place, point in enumerate(choice.points) if point.on_front]
    if len(front) > 1 and len(choice.weighed) > 1:
        return None
    alone = "it is at least as good as every other in all objectives"
    return Recommendation(choice.points[front[0]].version, None, (alone, *_reasons(choice, front[0])))


def _hindrance(one: Weighed, baseline: int | None) -> str | None:
    """Return why nothing can be gained in an objective."""
    if one.objective.scale is not None:
        return None
    if baseline is None:
        return f"there is nothing to measure {one.label} by: name a baseline, or state its scale"
    value = one.values[baseline]
    if value is None:
        return f"the baseline lacks {one.label}: name another, or state its scale"
    if not _on_grid(value, one.objective.tolerance):
        return f"{one.label} of the baseline counts as 0, of which nothing is a share: state its scale"
    return None


def _gains(one: Weighed, baseline: int | None) -> dict[int, Fraction]:
    """Return what each version gains in an objective, by its place."""
    tolerance = one.objective.tolerance
    held = {place: _on_grid(value, tolerance) for place, value in enumerate(one.values) if value is not None}
    scale = one.objective.scale
    if scale is not None:
        worst, best = _exact(scale.worst), _exact(scale.best)
        return {place: (value - worst) / (best - worst) for place, value in held.items()}
    base = held[baseline or 0]
    return {place: one.sign * (value - base) / abs(base) for place, value in held.items()}


def _reasons(choice: Choice, best: int) -> Iterator[str]:
    others = [place for place, point in enumerate(choice.points) if not point.missing and place != best]
    if best == choice.baseline:
        yield "on the whole no other version is better than the baseline"
    elif choice.baseline is not None:
        for one in choice.weighed:
            if one.values[choice.baseline] is not None:
                yield _against(one, best, choice.baseline)
    for one in choice.weighed:
        ahead = [place for place in others if _lead(one, place, best) > 0]
        if ahead:
            first = max(ahead, key=lambda place: _lead(one, place, best))
            yield _behind(choice, one, best, first)
    for name, point in zip(choice.names, choice.points, strict=True):
        if point.missing:
            yield f"{name} was left out: it lacks {', '.join(point.missing)}"


def _lead(one: Weighed, place: int, other: int) -> Fraction:
    """Return by how much a version is ahead of another in an objective that neither lacks."""
    return one.sign * (_exact(one.values[place] or 0.0) - _exact(one.values[other] or 0.0))


def _against(one: Weighed, place: int, base: int) -> str:
    """Say how a version stands to the baseline in an objective."""
    mine, theirs = one.values[place] or 0.0, one.values[base] or 0.0
    lead = _lead(one, place, base)
    if not lead:
        return f"{one.label}: {_number(mine)}, as the baseline"
    way = "better" if lead > 0 else "worse"
    distance = _distance(one, mine, theirs)
    return f"{one.label}: {_number(mine)}, {distance} {way} than the baseline with {_number(theirs)}"


def _behind(choice: Choice, one: Weighed, best: int, rival: int) -> str:
    """Say who is ahead in an objective, and in which other one the rival pays most for it."""
    mine, theirs = one.values[best] or 0.0, one.values[rival] or 0.0
    said = f"{one.label}: {_distance(one, mine, theirs)} behind {choice.names[rival]} with {_number(theirs)}"
    prices = [
        (_ratio(other, best, rival), other) for other in choice.weighed if _lead(other, best, rival) > 0
    ]
    if not prices:
        return said
    times, other = max(prices, key=lambda price: price[0])
    way = "lower" if other.sign > 0 else "higher"
    return f"{said}, whose {other.label} is {times:.3g} times {way}" if times > 1 else said


def _ratio(one: Weighed, place: int, other: int) -> float:
    """Return how many times as much the greater of two values is; 0 where that means nothing."""
    low, high = sorted((one.values[place] or 0.0, one.values[other] or 0.0))
    return high / low if low > 0 else 0.0


def _distance(one: Weighed, mine: float, theirs: float) -> str:
    delta = abs(Decimal(repr(mine)) - Decimal(repr(theirs)))
    called = " points" if one.unit == POINTS else f" {one.unit}" if one.unit else ""
    share = f" ({_number(float(100 * delta / abs(Decimal(repr(theirs)))))} %)" if theirs else ""
    return f"{_number(float(delta))}{called}{share}"


def _number(value: float) -> str:
    """Write a number as people read it: at most four digits that count, thousands set apart."""
    return f"{value:,.0f}" if abs(value) >= 1000 and abs(value) < 1e15 else f"{value:.4g}"  # noqa: PLR2004


def _on_grid(value: float, tolerance: float) -> Fraction:
    return cell_of(value, tolerance) * _exact(tolerance) if tolerance else _exact(value)


def _exact(value: float) -> Fraction:
    return Fraction(Decimal(repr(value)))


def _finite(score: Fraction) -> float:
    """Return the nearest float there is."""
    return float(max(min(score, Fraction(float_info.max)), Fraction(-float_info.max)))
