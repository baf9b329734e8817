"""Ids and folded text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.ids import kind_of, new_id
from app.db.text import fold, fold_term, nearest


def test_ids_tell_their_kind_and_sort_by_time_of_making() -> None:
    made = [new_id("mdl") for _ in range(5_000)]
    assert made == sorted(set(made))
    assert {kind_of(each) for each in made} == {"mdl"}


@pytest.mark.parametrize(
    "text", ["", "mdl", "mdl_", "mdl_0", f"mdl_{'A' * 32}", f"mdl_{'0' * 32} ", "é" * 36]
)
def test_what_is_no_id_has_no_kind(text: str) -> None:
    assert kind_of(text) is None


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold_term(fold_term(text)) == fold_term(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("STRASSE", "straße"),
        ("\uff22\uff25\uff32\uff34", "bert"),
        ("ﬁne", "FINE"),
        ("Å", "A\u030a"),
        ("Σ", "ς"),
    ],
)
def test_folding_sees_through_case_width_and_composition(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_terms_see_through_separators() -> None:
    assert fold_term("  Text-Classification__now ") == "text classification now"


def test_the_nearest_name_comes_first_and_strangers_do_not() -> None:
    assert nearest("resnet5O", ["resnet18", "resnet50", "bert"])[0] == "resnet50"
    assert "bert" not in nearest("resnet5O", ["resnet18", "resnet50", "bert"])
    assert nearest("RESNET50", ["resnet50"]) == ["resnet50"]
    assert nearest("", ["resnet50"]) == []
    assert len(nearest("a1", [f"a{number}" for number in range(100)])) == 5
