"""The cache of vectors."""

from pathlib import Path

import numpy as np

from indexer.embeddings import EmbeddingCache
from tests.indexer.sources import HashingEncoder
from tests.search.samples import vector_of


def test_vectors_come_back_in_order_and_equal_texts_are_encoded_once(tmp_path: Path) -> None:
    encoder = HashingEncoder()
    cache = EmbeddingCache(tmp_path / "cache", encoder)
    texts = ["one", "two", "one", ""]
    assert np.allclose(cache.encode(texts), [vector_of(text) for text in texts])
    assert encoder.encoded == ["one", "two", ""]
    assert cache.encode([]) == []
    cache.close()


def test_vectors_survive_and_belong_to_their_encoder(tmp_path: Path) -> None:
    for name, expected in [("a", ["one"]), ("a", []), ("b", ["one"])]:
        encoder = HashingEncoder(name)
        cache = EmbeddingCache(tmp_path / "cache", encoder)
        assert np.allclose(cache.encode(["one"]), [vector_of("one")])
        assert encoder.encoded == expected
        cache.close()
