"""A search on one snapshot: candidates, their order, totals and facets."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tantivy import Query

from app.search.contract import (
    FacetCounts,
    Hits,
    KeyArray,
    PartArray,
    SearchAnswer,
    SearchRequest,
)
from app.search.embedded.queries import FilterCompiler, either, filtered, keys_query, words_query
from app.search.embedded.snapshot import Snapshot
from app.search.filters import All, FactField, Filter
from app.search.fusion import attainable_bm25
from app.search.ranking import (
    NO_KEYS,
    NONE,
    TIES,
    Scored,
    candidates,
    fields_by_filter,
    has_text,
    highest,
    ranked,
    ranking_terms,
    ranking_vector,
    unranked,
)
from app.search.terms import facet_counts

FACET_VALUES = 65_000
"""How many values tantivy gives of all fields of one aggregation: of a field with more, the most frequent."""
TermCounts = dict[str, int]


def search_snapshot(snapshot: Snapshot, request: SearchRequest) -> SearchAnswer:
    """Answer a search from one state of the index."""
    search = _Search.prepare(snapshot, request)
    scope = search.scope(request.filter)
    return SearchAnswer(
        hits=search.hits(scope),
        total=snapshot.count(scope.matched),
        facets=search.facets(scope),
        listed=tuple(snapshot.matching(search.scope(tree, scope).matched) for tree in request.listed),
        position=snapshot.position,
        unmatched=frozenset(term for term, documents in search.frequencies.items() if not documents),
    )


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a search is about under one filter.

    Attributes:
        filter: The filter.
        admitted: The query for what it admits.
        near: The keys of the nearest of these, the nearest first; empty if meaning takes no part.
        nearest: The query for the nearest.
        matched: The query for what counts: admitted, and matched by words or among the nearest.
    """

    filter: Filter
    admitted: Query
    near: KeyArray
    nearest: Query
    matched: Query


@dataclass(frozen=True, slots=True)
class _Search:
    """What is worked out once for a search, whatever the scope.

    Attributes:
        frequencies: How many documents have each of the terms that words rank by.
        words: The query by words; None if they take no part.
        cosines: The cosine of every document in the order of the keys; None if meaning takes no part.
    """

    snapshot: Snapshot
    request: SearchRequest
    compiler: FilterCompiler
    frequencies: Mapping[str, int]
    words: Query | None
    cosines: PartArray | None

    @classmethod
    def prepare(cls, snapshot: Snapshot, request: SearchRequest) -> "_Search":
        """Turn text and vector into what the mode ranks by."""
        terms, vector = ranking_terms(request), ranking_vector(request)
        return cls(
            snapshot,
            request,
            FilterCompiler(snapshot.schema, snapshot.searcher),
            snapshot.frequencies(terms),
            words_query(snapshot.schema, terms) if terms else None,
            None if vector is None else snapshot.cosines(vector),
        )

    def scope(self, tree: Filter, known: _Scope | None = None) -> _Scope:
        """Work out what a filter leaves of the search, unless that is known already."""
        if known is not None and known.filter == tree:
            return known
        admitted = self.compiler.compile(tree)
        if not has_text(self.request):
            return _Scope(tree, admitted, NO_KEYS, Query.empty_query(), admitted)
        near = self._nearest(tree, admitted)
        nearest = keys_query(self.snapshot.schema, near.tolist())
        matched = nearest if self.words is None else either(self.words, nearest)
        return _Scope(tree, admitted, near, nearest, filtered(matched, admitted))

    def hits(self, scope: _Scope) -> Hits:
        """Return the best of the candidates in order: by fused score, then by key."""
        if not has_text(self.request):
            return unranked(
                self.snapshot.matching(scope.admitted)[: self.request.window], self.snapshot.ids_of
            )
        words = self._matched(scope)
        found = candidates(words, self._meaning_of(np.union1d(words.keys, scope.near)))
        attainable = attainable_bm25(self.snapshot.searcher.num_docs, self.frequencies.values())
        return ranked(found, attainable, self.request.window, self.snapshot.ids_of)

    def facets(self, scope: _Scope) -> tuple[FacetCounts, ...]:
        """Count the values of each field under the filter without the conditions on that field."""
        terms: dict[FactField, TermCounts] = {}
        for tree, counted in fields_by_filter(self.request.facets, scope.filter).items():
            terms |= self._terms(counted, self.scope(tree, scope))
        return tuple(facet_counts(facet, terms[facet.field]) for facet in self.request.facets)

    def _terms(self, fields: list[FactField], scope: _Scope) -> dict[FactField, TermCounts]:
        """Return how many of what counts in a scope have each term of the fields.

        Fields share what one aggregation gives; one with more values than its share is counted by itself.
        """
        values = FACET_VALUES // len(fields)
        size = {"size": values, "segment_size": values}
        asked = {field.value: {"terms": {"field": field.value, **size}} for field in fields}
        found = self.snapshot.searcher.aggregate(scope.matched, asked)
        terms: dict[FactField, TermCounts] = {}
        for field in fields:
            if len(fields) > 1 and found[field.value]["sum_other_doc_count"]:
                terms |= self._terms([field], scope)
            else:
                terms[field] = {one["key"]: one["doc_count"] for one in found[field.value]["buckets"]}
        return terms

    def _nearest(self, tree: Filter, admitted: Query) -> KeyArray:
        """Return the keys of the admitted documents nearest by meaning, the nearest first."""
        if self.cosines is None:
            return NO_KEYS
        keys, cosines = self.snapshot.keys, self.cosines
        if not isinstance(tree, All):
            keys = self.snapshot.matching(admitted)
            cosines = cosines[self.snapshot.places(keys)]
        return keys[_highest(cosines, self.request.window)]

    def _meaning_of(self, keys: KeyArray) -> Scored:
        """Return the cosines of documents, NaN where there are no vectors."""
        return NONE if self.cosines is None else Scored(keys, self.cosines[self.snapshot.places(keys)])

    def _matched(self, scope: _Scope) -> Scored:
        """Return the best by words, and of the nearest by meaning those that match too."""
        if self.words is None:
            return NONE
        limit = self.request.window
        keys, bm25 = self.snapshot.bm25(filtered(self.words, scope.admitted), limit + TIES)
        if len(keys) <= limit:
            return Scored(keys, bm25)
        best = highest(keys, bm25, limit)
        near, of_near = self.snapshot.bm25(filtered(self.words, scope.nearest), max(len(scope.near), 1))
        return Scored(np.concatenate((keys[best], near)), np.concatenate((bm25[best], of_near)))


def _highest(cosines: npt.NDArray[np.float64], limit: int) -> npt.NDArray[np.intp]:
    """Return where the `limit` highest cosines stand, the highest first, ties in their order."""
    known = np.flatnonzero(~np.isnan(cosines))
    if len(known) > limit:
        edge = np.partition(cosines[known], len(known) - limit)[len(known) - limit]
        known = known[cosines[known] >= edge]
    return known[np.argsort(-cosines[known], kind="stable")][:limit]
