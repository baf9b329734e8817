"""Words, meaning and both rank as their formulas say."""

from dataclasses import replace

import numpy as np
import pytest

from app.search.contract import SearchMode, SearchRequest
from tests.search.conformance.conftest import Index
from tests.search.conformance.corpus import QUERIES, corpus
from tests.search.conformance.reference import Reference, best
from tests.search.samples import vector_of, vectors


@pytest.fixture
def filled(index: Index) -> Index:
    index.fill(corpus())
    return index


def test_words(filled: Index) -> None:
    reference = Reference(corpus())
    for text in QUERIES:
        answer = filled.reader.search(SearchRequest(text=text, mode=SearchMode.WORDS))
        expected = reference.bm25(text)
        assert answer.total == len(expected)
        assert [hit.key for hit in answer.hits[:50]] == best(expected, 50), text
        found = np.array([hit.words for hit in answer.hits], float)
        scores = np.array([expected[hit.key] for hit in answer.hits])
        assert np.allclose(found, scores / (scores + 10), atol=1e-5)


def test_meaning(filled: Index) -> None:
    reference = Reference(corpus())
    for text in QUERIES:
        vector = vector_of(text)
        answer = filled.reader.search(SearchRequest(text=text, vector=vector, mode=SearchMode.MEANING))
        expected = reference.cosines(vector)
        # The score of rank 100 is the zero of the scale: with it, and what is like it, the key orders.
        highest = sorted(expected.values(), reverse=True)[:90]
        assert np.allclose([expected[hit.key] for hit in answer.hits[:90]], highest, atol=1e-4), text
        found = np.array([hit.meaning for hit in answer.hits], float) * 2 - 1
        assert np.allclose(found, [expected[hit.key] for hit in answer.hits], atol=1e-5)


def test_both(filled: Index) -> None:
    reference = Reference(corpus())
    for text in QUERIES:
        answer = filled.reader.search(SearchRequest(text=text, vector=vector_of(text)))
        assert [hit.key for hit in answer.hits[:10]] == best(reference.fused(text), 10), text


def test_both_after_a_third_was_written_again(filled: Index) -> None:
    rewritten = [replace(one, sequence=2) for one in corpus() if one.key % 3 == 0]
    filled.writer.put(rewritten)
    filled.writer.put_vectors(vectors(rewritten))
    filled.commit(2)
    reference = Reference(corpus())
    for text in QUERIES:
        keys = filled.keys(SearchRequest(text=text, vector=vector_of(text)))[:10]
        assert len(set(keys) & set(best(reference.fused(text), 10))) >= 9, text


def test_likeness(filled: Index) -> None:
    seed = filled.reader.vectors_of(7)
    assert seed is not None
    means = {
        one.key: (float(one.facts @ seed.facts) + float(one.description @ seed.description)) / 2
        for one in vectors(corpus())
    }
    alike = filled.reader.alike(seed, 20)
    assert [one.key for one in alike] == best({key: (1 + mean) / 2 for key, mean in means.items()}, 20)
    assert alike[0].key == 7
    assert filled.reader.vectors_of(1_000_000) is None


def test_the_window_is_ranked_and_everything_counted(filled: Index) -> None:
    reference = Reference(corpus())
    request = SearchRequest(text="german", mode=SearchMode.WORDS, window=20)
    answer = filled.reader.search(request)
    expected = reference.bm25("german")
    assert [hit.key for hit in answer.hits] == best(expected, 20)
    assert answer.total == len(expected) > 20
    by_meaning = replace(request, mode=SearchMode.MEANING, vector=vector_of("german"))
    assert filled.reader.search(by_meaning).total == 20
