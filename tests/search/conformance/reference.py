"""What an engine has to answer, worked out in the plainest way over all documents."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from app.search.contract import Vector
from app.search.document import Document, meaning_texts, words_text
from app.search.fusion import fuse
from app.search.tokens import query_terms
from tests.search.samples import vector_of

K1, B = 1.2, 0.75


class Reference:
    """Scores all documents of a corpus."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = sorted(documents, key=lambda document: document.key)
        self.counts = [Counter(words_text(document).split()) for document in self.documents]
        self.average = sum(counts.total() for counts in self.counts) / max(len(self.counts), 1)

    def bm25(self, text: str) -> dict[int, float]:
        """Return the BM25 (Robertson and Zaragoza 2009, without the factor k1 + 1) of what shares words."""
        scores = {
            document.key: math.fsum(self._term(term, counts) for term in query_terms(text))
            for document, counts in zip(self.documents, self.counts, strict=True)
        }
        return {key: score for key, score in scores.items() if score}

    def attainable(self, text: str) -> float:
        """Return what BM25 tends to for a document that has each term very often."""
        return math.fsum(self._rarity(term) for term in query_terms(text))

    def cosines(self, vector: Vector) -> dict[int, float]:
        """Return the better cosine of each document's two texts."""
        return {
            document.key: max(
                float(vector_of(given) @ vector)
                for given in (meaning_texts(document).facts, meaning_texts(document).description)
            )
            for document in self.documents
        }

    def fused(self, text: str) -> dict[int, float]:
        """Return the fused score of each document."""
        words, meaning = self.bm25(text), self.cosines(vector_of(text))
        keys = [document.key for document in self.documents]
        scores = fuse(
            np.array([words.get(key, np.nan) for key in keys]),
            np.array([meaning[key] for key in keys]),
            self.attainable(text),
        )
        return dict(zip(keys, scores.tolist(), strict=True))

    def _term(self, term: str, counts: Counter[str]) -> float:
        if not counts[term]:
            return 0.0
        length = kept_length(counts.total())
        return self._rarity(term) * counts[term] / (counts[term] + K1 * (1 - B + B * length / self.average))

    def _rarity(self, term: str) -> float:
        having = sum(term in counts for counts in self.counts)
        return math.log1p((len(self.counts) - having + 0.5) / (having + 0.5))


def best(scores: dict[int, float], count: int) -> list[int]:
    """Return the keys of the highest scores, equal ones (to five digits) by key."""
    return sorted(scores, key=lambda key: (-round(scores[key], 5), key))[:count]


def kept_length(length: int) -> int:
    """Return what is left of a document's length in the one byte that engines keep of it.

    Lengths below 40 are exact; of longer ones the four highest bits count, as in Lucene's SmallFloat.
    """
    spare = length - 24
    shift = max(spare.bit_length() - 4, 0)
    return length if spare < 0 else 24 + (spare >> shift << shift)
