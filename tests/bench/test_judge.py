"""The metric functions that judge rankings."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.search_quality.judge import mean, model_grades, ndcg, succeeded

NAMES = st.text("abcdefgh", min_size=1, max_size=2)
GRADES = st.dictionaries(NAMES, st.integers(1, 2), min_size=1, max_size=20)


def test_it_works() -> None:
    grades = {"a": 2, "b": 1}
    assert ndcg(["a", "b"], grades) == 1
    assert ndcg(["x", "a"], grades) == pytest.approx((2 / math.log2(3)) / (2 + 1 / math.log2(3)))
    assert ndcg([], grades) == 0


def test_only_the_first_ranks_count() -> None:
    assert ndcg(["x"] * 10 + ["a"], {"a": 2}) == 0
    assert ndcg(["x", "a"], {"a": 1}, cutoff=2) > 0


def test_more_relevant_models_than_ranks_can_all_be_in_the_ideal() -> None:
    grades = {f"m{number}": 2 for number in range(30)}
    assert ndcg(list(grades), grades) == 1


def test_nothing_to_find_is_no_question() -> None:
    with pytest.raises(ValueError, match="cannot be judged"):
        ndcg(["a"], {})


def test_a_model_counts_once_with_its_best_record() -> None:
    model_of = {"v1": "m", "v2": "m", "other": "n"}
    assert model_grades({"v1": 1, "v2": 2, "other": 1}, model_of) == {"m": 2, "n": 1}


def test_a_record_that_is_not_registered_is_missed() -> None:
    assert ndcg(["m"], model_grades({"v1": 2, "gone": 2}, {"v1": "m"})) < 1


def test_success_is_the_best_grade_that_there_is() -> None:
    assert succeeded(["x", "b"], {"b": 1})
    assert not succeeded(["x", "b"], {"a": 2, "b": 1})


def test_mean() -> None:
    assert mean([0, 1]) == 0.5
    assert math.isnan(mean([]))


@given(GRADES, st.lists(NAMES, unique=True, max_size=20))
def test_no_ranking_is_better_than_the_ideal_one(grades: dict[str, int], ranking: list[str]) -> None:
    ideal = sorted(grades, key=lambda name: -grades[name])
    assert ndcg(ideal, grades) == pytest.approx(1)
    assert 0 <= ndcg(ranking, grades) <= 1 + 1e-12


@given(GRADES, st.data())
def test_moving_a_better_model_up_never_hurts(grades: dict[str, int], data: st.DataObject) -> None:
    ranking = data.draw(st.permutations([*grades, "x", "y"]))
    at = data.draw(st.integers(0, len(ranking) - 2))
    swapped = [*ranking]
    swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
    better = grades.get(ranking[at + 1], 0) >= grades.get(ranking[at], 0)
    before, after = ndcg(ranking, grades), ndcg(swapped, grades)
    assert after >= before - 1e-12 if better else after <= before + 1e-12
