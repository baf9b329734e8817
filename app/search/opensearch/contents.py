"""What an index holds, read document by document."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from app.search.delivery import DocumentVectors
from app.search.document import Document
from app.search.keeping import UNIT_TOLERANCE
from app.search.ledger import Stored
from app.search.opensearch.fields import (
    CONTENT,
    DESCRIPTION,
    EMBEDDER,
    FACTS,
    ID,
    KEY,
    SEQUENCE,
    TEXTS,
    VECTORS,
)
from app.search.opensearch.mapping import to_source, without_vectors
from app.search.opensearch.server import Server, to_json

PAGE, PAGE_WITH_VECTORS, GOT_AT_ONCE = 10_000, 500, 200
ROUNDING = 1e-6

_COLUMNS = (ID, KEY, SEQUENCE, TEXTS, CONTENT, VECTORS, EMBEDDER)
_NO_SOURCE = {"_source": False, "stored_fields": "_none_"}


def stored_documents(server: Server, index: str) -> Iterator[tuple[str, Stored, int | None, str | None]]:
    """Yield each document's id, what there is of it, and what its vectors stand for and were made by.

    That is what can be found, as of now; in the order of the keys.
    """
    for hit in _hits(server, index, PAGE, _NO_SOURCE):
        columns = {name: values[0] for name, values in hit["fields"].items()}
        stored = Stored(*(columns[name] for name in (KEY, SEQUENCE, TEXTS, CONTENT)))
        yield columns[ID], stored, columns.get(VECTORS), columns.get(EMBEDDER)


def unit_vectors(server: Server, index: str) -> dict[str, bool]:
    """Return by id whether a document's vectors are of unit length, for those that have vectors."""
    wanted = {"_source": [FACTS, DESCRIPTION]}
    return {
        hit["fields"][ID][0]: _are_unit(hit["_source"])
        for hit in _hits(server, index, PAGE_WITH_VECTORS, wanted)
        if FACTS in hit["_source"]
    }


def sources(server: Server, index: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return documents as they were last written, by id; what is not there is left out."""
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), GOT_AT_ONCE):
        wanted = {"ids": ids[start : start + GOT_AT_ONCE]}
        answer = server.ask("POST", f"/{index}/_mget", to_json(wanted))
        found |= {one["_id"]: one["_source"] for one in answer["docs"] if one.get("found")}
    return found


def why_wrong(
    held: Mapping[str, Any] | None, document: Document, vectors: DocumentVectors | None
) -> str | None:
    """Say what is wrong with what an index holds of a document and, if they are given, of its vectors."""
    if held is None:
        return "is not there"
    wanted = {**to_source(document), SEQUENCE: held[SEQUENCE]}
    if without_vectors(held) != wanted:
        return "is there with other words or facts"
    if vectors is None:
        return None
    same = held.get(VECTORS) == vectors.texts and all(
        np.allclose(held[name], vector, rtol=0, atol=ROUNDING)
        for name, vector in ((FACTS, vectors.facts), (DESCRIPTION, vectors.description))
    )
    return None if same else "has wrong vectors"


def _hits(server: Server, index: str, size: int, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all documents of one moment, `size` at a time."""
    with _moment(server, index) as moment:
        body = {
            "pit": {"id": moment, "keep_alive": "5m"},
            "size": size,
            "query": {"exists": {"field": KEY}},
            "sort": [{KEY: "asc"}, {ID: "asc"}],
            "docvalue_fields": list(_COLUMNS),
            "track_total_hits": False,
            **wanted,
        }
        while hits := server.ask("POST", "/_search", to_json(body))["hits"]["hits"]:
            yield from hits
            body["search_after"] = hits[-1]["sort"]


@contextmanager
def _moment(server: Server, index: str) -> Iterator[str]:
    path = f"/{index}/_search/point_in_time"
    moment = server.ask("POST", path, keep_alive="5m")["pit_id"]
    try:
        yield moment
    finally:
        server.ask("DELETE", "/_search/point_in_time", to_json({"pit_id": [moment]}))


def _are_unit(source: dict[str, Any]) -> bool:
    vectors = np.array([source[FACTS], source[DESCRIPTION]], np.float32)
    return bool((np.abs((vectors * vectors).sum(axis=1) - 1) < UNIT_TOLERANCE).all())
