"""A search on one snapshot: candidates, their order, totals and facets."""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tantivy import Query

from app.search.contract import (
    FacetCounts,
    FacetRequest,
    FacetValue,
    Hit,
    SearchAnswer,
    SearchMode,
    SearchRequest,
    query_terms,
)
from app.search.embedded.queries import FilterCompiler, either, filtered, keys_query, words_query
from app.search.embedded.schema import SEPARATOR
from app.search.embedded.snapshot import KeyArray, Snapshot
from app.search.filters import All, Filter, without_field
from app.search.fusion import DIGITS, fuse

TIES = 50
"""How many more than the window are asked for, so that ties at its edge are broken by key."""
FACET_VALUES = 65_000
"""More than any field's different values: below that a terms aggregation only estimates."""
SATURATION = 10.0
"""The BM25 at which the words part of an explanation is one half."""


def search_snapshot(snapshot: Snapshot, request: SearchRequest) -> SearchAnswer:
    """Answer a search from one state of the index."""
    search = _Search.prepare(snapshot, request)
    admitted = search.compiler.compile(request.filter)
    window = search.meaning_window(request.filter, admitted)
    matched = search.matched(admitted, window)
    return SearchAnswer(
        hits=search.hits(admitted, window),
        total=snapshot.count(matched),
        facets=tuple(search.facet(facet) for facet in request.facets),
        position=snapshot.position,
        by_words=search.words is not None,
        by_meaning=search.cosines is not None,
    )


@dataclass(frozen=True, slots=True)
class _Search:
    """What is worked out once for a search and used for its hits, its total and each of its facets.

    Attributes:
        words: The query by words; None if they take no part.
        cosines: The cosine of every document in the order of the keys; None if meaning takes no part.
    """

    snapshot: Snapshot
    request: SearchRequest
    compiler: FilterCompiler
    words: Query | None
    cosines: npt.NDArray[np.float64] | None

    @classmethod
    def prepare(cls, snapshot: Snapshot, request: SearchRequest) -> "_Search":
        """Turn text and vector into what the mode ranks by."""
        text = (request.text or "").strip()
        terms = query_terms(text) if request.mode is not SearchMode.MEANING else []
        by_meaning = bool(text) and request.vector is not None and request.mode is not SearchMode.WORDS
        return cls(
            snapshot,
            request,
            FilterCompiler(snapshot.schema, snapshot.searcher),
            words_query(snapshot.schema, terms) if terms else None,
            snapshot.cosines(request.vector) if by_meaning and request.vector is not None else None,
        )

    @property
    def has_text(self) -> bool:
        return bool((self.request.text or "").strip())

    def meaning_window(self, tree: Filter, admitted: Query) -> KeyArray:
        """Return the keys of the nearest admitted models, the nearest first."""
        if self.cosines is None:
            return np.empty(0, np.int64)
        keys, cosines = self.snapshot.keys, self.cosines
        if not isinstance(tree, All):
            keys = self.snapshot.matching(admitted)
            cosines = cosines[self.snapshot.places(keys)]
        return keys[_nearest(cosines, self.request.window)]

    def matched(self, admitted: Query, window: KeyArray) -> Query:
        """Return the query for what counts: admitted, and matched by words or in the window by meaning."""
        if not self.has_text:
            return admitted
        near = keys_query(self.snapshot.schema, window.tolist())
        return filtered(near if self.words is None else either(self.words, near), admitted)

    def hits(self, admitted: Query, window: KeyArray) -> tuple[Hit, ...]:
        """Return the candidates in order: by fused score, then by key."""
        if not self.has_text:
            return self._unranked(admitted)
        bm25 = self._bm25(admitted, window)
        keys = np.union1d(window, np.fromiter(bm25, np.int64))
        words = np.array([bm25.get(key, np.nan) for key in keys.tolist()])
        meaning = np.full(len(keys), np.nan)
        if self.cosines is not None:
            meaning = self.cosines[self.snapshot.places(keys)]
        scores = fuse(words, meaning)
        return tuple(
            self._hit(int(keys[at]), float(scores[at]), float(words[at]), float(meaning[at]))
            for at in np.argsort(-scores, kind="stable").tolist()
        )

    def facet(self, facet: FacetRequest) -> FacetCounts:
        """Count a field's values under the filter without the conditions on that field."""
        tree = without_field(self.request.filter, facet.field)
        admitted = self.compiler.compile(tree)
        matched = self.matched(admitted, self.meaning_window(tree, admitted))
        name = facet.field.value
        asked = {name: {"terms": {"field": name, "size": FACET_VALUES, "segment_size": FACET_VALUES}}}
        buckets = self.snapshot.searcher.aggregate(matched, asked)[name]["buckets"]
        return _counted(facet, {bucket["key"]: bucket["doc_count"] for bucket in buckets})

    def _bm25(self, admitted: Query, window: KeyArray) -> dict[int, float]:
        """Return the BM25 of the best by words and of those in the window by meaning."""
        if self.words is None:
            return {}
        limit = self.request.window
        best = self.snapshot.bm25(filtered(self.words, admitted), limit + TIES)
        if len(best) <= limit:
            return best
        ordered = sorted(best, key=lambda key: (-round(best[key], DIGITS), key))[:limit]
        near = filtered(self.words, keys_query(self.snapshot.schema, window.tolist()))
        return {key: best[key] for key in ordered} | self.snapshot.bm25(near, max(len(window), 1))

    def _unranked(self, admitted: Query) -> tuple[Hit, ...]:
        keys = self.snapshot.matching(admitted)[: self.request.window]
        return tuple(Hit(key, self.snapshot.id_of(key), 0.0, None, None) for key in keys.tolist())

    def _hit(self, key: int, score: float, words: float, meaning: float) -> Hit:
        return Hit(
            key,
            self.snapshot.id_of(key),
            score,
            None if np.isnan(words) else words / (words + SATURATION),
            None if np.isnan(meaning) else (1 + meaning) / 2,
        )


def _nearest(cosines: npt.NDArray[np.float64], limit: int) -> npt.NDArray[np.intp]:
    """Return where the `limit` highest cosines stand, the highest first, ties in their order."""
    known = np.flatnonzero(~np.isnan(cosines))
    if len(known) > limit:
        edge = np.partition(cosines[known], len(known) - limit)[len(known) - limit]
        known = known[cosines[known] >= edge]
    return known[np.argsort(-cosines[known], kind="stable")][:limit]


def _counted(facet: FacetRequest, counts: dict[str, int]) -> FacetCounts:
    """Add up the spellings of each value and cut to the most frequent values."""
    totals: Counter[str] = Counter()
    spellings: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for term, count in counts.items():
        folded, _, written = term.partition(SEPARATOR)
        totals[folded] += count
        spellings[folded].append((-count, written))
    ordered = sorted(totals, key=lambda folded: (-totals[folded], folded))
    values = tuple(FacetValue(min(spellings[folded])[1], totals[folded]) for folded in ordered[: facet.limit])
    return FacetCounts(facet.field, values, sum(totals[folded] for folded in ordered[facet.limit :]))
