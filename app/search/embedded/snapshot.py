"""One committed state of the index, immutable, as a search sees it from beginning to end."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import numpy.typing as npt
import tantivy
from tantivy import DocAddress, Order, Query

from app.search.contract import IndexPosition, KeyArray, Likeness, MeaningVectors, PartArray, Vector
from app.search.embedded.manifest import Manifest
from app.search.embedded.rows import Rows, last_rows
from app.search.embedded.schema import ID, KEY, WORDS
from app.search.fusion import DIGITS
from app.search.parking import Parked

NO_ROW = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One committed state.

    Attributes:
        position: How far it is; what it holds is never behind that.
        parked: What could not be indexed.
        schema: tantivy's schema.
        searcher: tantivy's view.
        keys: The keys of all documents, ascending.
        addresses: Where tantivy keeps each of them, in that order.
        row_of: The row of each one's vectors, in that order, -1 without.
        rows: The vectors.
        ids: The ids that were read so far, by key; a key never changes its id, so snapshots share them.
    """

    position: IndexPosition
    parked: tuple[Parked, ...]
    schema: tantivy.Schema
    searcher: tantivy.Searcher
    keys: KeyArray
    addresses: list[DocAddress]
    row_of: npt.NDArray[np.int64]
    rows: Rows
    ids: dict[int, str]

    def matching(self, query: Query) -> KeyArray:
        """Return the keys of all documents that match, ascending."""
        return _keys_of(_by_key(self.searcher, query, len(self.keys)))

    def count(self, query: Query) -> int:
        """Return how many documents match."""
        found: int = self.searcher.search(query, limit=1).count  # type: ignore[attr-defined]
        return found

    def bm25(self, query: Query, limit: int) -> tuple[KeyArray, PartArray]:
        """Return the keys of the best `limit` documents of a words query, the best first, and their BM25.

        tantivy multiplies BM25 by k1 + 1, which other engines leave out.
        """
        hits = self.searcher.search(query, limit=limit, count=False).hits
        keys = self.searcher.fast_field_values(KEY, [address for _, address in hits])
        return np.array(keys, np.int64), np.array([score for score, _ in hits], np.float64) / 2.2

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """Return how many documents have each of these terms."""
        documents = self.searcher.num_docs
        # tantivy counts documents that are deleted until their segment is merged.
        return {term: min(self.searcher.doc_freq(WORDS, term), documents) for term in terms}

    def cosines(self, vector: Vector) -> npt.NDArray[np.float64]:
        """Return the better of each document's two cosines with `vector`, NaN without vectors."""
        if not len(self.rows):
            return np.full(len(self.keys), np.nan)
        better = np.maximum(self.rows["facts"] @ vector, self.rows["description"] @ vector)
        return np.where(self.row_of == NO_ROW, np.nan, better[self.row_of].astype(np.float64))

    def vectors_of(self, key: int) -> MeaningVectors | None:
        """Return the vectors of the document with this key, or None without document or vectors."""
        place = int(np.searchsorted(self.keys, key))
        if place == len(self.keys) or self.keys[place] != key or self.row_of[place] == NO_ROW:
            return None
        row = self.rows[int(self.row_of[place])]
        return MeaningVectors(np.array(row["facts"]), np.array(row["description"]))

    def alike(self, vectors: MeaningVectors, limit: int) -> list[Likeness]:
        """Return the documents with the highest mean of their two cosines, the highest first, then by key."""
        with_vectors = np.flatnonzero(self.row_of != NO_ROW)
        if not len(with_vectors) or limit < 1:
            return []
        means = (self.rows["facts"] @ vectors.facts + self.rows["description"] @ vectors.description) / 2
        scores = np.round((1 + means[self.row_of[with_vectors]].astype(np.float64)) / 2, DIGITS)
        # A stable sort of what stands in the order of the keys leaves ties in that order.
        best = np.argsort(-scores, kind="stable")[:limit]
        found = [(int(self.keys[with_vectors[place]]), float(scores[place])) for place in best]
        return [Likeness(key, self.id_of(key), score) for key, score in found]

    def places(self, keys: KeyArray) -> npt.NDArray[np.intp]:
        """Return where `keys`, all of them known, stand in the order of the keys."""
        return np.searchsorted(self.keys, keys)

    def ids_of(self, keys: KeyArray) -> list[str]:
        """Return the ids of the documents with these keys."""
        known = self.ids
        return [known.get(key) or self.id_of(key) for key in keys.tolist()]

    def id_of(self, key: int) -> str:
        """Return the id of the document with this key."""
        found = self.ids.get(key)
        if found is None:
            place = int(np.searchsorted(self.keys, key))
            found = self.ids[key] = str(self.searcher.doc(self.addresses[place])[ID][0])
        return found


def take_snapshot(manifest: Manifest, index: tantivy.Index, rows: Rows, ids: dict[int, str]) -> Snapshot:
    """Return the state that `index` last loaded, joined with its vectors."""
    searcher = index.searcher()
    listed = _by_key(searcher, Query.all_query(), searcher.num_docs)
    keys = _keys_of(listed)
    return Snapshot(
        position=manifest.position,
        parked=manifest.parked,
        schema=index.schema,
        searcher=searcher,
        keys=keys,
        addresses=[address for _, address in listed],
        row_of=_rows_of(keys, rows),
        rows=rows,
        ids=ids,
    )


def _rows_of(keys: KeyArray, rows: Rows) -> npt.NDArray[np.int64]:
    """Return for each key the index of its last row, or -1."""
    known, last = last_rows(rows)
    if not len(known):
        return np.full(len(keys), NO_ROW)
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[at] == keys, last[at], NO_ROW)


def _by_key(searcher: tantivy.Searcher, query: Query, limit: int) -> list[tuple[int, DocAddress]]:
    return searcher.search(query, limit=max(limit, 1), count=False, order_by_field=KEY, order=Order.Asc).hits


def _keys_of(hits: list[tuple[int, DocAddress]]) -> KeyArray:
    return np.fromiter(map(itemgetter(0), hits), np.int64, len(hits))
