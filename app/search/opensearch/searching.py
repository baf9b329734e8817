"""A search in two rounds: candidates by words and by meaning, then what either side lacks of the other.

What matches the words is counted in the first round, what is only near by meaning in the second.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.search.contract import (
    Hits,
    IndexPosition,
    KeyArray,
    Likeness,
    SearchAnswer,
    SearchRequest,
    Vector,
)
from app.search.fusion import DIGITS, attainable_bm25
from app.search.opensearch.asking import Asker, Body, Response
from app.search.opensearch.fields import ID, KEY, WORDS
from app.search.opensearch.queries import (
    EVERYTHING,
    NOTHING,
    Query,
    admitting,
    all_of,
    any_of,
    cosines,
    near,
    near_by_graph,
    scored,
    with_keys,
    with_vectors,
    with_words,
)
from app.search.opensearch.scopes import Scope, documents_by_term, terms_of
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

PAGE = 10_000
"""How many hits a server gives at once."""
BY_SCORE = [{"_score": "desc"}, {KEY: "asc"}, {ID: "asc"}]


def search_index(
    asker: Asker, request: SearchRequest, position: IndexPosition, *, approximate: bool
) -> SearchAnswer:
    """Answer a search from an index that was at `position` or has come farther since.

    The nearest by meaning are looked for through a graph, which may miss some, if that is `approximate`.

    Raises:
        IndexUnavailable: The index did not answer.
    """
    encoded = with_vectors(position.embedder)
    search = _Search.prepare(asker, request, encoded, approximate=approximate)
    fields = fields_by_filter(request.facets, request.filter)
    trees = dict.fromkeys((request.filter, *fields, *request.listed))
    scopes = {tree: Scope(admitting(tree), fields.get(tree, [])) for tree in trees}
    hits = search.run(scopes[request.filter], list(scopes.values()))
    counts = {one: scope.terms.get(one, Counter()) for scope in scopes.values() for one in scope.fields}
    return SearchAnswer(
        hits=hits,
        total=scopes[request.filter].total,
        facets=tuple(facet_counts(facet, counts[facet.field]) for facet in request.facets),
        listed=tuple(search.listed(scopes[tree]) for tree in request.listed),
        position=position,
        unmatched=frozenset(search.unmatched),
    )


def most_alike(asker: Asker, query: Query, limit: int) -> list[Likeness]:
    """Return the documents that a query scores highest, by half of the score, the highest first, then by key.

    Raises:
        IndexUnavailable: The index did not answer.
    """
    if limit < 1:
        return []
    [response] = asker.search(_best(query, limit + TIES))
    halves = [(round(score / 2, DIGITS), key, found) for score, key, found in _sorted(response)]
    halves.sort(key=lambda half: (-half[0], half[1]))
    return [Likeness(key, found, score) for score, key, found in halves[:limit]]


@dataclass(frozen=True, slots=True)
class _Search:
    """What is worked out once for a search, whatever the scope.

    Attributes:
        terms: The terms that words rank by.
        words: The query for what counts without meaning; None if nothing does.
        vector: The vector that meaning ranks by; None if it takes no part.
        encoded: The query for what can be compared with it.
        approximate: Whether the nearest are looked for through a graph.
        ids: The ids of the documents that were seen, by key.
    """

    asker: Asker
    request: SearchRequest
    terms: Sequence[str]
    words: Query | None
    vector: Vector | None
    encoded: Query
    approximate: bool
    ids: dict[int, str] = field(default_factory=dict)
    unmatched: set[str] = field(default_factory=set)

    @classmethod
    def prepare(cls, asker: Asker, request: SearchRequest, encoded: Query, *, approximate: bool) -> "_Search":
        """Turn text and vector into what the mode ranks by."""
        terms = ranking_terms(request)
        words = with_words(terms) if terms else None if has_text(request) else EVERYTHING
        return cls(asker, request, terms, words, ranking_vector(request), encoded, approximate)

    def run(self, main: Scope, scopes: Sequence[Scope]) -> Hits:
        """Fill the scopes, and return the hits of the main one."""
        window = self.request.window
        matched, attainable = self._first_round(main, scopes)
        if not has_text(self.request):
            self._count_alone(scopes)
            return unranked(matched.keys[:window], self._ids_of)
        best = highest(matched.keys, matched.scores, window)
        kept = Scored(matched.keys[best], matched.scores[best])
        cut = len(kept.keys) < len(matched.keys)
        further, meaning = self._second_round(main, scopes, kept, cut=cut)
        self._count_alone(scopes)
        return ranked(
            candidates(_joined(kept, further), _joined(main.near, meaning)), attainable, window, self._ids_of
        )

    def listed(self, scope: Scope) -> KeyArray:
        """Return the keys of all that counts in a scope, ascending."""
        body = {"query": self._counting_in(scope), "size": PAGE, "sort": [{KEY: "asc"}]}
        pages: list[KeyArray] = [NO_KEYS]
        after = -1
        while True:
            asked = {**body, "search_after": [after], "track_total_hits": False}
            [response] = self.asker.search(asked)
            pages.append(np.array([key for (key,) in _sorted(response)], np.int64))
            if len(pages[-1]) < PAGE:
                return np.concatenate(pages)
            after = int(pages[-1][-1])

    def _counting_in(self, scope: Scope) -> Query:
        """Return the query for all that counts in a scope."""
        among = [with_keys(scope.near.keys.tolist()), *filter(None, [self.words])]
        return all_of(scope.admitted, any_of(among))

    def _count_alone(self, scopes: Sequence[Scope]) -> None:
        """Count each facet by itself that had more values than its share."""
        cut = [(scope, one) for scope in scopes for one in scope.cut]
        asked = [
            {"query": self._counting_in(scope), "size": 0, "aggs": terms_of([one])} for scope, one in cut
        ]
        for (scope, one), response in zip(cut, self.asker.search(*asked), strict=True):
            scope.terms[one] = Counter(documents_by_term(response["aggregations"][one.value]))

    def _first_round(self, main: Scope, scopes: Sequence[Scope]) -> tuple[Scored, float]:
        """Count what matches the words and find the nearest in all scopes.

        Returns:
            What matched in the main scope, with its BM25, and how much BM25 was attainable.
        """
        asked = [body for scope in scopes for body in self._first_asked(scope, hits=scope is main)]
        responses = iter(self.asker.search(*asked, _having(self.terms)))
        matched = NONE
        for scope in scopes:
            if self.words is not None:
                response = next(responses)
                scope.count(response)
                matched = self._scored(response) if scope is main else matched
            if self.vector is not None:
                scope.near = self._by_meaning(next(responses))
        documents, frequencies = _frequencies(next(responses))
        self.unmatched.update(term for term, found in zip(self.terms, frequencies, strict=True) if not found)
        return matched, attainable_bm25(documents, frequencies)

    def _first_asked(self, scope: Scope, *, hits: bool) -> Iterator[Body]:
        if self.words is not None:
            counting = scope.counting(scored(self.words, scope.admitted))
            size = self.request.window + TIES if hits else 0
            yield {**counting, "size": size, "sort": BY_SCORE}
        if self.vector is not None:
            among, window = all_of(scope.admitted, self.encoded), self.request.window
            nearest = (
                near_by_graph(self.vector, among, window) if self.approximate else near(self.vector, among)
            )
            yield _best(nearest, window)

    def _second_round(
        self, main: Scope, scopes: Sequence[Scope], matched: Scored, *, cut: bool
    ) -> tuple[Scored, Scored]:
        """Count what is near without matching the words, in all scopes.

        Returns:
            The nearest that match the words too, with their BM25, if the words were `cut`; and what matched
            without being among the nearest, with its cosines.
        """
        if self.vector is None:
            return NONE, NONE
        asked = [scope.counting(_without(self.words, scope.near.keys)) for scope in scopes]
        nearest = with_keys(main.near.keys.tolist())
        farther = np.setdiff1d(matched.keys, main.near.keys)
        words = self.words or NOTHING
        asked.append(_best(scored(words, nearest), len(main.near.keys) if cut else 0))
        others = all_of(with_keys(farther.tolist()), self.encoded)
        asked.append(_best(near(self.vector, others), len(farther)))
        *counts, further, meaning = self.asker.search(*asked)
        for scope, response in zip(scopes, counts, strict=True):
            scope.count(response)
        return self._scored(further), self._by_meaning(meaning)

    def _scored(self, response: Response) -> Scored:
        """Return the hits of a response with their scores, and keep their ids."""
        hits = _sorted(response)
        keys = [key for _, key, _ in hits]
        self.ids.update(zip(keys, (found for *_, found in hits), strict=True))
        return Scored(np.array(keys, np.int64), np.array([score for score, *_ in hits], np.float64))

    def _by_meaning(self, response: Response) -> Scored:
        found = self._scored(response)
        return Scored(found.keys, cosines(found.scores))

    def _ids_of(self, keys: KeyArray) -> list[str]:
        return [self.ids[key] for key in keys.tolist()]


def _best(query: Query, limit: int) -> Body:
    return {"query": query, "size": limit, "sort": BY_SCORE, "track_total_hits": False}


def _without(words: Query | None, keys: KeyArray) -> Query:
    """Return the query that matches the documents with these keys that do not match the words."""
    return {"bool": {"filter": [with_keys(keys.tolist())], "must_not": [words] if words else []}}


def _having(terms: Sequence[str]) -> Body:
    """Return what counts all documents, and those that have each term."""
    counted = {"filters": {"filters": [{"term": {WORDS: term}} for term in terms]}}
    aggregations = {"aggs": {"having": counted}} if terms else {}
    return {"query": EVERYTHING, "size": 0, "track_total_hits": True, **aggregations}


def _frequencies(response: Response) -> tuple[int, list[int]]:
    """Return from the response to `_having` how many documents there are, and how many have each term."""
    buckets = response.get("aggregations", {"having": {"buckets": []}})["having"]["buckets"]
    return response["hits"]["total"]["value"], [bucket["doc_count"] for bucket in buckets]


def _joined(one: Scored, other: Scored) -> Scored:
    return Scored(np.concatenate((one.keys, other.keys)), np.concatenate((one.scores, other.scores)))


def _sorted(response: Response) -> list[list[Any]]:
    """Return what each hit of a response was sorted by."""
    return [hit["sort"] for hit in response.get("hits", {}).get("hits", ())]
