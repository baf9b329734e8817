"""Which words of a query are unknown, and how they may have been meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.spelling import (
    MOST_SUGGESTIONS,
    Spelling,
    cuts,
    respelled,
    slips_allowed,
    spelling_terms,
    unknown_words,
)
from app.search.tokens import query_terms
from tests.search.samples import document, task


def test_words_are_kept_as_they_are_read() -> None:
    one = document(
        1,
        "ResNet50_FPN",
        description="Größe und GRÖSSE: 中文模型 x-ray, naïveté! " + "x" * 41,
        tasks=(task("object_detection"),),
        namespace="birds",
    )
    assert set(spelling_terms(one)) == {
        "resnet",
        "object",
        "detection",
        "größe",
        "grösse",
        "naïveté",
        "birds",
    }


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("sentimnet of Tweets", ["sentimnet", "tweets"]),
        ("Sentimnet SENTIMNET", ["sentimnet"]),
        ("reznet50", ["reznet"]),
        ("the cat after", ["cat"]),
        ("bert-bse-uncased", ["bert", "bse", "uncased"]),
        ("a 3d nn", []),
        ("中文模型是中文", []),
        ("größe", ["größe"]),
        ("gro\u0308ße", ["größe"]),
        ("", []),
    ],
)
def test_what_no_document_has_is_unknown(text: str, unknown: list[str]) -> None:
    assert unknown_words(text, set(query_terms(text))) == unknown
    assert unknown_words(text, set()) == []


def test_a_word_that_is_known_in_part_is_known() -> None:
    assert unknown_words("CamemBERTa", {"camemberta", "camem"}) == []


def test_a_text_of_unknown_words_is_cut() -> None:
    text = " ".join(f"word{letter * 3}" for letter in "abcdefghijklmnopqrst")
    assert len(unknown_words(text, set(query_terms(text)))) == 8


@pytest.mark.parametrize(("word", "slips"), [("bert", 1), ("speach", 1), ("speechs", 2)])
def test_longer_words_may_have_two_slips(word: str, slips: int) -> None:
    assert slips_allowed(word) == slips


def test_fewer_slips_come_before_more_documents_and_a_stem_comes_once() -> None:
    found = [
        Spelling("defection", 900),
        Spelling("detection", 40),
        Spelling("detecting", 50),
        Spelling("detector", 45),
    ]
    assert respelled("Detecton, in X!", {"detecton": found}) == [
        "detector, in X!",
        "detection, in X!",
        "defection, in X!",
    ]


def test_a_word_is_cut_into_two() -> None:
    assert list(cuts("imagetext")) == ["imag etext", "image text"]
    assert list(cuts("caption")) == []
    run_together = {"imagetext": [Spelling("image text", 4), Spelling("imagetexts", 1)]}
    assert respelled("ImageText!", run_together) == ["image text!", "imagetexts!"]


def test_the_slips_of_documents_are_not_suggested() -> None:
    found = [Spelling("recognition", 1000), Spelling("recogntion", 9), Spelling("recogniser", 10)]
    assert respelled("recogniton", {"recogniton": found}) == ["recognition", "recogniser"]


def test_every_unknown_word_is_respelled_and_the_rest_stays() -> None:
    alike = {
        "sentimnet": [Spelling("sentiment", 3)],
        "reznet": [Spelling("resnet", 5), Spelling("resent", 1)],
        "xyzzy": [],
    }
    assert respelled("  Sentimnet <b> reznet50 XYZZY", alike) == [
        "  sentiment <b> resnet50 XYZZY",
        "  sentiment <b> resent50 XYZZY",
    ]
    assert respelled("xyzzy", {"xyzzy": []}) == []


@given(st.text(max_size=80), st.text(st.characters(categories=["L"]), min_size=4, max_size=9))
def test_any_text_is_respelled_in_its_unknown_words_alone(text: str, spelling: str) -> None:
    unknown = unknown_words(text, set(query_terms(text)))
    found = respelled(text, {word: [Spelling(spelling, 1)] for word in unknown})
    assert len(found) == min(len(unknown), 1) <= MOST_SUGGESTIONS
    assert unknown_words(text, set()) == []
