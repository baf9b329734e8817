"""How words and meaning become one score."""

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

WORDS_SHARE = 0.6
"""What words weigh at most; meaning weighs the rest."""
WELL_MATCHED = 0.4
"""Where the best document has so much of the query's words, by their rarity, words weigh all they can."""
SPAN = 100
"""The score of this rank is the zero of the scale."""
DIGITS = 5
"""Scores are equal if they agree in so many digits; then the key decides."""

Scores = npt.NDArray[np.float64]


def fuse(words: Scores, meaning: Scores, attainable: float) -> Scores:
    """Return the fused scores of candidates: words and meaning by their shares, each on a scale of its own.

    Words have the share 0.6, and less in proportion where even the best document has less than 0.4 of what
    the query's words could give: a rare word that happens to match says little while the others are missing.
    A part that no candidate has gets no share, so a search by one part alone is ranked by that part.

    Args:
        words: BM25 of each candidate; NaN where no word matched.
        meaning: Cosine of each candidate; NaN where there is no vector.
        attainable: What `attainable_bm25` gives for the query's words, those that no document has too.

    Returns:
        Scores in 0..1, rounded.
    """
    by_words = _words_share(words, attainable)
    by_meaning = (1 - by_words) * np.isfinite(meaning).any()
    if not by_words + by_meaning:
        return np.zeros(len(words))
    fused = by_words * scaled(words) + by_meaning * scaled(meaning)
    return np.round(fused / (by_words + by_meaning), DIGITS)


def attainable_bm25(documents: int, frequencies: Iterable[int]) -> float:
    """Return what BM25 tends to for a document that has all terms of a query very often.

    It is the sum of ln(1 + (n - d + 0.5) / (d + 0.5)), the inverse document frequencies.

    Args:
        documents: How many documents there are, n.
        frequencies: How many of them have each term, d.
    """
    return math.fsum(math.log1p((documents - count + 0.5) / (count + 0.5)) for count in frequencies)


def _words_share(words: Scores, attainable: float) -> float:
    if not np.isfinite(words).any():
        return 0.0
    matched = float(np.nanmax(words)) / attainable
    return WORDS_SHARE * min(1.0, matched / WELL_MATCHED)


def scaled(scores: Scores) -> Scores:
    """Return scores on a scale from the one at rank 100 (0) to the best (1); below, and NaN, is 0."""
    known = np.sort(scores[np.isfinite(scores)])[::-1][:SPAN]
    if not len(known):
        return np.zeros(len(scores))
    best, least = known[0], known[-1]
    if best == least:
        return np.where(np.isfinite(scores), 1.0, 0.0)
    scale: Scores = np.clip((np.nan_to_num(scores, nan=least) - least) / (best - least), 0.0, 1.0)
    return scale
