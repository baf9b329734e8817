"""How words and meaning become one score."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.search.fusion import SPAN, WELL_MATCHED, WORDS_SHARE, Scores, fuse, scaled

scores = st.lists(st.floats(-1, 50, allow_subnormal=False) | st.just(np.nan), max_size=300).map(np.array)


def pairs(length: int) -> st.SearchStrategy[Scores]:
    part = st.floats(0, 50) | st.just(np.nan)
    return st.lists(part, min_size=length, max_size=length).map(np.array)


# More than any words part of the examples reaches.
ATTAINABLE = 100.0

both = st.integers(0, 150).flatmap(lambda length: st.tuples(pairs(length), pairs(length)))


@given(both)
def test_a_score_lies_between_0_and_1(given_scores: tuple[Scores, Scores]) -> None:
    fused = fuse(*given_scores, ATTAINABLE)
    assert len(fused) == len(given_scores[0])
    assert ((fused >= 0) & (fused <= 1)).all()


@given(both)
def test_who_is_no_worse_in_either_part_is_no_worse(given_scores: tuple[Scores, Scores]) -> None:
    words, meaning = (np.nan_to_num(part, nan=-1.0) for part in given_scores)
    fused = fuse(*given_scores, ATTAINABLE)
    for one in range(min(len(fused), 20)):
        better = (words >= words[one]) & (meaning >= meaning[one])
        assert (fused[better] >= fused[one]).all()


@given(scores, st.floats(0.1, 10), st.floats(-5, 5))
def test_scale_and_shift_of_an_engine_make_no_difference(plain: Scores, by: float, plus: float) -> None:
    moved = scaled(plain * by + plus)
    assert np.allclose(moved, scaled(plain), atol=1e-6) or np.nanstd(plain) < 1e-6


def test_the_scale_runs_from_rank_100_to_the_best() -> None:
    scale = scaled(np.arange(200.0))
    assert scale[-1] == 1
    assert scale[-SPAN] == 0
    assert (scale[:-SPAN] == 0).all()


def test_one_part_alone_ranks_alone() -> None:
    words = np.array([3.0, 2.0, 1.0])
    nothing = np.full(3, np.nan)
    assert fuse(words, nothing, 1.0).tolist() == [1.0, 0.5, 0.0]
    assert fuse(nothing, words, 1.0).tolist() == [1.0, 0.5, 0.0]
    assert fuse(nothing, nothing, 1.0).tolist() == [0.0, 0.0, 0.0]


def test_both_parts_have_their_share() -> None:
    fused = fuse(np.array([2.0, 1.0]), np.array([0.1, 0.9]), 2.0)
    assert fused.tolist() == [WORDS_SHARE, round(1 - WORDS_SHARE, 5)]


def test_words_that_match_little_of_the_query_weigh_less() -> None:
    words, meaning = np.array([2.0, 1.0]), np.array([0.1, 0.9])
    attainable = 2.0 / WELL_MATCHED
    whole, half, little = (fuse(words, meaning, attainable * by)[0] for by in (1, 2, 20))
    assert (whole, half, little) == (WORDS_SHARE, WORDS_SHARE / 2, WORDS_SHARE / 20)


@given(both, st.floats(1, 1000))
def test_words_never_weigh_more_for_matching_less(
    given_scores: tuple[Scores, Scores], attainable: float
) -> None:
    words, meaning = given_scores
    more, less = fuse(words, meaning, attainable), fuse(words, meaning, 2 * attainable)
    lead = scaled(words) - scaled(meaning)
    if np.isfinite(words).any() and np.isfinite(meaning).any():
        assert (more[lead >= 0] >= less[lead >= 0]).all()
