"""Recommendations against a reference, and that they do not depend on who else is compared."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.insight.comparison.objectives import Objective, ObjectiveField, Scale, Weighed
from app.insight.comparison.recommendation import Choice, Recommendation, recommend
from app.insight.comparison.tradeoffs import find_points
from app.registry.drafts import Direction
from app.registry.tables import ModelVersion

numbers = st.integers(-8, 8).map(lambda number: number / 4) | st.none()
directions = st.sampled_from([Direction.MAXIMIZE, Direction.MINIMIZE])


@st.composite
def choices(draw: st.DrawFn) -> Choice:
    count = draw(st.integers(2, 7))
    weighed = []
    for place in range(draw(st.integers(1, 4))):
        direction = draw(directions)
        scale = Scale(-2, 2) if direction is Direction.MAXIMIZE else Scale(2, -2)
        objective = Objective(
            target=ObjectiveField.SIZE_BYTES,
            weight=draw(st.sampled_from([0.5, 1.0, 3.0])),
            tolerance=draw(st.sampled_from([0.0, 0.5, 0.3])),
            scale=draw(st.sampled_from([None, scale])),
        )
        values = draw(st.lists(numbers, min_size=count, max_size=count))
        weighed.append(Weighed(objective, f"objective {place}", direction, None, values))
    return choice(weighed, draw(st.none() | st.integers(0, count - 1)))


def choice(weighed: list[Weighed], baseline: int | None) -> Choice:
    row: Any = ModelVersion
    versions = [row(id=str(place)) for place in range(len(weighed[0].values))]
    names = [f"version {place}" for place in range(len(versions))]
    return Choice(find_points(versions, weighed), names, weighed, baseline)


def gains(one: Weighed, baseline: int | None) -> list[Fraction | None] | None:
    """Reckon by the letter of the rule; None where it says nothing."""
    tolerance = Fraction(str(one.objective.tolerance))

    def moved(value: float) -> Fraction:
        exact = Fraction(str(value))
        return exact // tolerance * tolerance if tolerance else exact

    held = [None if value is None else moved(value) for value in one.values]
    better = 1 if one.direction is Direction.MAXIMIZE else -1
    if one.objective.scale:
        low, high = Fraction(-2), Fraction(2)
        return [None if v is None else ((v - low) if better > 0 else (high - v)) / 4 for v in held]
    base = held[baseline] if baseline is not None else None
    return [None if v is None else better * (v - base) / abs(base) for v in held] if base else None


@given(given=choices())
@settings(max_examples=700, deadline=None)
def test_the_best_score_is_taken(given: Choice) -> None:
    found = recommend(given)
    reckoned = [gains(one, given.baseline) for one in given.weighed]
    whole = [place for place, point in enumerate(given.points) if not point.missing]
    if not whole:
        assert isinstance(found, str)
        return
    if any(one is None for one in reckoned):
        assert_undisputed(given, found)
        return
    weights = [Fraction(str(one.objective.weight)) for one in given.weighed]
    merits: dict[int, Any] = {}
    for place in whole:
        mine = [one[place] for one in reckoned if one]
        total = sum(weight * gain for weight, gain in zip(weights, mine, strict=True) if gain is not None)
        merits[place] = (Fraction(total) / sum(weights), *mine)
    first = min(place for place in whole if merits[place] == max(merits.values()))
    assert isinstance(found, Recommendation)
    assert found.version is given.points[first].version
    assert found.score == pytest.approx(float(merits[first][0]))
    assert given.points[first].on_front


def assert_undisputed(given: Choice, found: Recommendation | str) -> None:
    """Assert that a version is taken if nothing that is weighed beats it anywhere, and else none."""
    front = [point for point in given.points if point.on_front]
    if len(given.weighed) > 1 and len(front) > 1:
        assert isinstance(found, str)
    else:
        assert isinstance(found, Recommendation)
        assert found.version is front[0].version
        assert found.score is None


@given(given=choices(), left_out=st.integers(0, 6))
@settings(max_examples=300, deadline=None)
def test_leaving_another_out_changes_nothing(given: Choice, left_out: int) -> None:
    found = recommend(given)
    if isinstance(found, str) or left_out >= len(given.points) or left_out == given.baseline:
        return
    taken = next(place for place, point in enumerate(given.points) if point.version is found.version)
    if left_out == taken:
        return
    fewer = [
        Weighed(
            one.objective,
            one.label,
            one.direction,
            one.unit,
            [*one.values[:left_out], *one.values[left_out + 1 :]],
        )
        for one in given.weighed
    ]
    base = given.baseline
    again = recommend(choice(fewer, base - (left_out < base) if base is not None else None))
    assert isinstance(again, Recommendation)
    assert again.version.id == str(taken - (left_out < taken))
    assert again.score == found.score


def test_the_reasons_are_words_and_numbers() -> None:
    accuracy = Weighed(
        Objective(target=ObjectiveField.SIZE_BYTES, weight=3),
        "accuracy",
        Direction.MAXIMIZE,
        "%",
        [80.0, 82.1, 82.4, None],
    )
    size = Weighed(
        Objective(target=ObjectiveField.PARAMETER_COUNT),
        "parameterCount",
        Direction.MINIMIZE,
        "parameters",
        [50e6, 25e6, 100e6, 1e6],
    )
    found = recommend(choice([accuracy, size], 0))
    assert isinstance(found, Recommendation)
    assert found.version.id == "1"
    assert found.because == (
        "accuracy: 82.1, 2.1 points (2.625 %) better than the baseline with 80",
        "parameterCount: 25,000,000, 25,000,000 parameters (50 %) better than the baseline with 50,000,000",
        "accuracy: 0.3 points (0.3641 %) behind version 2 with 82.4, whose parameterCount is 4 times higher",
        "version 3 was left out: it lacks accuracy",
    )
