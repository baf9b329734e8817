"""Filters, words and vectors as OpenSearch queries. No query is ever parsed from a person's text."""

import re
from base64 import b64encode
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from pyroaring import BitMap

from app.search.contract import MeaningVectors, PartArray, Vector
from app.search.filters import (
    All,
    And,
    Contains,
    Exists,
    Filter,
    In,
    Keys,
    Not,
    Or,
    Outside,
    StartsWith,
)
from app.search.opensearch.fields import DESCRIPTION, EMBEDDER, FACTS, KEY, WORDS, filtered_by

Query = dict[str, Any]

EVERYTHING: Query = {"exists": {"field": KEY}}
"""Matches every document, but not the state of the index, which lies among them."""
NOTHING: Query = {"match_none": {}}
MOST_TERMS = 65_536
"""How many values one terms query takes, as servers are set up."""
BITMAP_FROM = 500
"""From so many keys on, a bitmap is faster than a list."""
LARGEST_INTEGER = 2**31 - 1
_WILD = re.compile(r"[\\*?]")


def admitting(tree: Filter) -> Query:
    """Return the query that matches what a filter admits."""
    match tree:
        case All():
            return EVERYTHING
        case And(items):
            return {"bool": {"filter": [admitting(item) for item in items]}} if items else EVERYTHING
        case Or(items):
            return any_of(admitting(item) for item in items)
        case Not(item):
            return {"bool": {"filter": [EVERYTHING], "must_not": [admitting(item)]}}
        case Keys(keys):
            return with_keys(keys)
        case Outside():
            raise TypeError(f"the index does not know {tree}")
    return _leaf(tree)


def any_of(queries: Iterable[Query]) -> Query:
    """Return the query that matches what any of `queries` does, and adds up their scores."""
    listed = list(queries)
    return {"bool": {"should": listed, "minimum_should_match": 1}} if listed else NOTHING


def all_of(*queries: Query) -> Query:
    """Return the query that matches what all of `queries` do, without a score."""
    return {"bool": {"filter": list(queries)}}


def scored(query: Query, admitted: Query) -> Query:
    """Return `query`, with its scores, among what is `admitted`."""
    return {"bool": {"must": [query], "filter": [admitted]}}


def with_keys(keys: Collection[int]) -> Query:
    """Return the query that matches the documents with these keys."""
    known = sorted(key for key in keys if key >= 0)
    if len(known) < BITMAP_FROM or known[-1] > LARGEST_INTEGER:
        return _terms(KEY, known)
    bitmap = b64encode(BitMap(known).serialize()).decode()
    return {"terms": {KEY: [bitmap], "value_type": "bitmap"}}


def with_words(terms: Sequence[str]) -> Query:
    """Return the query that matches any of the terms and scores by BM25."""
    return any_of({"term": {WORDS: term}} for term in terms)


def with_vectors(embedder: str | None) -> Query:
    """Return the query that matches the documents with vectors that this embedder made."""
    return {"term": {EMBEDDER: embedder}} if embedder else NOTHING


def near(vector: Vector, among: Query) -> Query:
    """Return the query that scores documents, all of them with vectors, by the better of their two cosines.

    Every one is compared; `cosines` turns the scores back.
    """
    either = [_compared(field, vector, among, "innerproduct") for field in (FACTS, DESCRIPTION)]
    return {"dis_max": {"queries": either}}


def near_by_graph(vector: Vector, among: Query, wanted: int) -> Query:
    """Return a query as `near` does for the `wanted` nearest, most of which it finds.

    Each of the nearest by the better cosine is among as many by that one, so that none is lost to asking for
    each on its own.
    """
    return {"dis_max": {"queries": _led_to(MeaningVectors(vector, vector), among, wanted)}}


def alike(vectors: MeaningVectors, among: Query) -> Query:
    """Return the query that scores documents, all of them with vectors, by (1 + cosine) / 2, added up."""
    both = ((FACTS, vectors.facts), (DESCRIPTION, vectors.description))
    return {"bool": {"must": [_compared(*one, among, "cosinesimil") for one in both]}}


def alike_by_graph(vectors: MeaningVectors, among: Query, wanted: int) -> Query:
    """Return a query as `alike` does for what is among the `wanted` nearest of either vector."""
    return scored(alike(vectors, among), any_of(_led_to(vectors, among, wanted)))


def cosines(scores: PartArray) -> PartArray:
    """Return the cosines that a server turned into these scores, which it keeps above 0.

    A score is 1 + cosine, or 1 / (1 - cosine) for a negative cosine.
    """
    return np.where(scores >= 1, scores - 1, 1 - 1 / scores)


def _compared(field: str, vector: Vector, among: Query, space: str) -> Query:
    parameters = {"field": field, "query_value": vector.tolist(), "space_type": space}
    script = {"lang": "knn", "source": "knn_score", "params": parameters}
    return {"script_score": {"query": among, "script": script}}


def _led_to(vectors: MeaningVectors, among: Query, wanted: int) -> list[Query]:
    """Return the queries that match and score what the graph of either field leads to."""
    both = ((FACTS, vectors.facts), (DESCRIPTION, vectors.description))
    return [
        {"knn": {field: {"vector": vector.tolist(), "k": wanted, "filter": among}}} for field, vector in both
    ]


def _leaf(leaf: In | Contains | StartsWith | Exists) -> Query:
    field = filtered_by(leaf.field)
    match leaf:
        case In(_, values):
            return _terms(field, values)
        case StartsWith(_, value):
            return {"prefix": {field: value}}
        case Contains(_, value):
            literal = _WILD.sub(r"\\\g<0>", value)
            return {"wildcard": {field: f"*{literal}*"}}
        case Exists():
            return {"exists": {"field": field}}


def _terms(field: str, values: Sequence[Any]) -> Query:
    parts = (values[start : start + MOST_TERMS] for start in range(0, len(values), MOST_TERMS))
    return any_of({"terms": {field: list(part)}} for part in parts)
