"""The Pareto front against a reference that compares all with all, and the grid of a tolerance."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.insight.comparison.pareto import find_dominators, find_front, rank_values

tables = st.integers(1, 6).flatmap(
    lambda columns: st.lists(
        st.lists(st.integers(-3, 3), min_size=columns, max_size=columns), max_size=12
    ).map(lambda rows: np.array(rows, dtype=np.int64).reshape(len(rows), columns))
)
decimals = (
    st.decimals(-20, 20, places=2).map(float) | st.floats(-1e9, 1e9) | st.sampled_from([0.3, 1e300, -0.0])
)
tolerances = st.sampled_from([0.1, 0.01, 0.25, 3.0, 1e-9, 1e9]) | st.floats(1e-6, 1e6)


def beats(one: list[int], other: list[int]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)


def cell(value: float, tolerance: float) -> int:
    return Fraction(repr(value)) // Fraction(repr(tolerance))


def test_it_works() -> None:
    front = find_front(np.array([[3, 1], [1, 3], [2, 2], [1, 1], [3, 1]]))
    assert front.tolist() == [True, True, True, False, True]


@given(table=tables)
@settings(max_examples=1_000, deadline=None)
def test_nothing_on_the_front_is_beaten_and_everything_else_is(table: np.ndarray) -> None:
    rows = table.tolist()
    beaten_by = [[place for place, other in enumerate(rows) if beats(other, row)] for row in rows]
    assert find_dominators(table) == beaten_by
    assert find_front(table).tolist() == [not by for by in beaten_by]


@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(60, 700),
    columns=st.integers(1, 6),
    spread=st.sampled_from([2, 10, 1_000_000]),
    weighed_against=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_many_points_are_told_apart_as_few_are(
    seed: int,
    size: int,
    columns: int,
    spread: int,
    weighed_against: bool,  # noqa: FBT001 - what is drawn
) -> None:
    table = np.random.default_rng(seed).integers(0, spread, (size, columns))
    if weighed_against:
        table[:, -1] = spread * columns - table[:, :-1].sum(axis=1)
    at_least = np.logical_and.reduce([column[:, None] >= column for column in table.T])
    beaten = (at_least & ~at_least.T).any(axis=0)
    assert find_front(table).tolist() == (~beaten).tolist()


@given(values=st.lists(decimals, max_size=12), tolerance=tolerances, ascending=st.booleans())
@settings(max_examples=1_000, deadline=None)
def test_values_are_ordered_by_their_cells(values: list[float], tolerance: float, ascending: bool) -> None:  # noqa: FBT001 - what is drawn
    ranks = rank_values(np.array(values, dtype=np.float64), tolerance, ascending=ascending).tolist()
    cells = [cell(value, tolerance) for value in values]
    for mine, my_rank in zip(cells, ranks, strict=True):
        for other, other_rank in zip(cells, ranks, strict=True):
            assert (my_rank > other_rank) == ((mine > other) if ascending else (mine < other))


@pytest.mark.parametrize(
    ("value", "tolerance", "expected"), [(0.3, 0.1, 3), (-0.05, 0.1, -1), (0.29, 0.1, 2)]
)
def test_the_grid_is_that_of_the_decimals(value: float, tolerance: float, expected: int) -> None:
    edges = np.array([expected * tolerance, value, (expected + 1) * tolerance])
    low, mine, high = rank_values(np.round(edges, 9), tolerance, ascending=True).tolist()
    assert low == mine < high


def test_what_is_equal_within_a_tolerance_leaves_a_front() -> None:
    points = np.array([(0, 1, 2), (2, 0, 1), (1, 2, 0)], dtype=np.float64)
    ranks = np.stack([rank_values(column, 1, ascending=True) for column in points.T], axis=1)
    assert find_front(ranks).all()
