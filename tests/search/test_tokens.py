"""The tokeniser."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.tokens import STOP_WORDS, places_of, tokens, words_with


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bert-base-uncased", ["bert", "base", "uncas"]),
        ("resnet50_FPN", ["resnet50", "resnet", "50", "fpn"]),
        ("ResNet50", ["resnet50", "resnet", "50", "res", "net"]),
        ("mBERT", ["mbert", "bert"]),
        ("YOLOv5s6", ["yolov5s6", "yolov", "yolo"]),
        ("HTTPServer", ["httpserver", "http", "server"]),
        ("GANs", ["gan"]),
        ("X-rays", ["xray", "ray"]),
        ("Faster R\u2011CNN", ["faster", "rcnn", "cnn"]),
        ("yolo-v5-s", ["yolo", "v5s", "v5"]),
        ("naïve", ["naiv"]),
        ("nai\u0308ve", ["naiv"]),
        ("Straße", ["strass"]),
        ("\uff46\uff55\uff4c\uff4c", ["full"]),
        ("中文模型", ["中文", "文模", "模型"]),
        ("模", ["模"]),
        ("中文BERT模型", ["中文", "bert", "模型"]),
        ("한국어", ["한국", "국어"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("½ cup", ["cup"]),
        ("🎉 emoji 👩‍🔬", ["emoji"]),
        ("finding things, found", ["find", "thing", "found"]),
        ("what is this of the", []),
        ("a b 7", []),
        ("Llama-2-7b-hf", ["llama2", "llama", "7b", "hf"]),
        ("llama-3.1-8B", ["llama3", "llama", "8b"]),
        ("GPT-Neo-2.7B", ["gpt", "neo", "2.7b"]),
        ("1.3 billion words", ["1.3b", "billion", "word"]),
        ("3 k-means, 8x7B", ["kmean", "mean", "8x7b"]),
        ("\x00\x1f\ud800", []),
        ("", []),
    ],
)
def test_text_gives_these_terms(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@given(st.text())
def test_terms_are_free_of_what_splits_text(text: str) -> None:
    for term in tokens(text):
        assert term
        assert not any(character.isspace() for character in term)


@given(st.lists(st.sampled_from(["BERT", "dogs", "resnet50", "模型", "the", "ÉCOLE"]), max_size=6))
def test_separators_and_case_of_plain_words_make_no_difference(parts: list[str]) -> None:
    spaced = tokens(" ".join(parts))
    assert tokens("_".join(parts)) == spaced
    assert tokens(" - ".join(parts).upper()) == spaced


@given(st.text())
def test_words_lie_in_the_text_in_order(text: str) -> None:
    words = words_with(text, set(tokens(text)))
    places = list(places_of(text, words))
    assert all(0 <= place.start < place.end <= len(text) for place in places)
    assert all(one.start < next_one.start for one, next_one in pairwise(places))
    assert list(dict.fromkeys(text[place.start : place.end] for place in places)) == list(words)
    assert all(list(terms) == tokens(word) for word, terms in words.items())
    assert {term for terms in words.values() for term in terms} == set(tokens(text))


def test_only_words_that_are_wanted_are_given() -> None:
    text = "BERT, 大型模型, BERT and a BertModel"
    words = words_with(text, {"bert", "模型"})
    assert list(words) == ["BERT", "模型", "BertModel"]
    found = [text[place.start : place.end] for place in places_of(text, words)]
    assert found == ["BERT", "模型", "BERT", "BertModel"]


def test_a_word_of_any_length_is_cut() -> None:
    assert [len(term) for term in tokens("x" * 10_000)] == [64]


def test_stop_words_are_folded_words() -> None:
    assert all(word == word.casefold() and word.isalpha() for word in STOP_WORDS)
