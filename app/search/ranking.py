"""From candidates to hits in order: the same for every engine, which brings keys, BM25 and cosines."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.search.contract import (
    FacetRequest,
    Hits,
    KeyArray,
    PartArray,
    SearchMode,
    SearchRequest,
    Vector,
)
from app.search.filters import FactField, Filter, without_field
from app.search.fusion import DIGITS, fuse
from app.search.tokens import query_terms

TIES = 50
"""How many more than the window are asked for, so that ties at its edge are broken by key."""
SATURATION = 10.0
"""The BM25 at which the words part of an explanation is one half."""

Ids = Callable[[KeyArray], Sequence[str]]
"""Gives the ids of documents by their keys."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Documents, each of them once or always with the same score, in any order."""

    keys: KeyArray
    scores: PartArray


NO_KEYS: KeyArray = np.empty(0, np.int64)
NONE = Scored(NO_KEYS, np.empty(0))


@dataclass(frozen=True, slots=True)
class Candidates:
    """What may be shown.

    Attributes:
        keys: The documents, ascending.
        bm25: What each has by words; NaN where no word matched.
        cosines: What each has by meaning; NaN without vectors.
    """

    keys: KeyArray
    bm25: PartArray
    cosines: PartArray


def has_text(request: SearchRequest) -> bool:
    """Return whether a request has a text to rank by."""
    return bool((request.text or "").strip())


def ranking_terms(request: SearchRequest) -> list[str]:
    """Return the terms that a request ranks by; none if words take no part."""
    return (
        []
        if request.mode is SearchMode.MEANING
        else query_terms(f"{request.text or ''} {request.task or ''}")
    )


def ranking_vector(request: SearchRequest) -> Vector | None:
    """Return the vector that a request ranks by; None if meaning takes no part."""
    return request.vector if request.mode is not SearchMode.WORDS and has_text(request) else None


def highest(keys: KeyArray, scores: PartArray, limit: int) -> npt.NDArray[np.intp]:
    """Return where the `limit` highest scores stand: by score, rounded, and then by key."""
    return np.lexsort((keys, -np.round(scores, DIGITS)))[:limit]


def candidates(words: Scored, meaning: Scored) -> Candidates:
    """Return what either side brings.

    Args:
        words: What matched the words, with its BM25.
        meaning: The nearest by meaning, and what else matched as far as it has vectors, with their cosines.
    """
    keys = np.union1d(words.keys, meaning.keys)
    return Candidates(keys, _at(keys, words), _at(keys, meaning))


def _at(keys: KeyArray, known: Scored) -> PartArray:
    """Return the scores of documents, NaN where they are not known; `keys` are ascending."""
    scores = np.full(len(keys), np.nan)
    scores[np.searchsorted(keys, known.keys)] = known.scores
    return scores


def ranked(found: Candidates, attainable: float, window: int, ids: Ids) -> Hits:
    """Return the best `window` of the candidates in order: by fused score, then by key.

    `attainable` is what `app.search.fusion.attainable_bm25` gives for the query's terms.
    """
    scores = fuse(found.bm25, found.cosines, attainable)
    order = np.argsort(-scores, kind="stable")[:window]
    keys, bm25, cosines = found.keys[order], found.bm25[order], found.cosines[order]
    return Hits(keys, ids(keys), scores[order], bm25 / (bm25 + SATURATION), (1 + cosines) / 2)


def unranked(keys: KeyArray, ids: Ids) -> Hits:
    """Return hits of a request without a text, in the order that is given."""
    unknown = np.full(len(keys), np.nan)
    return Hits(keys, ids(keys), np.zeros(len(keys)), unknown, unknown)


def fields_by_filter(facets: Iterable[FacetRequest], tree: Filter) -> dict[Filter, list[FactField]]:
    """Return the filters that facets are counted under, each with its fields, in the order of the request."""
    fields: defaultdict[Filter, list[FactField]] = defaultdict(list)
    for facet in facets:
        fields[without_field(tree, facet.field)].append(facet.field)
    return dict(fields)
