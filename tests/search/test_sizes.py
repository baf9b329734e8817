"""Sizes in words and in numbers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.sizes import SIZE, size_terms, written_size
from app.search.tokens import tokens

ALIKE = (
    ("7b", "7B", "7 billion", "7-billion", "7 B", "7.0b", "7000M", "0.007T"),
    ("1.3B", "1300m", "1.3 Billion", "1300 million"),
    ("350M", "350 million", "0.35b", "350000K", "350 m"),
    ("21k", "21 thousand", "0.021m"),
)


@pytest.mark.parametrize("ways", ALIKE)
def test_one_size_has_the_same_terms_however_it_is_written(ways: tuple[str, ...]) -> None:
    assert len({tuple(size_terms(way)) for way in ways}) == 1


@pytest.mark.parametrize("text", ["7", "7 bananas", "7bis", "7 b-cells", "13 BN", "b", "7 to 9"])
def test_what_has_no_unit_is_no_size(text: str) -> None:
    assert re.match(SIZE, text) is None


@pytest.mark.parametrize(
    ("size", "terms"),
    [
        ("6.74B", ["6.74b", "6.7b", "7b"]),
        ("7.24B", ["7.24b", "7.2b", "7b"]),
        ("109M", ["109m", "110m"]),
        ("355M", ["355m", "360m"]),
        ("1.5b", ["1.5b"]),
        ("999.9M", ["999.9m", "1b"]),
        ("0.5k", ["500"]),
    ],
)
def test_a_size_has_the_terms_of_its_roundings(size: str, terms: list[str]) -> None:
    assert size_terms(size) == terms


@pytest.mark.parametrize(
    ("count", "written"),
    [
        (6_738_415_616, "6.74B"),
        (109_482_240, "109M"),
        (999_999, "1M"),
        (12, "12"),
        (0, "0"),
        (10**18, "1000000T"),
    ],
)
def test_a_count_is_written_as_people_do(count: int, written: str) -> None:
    assert written_size(count) == written


@given(st.integers(10, 99), st.integers(3, 10), st.floats(-0.4, 0.4))
def test_a_count_is_found_by_what_it_is_rounded_to(digits: int, power: int, beside: float) -> None:
    count = round((digits + beside) * 10**power)
    said = f"{digits * 10 ** (power - 3)} thousand"
    assert not {*tokens(said)}.isdisjoint(tokens(written_size(count)))
