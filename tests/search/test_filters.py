"""Filters, totals and facets, beside a plain reference."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db.text import fold
from app.search.contract import FacetRequest, SearchMode, SearchRequest
from app.search.document import Document, fact_values, words_text
from app.search.embedded.reader import EmbeddedReader
from app.search.embedded.writer import EmbeddedWriter
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
from app.search.tokens import tokens
from tests.search.samples import admits, corpora, document, fields, fill, filters, index_of, words

EVERY_FACET = tuple(FacetRequest(field, 100) for field in FactField)


@contextmanager
def searching(documents: Sequence[Document]) -> Iterator[EmbeddedReader]:
    with tempfile.TemporaryDirectory() as directory:
        index_of(Path(directory), documents)
        reader = EmbeddedReader(Path(directory))
        try:
            yield reader
        finally:
            reader.close()


@settings(max_examples=40, deadline=None)
@given(corpora(), st.lists(filters, min_size=1, max_size=8))
def test_a_filter_admits_what_it_says(documents: list[Document], trees: list[Filter]) -> None:
    with searching(documents) as reader:
        for tree in trees:
            answer = reader.search(SearchRequest(filter=tree))
            expected = sorted(given.key for given in documents if admits(tree, given))
            assert [hit.key for hit in answer.hits] == expected
            assert answer.total == len(expected)


@settings(max_examples=40, deadline=None)
@given(corpora(), filters, st.lists(words, max_size=3).map(" ".join))
def test_total_and_facets_count_what_is_admitted_and_matched(
    documents: list[Document], tree: Filter, text: str
) -> None:
    def matches(given: Document) -> bool:
        return not text or not set(tokens(text)).isdisjoint(words_text(given).split())

    with searching(documents) as reader:
        answer = reader.search(
            SearchRequest(text=text, mode=SearchMode.WORDS, filter=tree, facets=EVERY_FACET)
        )
        assert answer.total == sum(admits(tree, given) and matches(given) for given in documents)
        for counts in answer.facets:
            others = without_field(tree, counts.field)
            counted = [given for given in documents if admits(others, given) and matches(given)]
            assert {fold(value.value): value.count for value in counts.values} == Counter(
                folded for given in counted for folded in set(map(fold, fact_values(given, counts.field)))
            )


@given(filters, fields, corpora())
def test_leaving_out_a_field_admits_no_less(
    tree: Filter, field: FactField, documents: list[Document]
) -> None:
    wider = without_field(tree, field)
    assert all(admits(wider, given) for given in documents if admits(tree, given))


def test_a_facet_leaves_out_the_conditions_on_its_own_field_only() -> None:
    german, onnx = In(FactField.LANGUAGE, ("de",)), In(FactField.FRAMEWORK, ("onnx",))
    either = Or((german, onnx))
    assert without_field(german, FactField.LANGUAGE) == All()
    assert without_field(And((german, And((onnx,)))), FactField.LANGUAGE) == And((onnx,))
    assert without_field(Not(german), FactField.LANGUAGE) == All()
    assert without_field(either, FactField.LANGUAGE) == either
    assert without_field(Keys(frozenset({1})), FactField.LANGUAGE) == Keys(frozenset({1}))


def test_a_facet_keeps_to_its_limit_and_adds_up_the_rest(
    writer: EmbeddedWriter, reader: EmbeddedReader
) -> None:
    frameworks = ["PyTorch"] * 3 + ["pytorch"] * 4 + ["ONNX"] * 2 + ["JAX", "Flax"]
    fill(writer, [document(key, framework=name) for key, name in enumerate(frameworks, 1)])
    reader.refresh()
    (counts,) = reader.search(SearchRequest(facets=(FacetRequest(FactField.FRAMEWORK, 2),))).facets
    assert [(value.value, value.count) for value in counts.values] == [("pytorch", 7), ("ONNX", 2)]
    assert counts.other_count == 2


@pytest.mark.parametrize("count", [0, 10, 50_000])
def test_a_set_of_keys_of_any_size_is_a_filter(
    writer: EmbeddedWriter, reader: EmbeddedReader, count: int
) -> None:
    fill(writer, [document(key) for key in range(1, 30)])
    reader.refresh()
    answer = reader.search(SearchRequest(filter=Keys(frozenset(range(1, count + 1)))))
    assert answer.total == min(count, 29)
    assert reader.search(SearchRequest(filter=Not(Keys(frozenset(range(1, count + 1)))))).total == 29 - min(
        count, 29
    )


@pytest.mark.parametrize("text", ["", ".*", "(", "\x1f", "a\x1fA", "*:*", "\U0001f389", "x" * 100_000])
def test_no_text_of_a_filter_is_taken_for_a_query(
    writer: EmbeddedWriter, reader: EmbeddedReader, text: str
) -> None:
    fill(writer, [document(1, "plain", framework="PyTorch"), document(2, "other")])
    reader.refresh()
    framework = FactField.FRAMEWORK
    for leaf in (In(framework, (text,)), Contains(framework, text), StartsWith(framework, text)):
        answer = reader.search(SearchRequest(filter=leaf))
        assert answer.total == (text == "" and not isinstance(leaf, In))


def test_the_separator_of_the_engine_may_stand_in_a_fact(
    writer: EmbeddedWriter, reader: EmbeddedReader
) -> None:
    fill(writer, [document(1, framework="a\x1fb")])
    reader.refresh()
    assert reader.search(SearchRequest(filter=Exists(FactField.FRAMEWORK))).total == 1
    assert reader.search(SearchRequest(filter=In(FactField.FRAMEWORK, ("a",)))).total == 0
