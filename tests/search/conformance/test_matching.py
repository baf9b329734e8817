"""What is matched, admitted and counted."""

import random
import time
from collections import Counter

import pytest

from app.db.text import fold
from app.search.contract import FacetRequest, IndexUnavailable, SearchAnswer, SearchMode, SearchRequest
from app.search.document import fact_values
from app.search.filters import (
    All,
    And,
    Contains,
    Exists,
    FactField,
    Filter,
    In,
    Keys,
    Not,
    Or,
    StartsWith,
    without_field,
)
from tests.search.conformance.conftest import Index
from tests.search.conformance.corpus import corpus
from tests.search.samples import admits, document, vector_of

NASTY = ["bert-base-uncased", "resnet50_FPN", "mBERT", "YOLOv5s6", "naïve", "中文模型", "Straße", "x86-64"]
PARTS = {"bert-base-uncased": "uncased", "resnet50_FPN": "fpn", "mBERT": "bert", "YOLOv5s6": "yolo"}
FRAMEWORK, LANGUAGE, FAMILY = FactField.FRAMEWORK, FactField.LANGUAGE, FactField.FAMILY
FILTERS: list[Filter] = [
    All(),
    In(FRAMEWORK, ("pytorch",)),
    In(LANGUAGE, ("de", "fr")),
    In(LANGUAGE, ()),
    StartsWith(FAMILY, "res"),
    Contains(FactField.NAME, "bert"),
    Exists(FAMILY),
    Not(Exists(FAMILY)),
    Not(All()),
    And((In(FRAMEWORK, ("onnx",)), Not(In(LANGUAGE, ("en",))))),
    Or((In(FAMILY, ("bert",)), In(LANGUAGE, ("fr",)))),
    And(()),
    Or(()),
    Keys(frozenset()),
    Keys(frozenset(range(3, 13))),
    Not(Keys(frozenset(range(3, 13)))),
    Keys(frozenset(range(1, 100_001, 2))),
    And((Keys(frozenset(range(50_000))), In(FRAMEWORK, ("pytorch",)))),
]


def test_nasty_words_are_found_whole_in_parts_and_without_case(index: Index) -> None:
    index.fill([document(key, word) for key, word in enumerate(NASTY, 1)])
    for key, word in enumerate(NASTY, 1):
        for asked in (word, word.upper(), PARTS.get(word, word)):
            assert key in index.keys(SearchRequest(text=asked, mode=SearchMode.WORDS)), asked


@pytest.mark.parametrize(
    "text", ["🎉", "the of and", "\x00\x1f\u202e", "\ud800", 'zz AND (zb* "zc', "zzzz", "x" * 100_000]
)
def test_texts_without_a_known_word_match_nothing_by_words(index: Index, text: str) -> None:
    index.fill(corpus(20))
    answer = index.reader.search(SearchRequest(text=text, mode=SearchMode.WORDS))
    assert (answer.total, len(answer.hits)) == (0, 0)


@pytest.mark.parametrize("text", [None, "", " \t"])
def test_blank_text_finds_all_that_the_filter_admits(index: Index, text: str | None) -> None:
    index.fill(corpus(20))
    answer = index.reader.search(SearchRequest(text=text, vector=vector_of("anything")))
    assert [hit.key for hit in answer.hits] == list(range(1, 21))


def test_two_thousand_words_are_no_error(index: Index) -> None:
    index.fill(corpus(20))
    text = " ".join(f"german{number} german" for number in range(1_000))
    answer = index.reader.search(SearchRequest(text=text, vector=vector_of(text)))
    assert answer.total == 20


QUERY_SYNTAX = [
    "/.*/",
    "a AND (b",
    "*:*",
    "\\",
    "mod*",
    "mo?el",
    "~2 ^3",
    "[a TO z]",
    '"model',
    "_exists_:id",
    "<1-9>",
]


@pytest.mark.parametrize("typed", QUERY_SYNTAX)
def test_what_reads_like_query_syntax_is_text(index: Index, typed: str) -> None:
    meant = document(
        2, "meant", framework=f"x {typed} y", description="a b /.*/ mod el z 2 3 exists id 1 9 to"
    )
    index.fill([document(1, "model", framework="other"), meant])
    for tree in (Contains(FRAMEWORK, fold(typed)), StartsWith(FRAMEWORK, fold(f"x {typed}"))):
        assert index.keys(SearchRequest(filter=tree)) == [2]
    assert index.keys(SearchRequest(filter=In(FRAMEWORK, (fold(typed),)))) == []
    assert set(index.keys(SearchRequest(text=typed, mode=SearchMode.WORDS))) <= (
        {1, 2} if "model" in typed else {2}
    )
    assert index.reader.complete(typed, 5) == [] or index.reader.complete(typed, 5)[0].text
    index.reader.spelled_like([typed])


def test_filters_of_five_thousand_values_are_no_error(index: Index) -> None:
    index.fill([document(key, framework=f"framework-{key}") for key in (1, 4_999, 5_001)])
    values = tuple(f"framework-{key}" for key in range(5_000))
    for tree in (In(FRAMEWORK, values), Keys(frozenset(range(5_000)))):
        assert index.keys(SearchRequest(filter=tree)) == [1, 4_999]


def test_filters_admit_what_they_say(index: Index) -> None:
    documents = corpus()
    index.fill(documents)
    for tree in FILTERS:
        answer = index.reader.search(SearchRequest(filter=tree))
        expected = [one.key for one in documents if admits(tree, one)]
        assert ([hit.key for hit in answer.hits], answer.total) == (expected, len(expected)), tree


def test_a_filter_leaves_the_scores_of_words_as_they_are(index: Index) -> None:
    index.fill(corpus())
    request = SearchRequest(text="german", mode=SearchMode.WORDS)
    all_words = {hit.key: hit.words for hit in index.reader.search(request).hits}
    some = SearchRequest(text="german", mode=SearchMode.WORDS, filter=Keys(frozenset(range(1, 100))))
    found = index.reader.search(some).hits
    assert found
    assert all(hit.words == pytest.approx(all_words[hit.key], abs=1e-6) for hit in found)


@pytest.mark.parametrize("tree", [All(), FILTERS[1], FILTERS[9]])
def test_facets_count_every_value_under_the_filter_on_other_fields(index: Index, tree: Filter) -> None:
    documents = corpus()
    index.fill(documents)
    wanted = (FRAMEWORK, LANGUAGE, FAMILY, FactField.TASK)
    request = SearchRequest(filter=tree, facets=tuple(FacetRequest(field, 2) for field in wanted))
    for field, counts in zip(wanted, index.reader.search(request).facets, strict=True):
        rest = without_field(tree, field)
        expected = Counter(
            fold(value) for one in documents if admits(rest, one) for value in fact_values(one, field)
        )
        assert {fold(one.value): one.count for one in counts.values} == dict(
            sorted(expected.items(), key=lambda item: (-item[1], item[0]))[:2]
        )
        assert counts.other_count == expected.total() - sum(one.count for one in counts.values)


def test_facets_of_more_values_than_an_engine_gives_at_once_are_whole(index: Index) -> None:
    values = range(9_000)
    kept = [
        document(
            key,
            name="bird",
            datasets=("every", *(f"{key}d{number}" for number in values)),
            domains=("all", *(f"{key}e{number}" for number in values)),
        )
        for key in range(1, 5)
    ]
    index.fill(kept)
    facets = (FacetRequest(FactField.DATASET, 1), FacetRequest(FactField.DOMAIN, 1))
    long = In(FactField.NAME, ("bird", *(f"fish{number}" for number in values)))
    for text, tree in ((None, All()), ("bird", All()), ("bird", long)):
        request = SearchRequest(text=text, mode=SearchMode.WORDS, filter=tree, facets=facets)
        found = _answer(index, request)
        assert found.total == len(kept)
        counted = [(one.values[0].value, one.values[0].count, one.other_count) for one in found.facets]
        assert counted == [("every", 4, 4 * len(values)), ("all", 4, 4 * len(values))]


def _answer(index: Index, request: SearchRequest) -> SearchAnswer:
    """Return an answer that a busy machine may have to be asked for more than once."""
    for _ in range(20):
        try:
            return index.reader.search(request)
        except IndexUnavailable:
            time.sleep(1)
    return index.reader.search(request)


def test_ties_are_ordered_by_key_whatever_the_order_of_writing(index: Index) -> None:
    keys = list(range(1, 60))
    random.Random(3).shuffle(keys)  # noqa: S311 - the same in every run
    for key in keys:
        index.writer.put([document(key, "same name")])
    index.commit(1)
    request = SearchRequest(text="same name", mode=SearchMode.WORDS, window=40)
    assert index.keys(request) == list(range(1, 41))
