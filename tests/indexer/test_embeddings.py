"""Vectors that are kept."""

from pathlib import Path

import numpy as np
import pytest

from app.search.contract import Mark
from app.search.document import meaning_texts
from indexer.embeddings import Embedder, EmbeddingCache
from tests.indexer.sources import HashingEncoder
from tests.search.samples import document, vector_of


def test_vectors_survive_and_belong_to_their_embedder(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "cache", "a")
    cache.keep({"one": vector_of("one"), "": vector_of("")})
    cache.close()
    for embedder, expected in [("a", {"one", ""}), ("b", set())]:
        cache = EmbeddingCache(tmp_path / "cache", embedder)
        known = cache.known(["one", "two", ""])
        assert known.keys() == expected
        assert all(np.allclose(vector, vector_of(text)) for text, vector in known.items())
        cache.close()


def test_equal_texts_are_encoded_once(tmp_path: Path) -> None:
    encoder = HashingEncoder()
    embedder = Embedder(tmp_path / "cache", encoder)
    same = [document(key, "same", description="Shared") for key in (1, 2)]
    other = document(3, "other", description="Shared")
    assert embedder.known(same) == []
    made = embedder.finish(embedder.begin([*same, other], Mark(1)))
    assert encoder.encoded == [meaning_texts(same[0]).facts, "Shared", meaning_texts(other).facts]
    assert [one.key for one in made] == [1, 2, 3]
    assert np.allclose(made[2].facts, vector_of(meaning_texts(other).facts))
    assert [one.key for one in embedder.known([*same, document(4)])] == [1, 2]
    embedder.close()


@pytest.mark.parametrize("count", [0, 1_200])
def test_as_many_as_there_are(tmp_path: Path, count: int) -> None:
    cache = EmbeddingCache(tmp_path / "cache", "a")
    cache.keep({str(number): vector_of("x") for number in range(count)})
    assert len(cache.known(map(str, range(count)))) == count
    cache.close()
