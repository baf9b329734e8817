"""How words and meaning become one score."""

import numpy as np
import numpy.typing as npt

WORDS_SHARE = 0.6
"""What words weigh; meaning weighs the rest."""
SPAN = 100
"""The score of this rank is the zero of the scale."""
DIGITS = 5
"""Scores are equal if they agree in so many digits; then the key decides."""

Scores = npt.NDArray[np.float64]


def fuse(words: Scores, meaning: Scores) -> Scores:
    """Return the fused scores of candidates: 0.6 words + 0.4 meaning, each by min-max over its best 100.

    A part that no candidate has gets no share, so a search by one part alone is ranked by that part.

    Args:
        words: BM25 of each candidate; NaN where no word matched.
        meaning: Cosine of each candidate; NaN where there is no vector.

    Returns:
        Scores in 0..1, rounded.
    """
    shares = (
        WORDS_SHARE * np.isfinite(words).any(),
        (1 - WORDS_SHARE) * np.isfinite(meaning).any(),
    )
    if not any(shares):
        return np.zeros(len(words))
    fused = shares[0] * scaled(words) + shares[1] * scaled(meaning)
    return np.round(fused / sum(shares), DIGITS)


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
