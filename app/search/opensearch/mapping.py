"""How documents are kept in OpenSearch.

Nothing is analysed there: words are prepared tokens, split at blanks, and facts are folded by us, so that
both engines match alike. k-NN keeps vectors outside of the stored source, in a third of the space, and puts
them back into it when it is read.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import orjson

from app.db.text import fold
from app.search.contract import Kind
from app.search.delivery import DIMENSION, DocumentVectors
from app.search.document import REMEMBERED, Document, content_digest, fact_values, texts_digest, words_text
from app.search.filters import FactField
from app.search.opensearch import fields
from app.search.spelling import spelling_terms
from app.search.terms import completion_terms, fact_terms, fingerprint

PRODUCT = "holotype"
Body = dict[str, Any]

_VERSIONS = "2 * sequence + encoded"
"""How documents are told from older ones, as `version_of` in `pending` does it."""
_OF_VECTORS = frozenset({fields.VECTORS, fields.EMBEDDER, fields.FACTS, fields.DESCRIPTION})
_FACTS = {field.value: field for field in FactField}
_NUMBER = {"type": "long", "index": False}
_SETTINGS: Body = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    # What a commit brings is seen at once, and nothing before.
    "refresh_interval": "-1",
    # A document that comes later than its deletion is told from a newer one for as long.
    "gc_deletes": "1h",
    "max_result_window": 100_000,
    "knn": True,
    # With faiss, vectors are then just kept.
    "knn.advanced.approximate_threshold": -1,
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How an index is laid out.

    Attributes:
        kind: What it holds.
        approximate: Whether there is a graph over the vectors, which leads to nearly all of the nearest;
            without, a vector is compared with every one.
    """

    kind: Kind
    approximate: bool = False


def index_body(layout: Layout, log: str) -> Body:
    """Return settings and mapping of an empty index that follows the log `log`."""
    meta = {"product": PRODUCT, "digest": index_digest(layout), "log": log}
    return {"settings": {"index": _SETTINGS}, "mappings": {**_mapping(layout), "_meta": meta}}


@cache
def index_digest(layout: Layout) -> str:
    """Return a digest of how an index is laid out and its documents are built; another one is made anew."""
    made = [_SETTINGS, _mapping(layout), _VERSIONS, fingerprint()]
    told = orjson.dumps(made, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).hexdigest()[:16]


def to_source(document: Document) -> Body:
    """Return a document as it is kept, without its vectors.

    Raises:
        ValueError, TypeError: It cannot be kept, such as a text with half a character.
    """
    return {
        fields.ID: document.id,
        fields.KEY: document.key,
        fields.SEQUENCE: document.sequence,
        fields.TEXTS: texts_digest(document),
        fields.CONTENT: content_digest(document),
        fields.WORDS: words_text(document),
        fields.COMPLETIONS: completion_terms(document),
        fields.SPELLINGS: spelling_terms(document),
        "filter": {name: _folded(fact_values(document, field)) for name, field in _FACTS.items()},
        "facet": {name: fact_terms(document, field) for name, field in _FACTS.items()},
    }


def vector_fields(vectors: DocumentVectors, embedder: str | None) -> Body:
    """Return what of a kept document its vectors are."""
    return {
        fields.VECTORS: vectors.texts,
        fields.EMBEDDER: embedder,
        fields.FACTS: vectors.facts,
        fields.DESCRIPTION: vectors.description,
    }


def kept_vectors(source: Mapping[str, Any]) -> Body:
    """Return what of a kept document its vectors are."""
    return {name: value for name, value in source.items() if name in _OF_VECTORS}


def without_vectors(source: Mapping[str, Any]) -> Body:
    """Return a kept document without its vectors."""
    return {name: value for name, value in source.items() if name not in _OF_VECTORS}


def _mapping(layout: Layout) -> Body:
    number = "integer" if layout.kind is Kind.MODELS else "long"
    vector = _vector("lucene" if layout.approximate else "faiss")
    return {
        "dynamic": "strict",
        "properties": {
            fields.ID: {"type": "keyword"},
            fields.KEY: {"type": number},
            fields.SEQUENCE: _NUMBER,
            fields.TEXTS: _NUMBER,
            fields.CONTENT: _NUMBER,
            fields.VECTORS: _NUMBER,
            fields.EMBEDDER: {"type": "keyword"},
            fields.WORDS: {"type": "text", "analyzer": "whitespace", "index_options": "freqs"},
            fields.COMPLETIONS: {"type": "keyword"},
            fields.SPELLINGS: {"type": "keyword", "doc_values": False},
            fields.FACTS: vector,
            fields.DESCRIPTION: vector,
            fields.STATE: {"type": "object", "enabled": False},
            "filter": _each_fact({"type": "keyword", "doc_values": False}),
            "facet": _each_fact({"type": "keyword", "index": False}),
        },
    }


def _vector(engine: str) -> Body:
    graph = {"name": "hnsw", "engine": engine, "parameters": {"m": 32, "ef_construction": 256}}
    return {"type": "knn_vector", "dimension": DIMENSION, "space_type": "innerproduct", "method": graph}


def _each_fact(keyword: Body) -> Body:
    return {"properties": {field.value: keyword for field in FactField}}


@lru_cache(maxsize=REMEMBERED)
def _folded(values: tuple[str, ...]) -> list[str]:
    return [fold(value) for value in values]
