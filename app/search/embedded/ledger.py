"""What the writer knows of the index: which models it holds, and whose vectors are missing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

import tantivy
from tantivy import Order, Query

from app.search.contract import DocumentVectors, Mark
from app.search.embedded.rows import Rows, last_rows
from app.search.embedded.schema import ID, KEY, SEQUENCE, TEXTS


@dataclass(frozen=True, slots=True)
class Stored:
    """What the index holds of a model: its key, the change it was built at, and the digest of its texts."""

    key: int
    sequence: int
    texts: int


@dataclass(slots=True)
class Ledger:
    """The models of the index by id.

    Attributes:
        stored: What is in the index, or will be with the next commit.
        deleted: What was deleted since the last commit of words, and as of which change.
        texts: By key, the digest of the texts that the newest vectors stand for.
        missing: Models whose vectors are missing or out of date, the newest last; each with the position
            before the change that made it so.
    """

    stored: dict[str, Stored]
    texts: dict[int, int]
    deleted: dict[str, int] = field(default_factory=dict)
    missing: dict[str, Mark] = field(default_factory=dict)

    def newest(self, model_id: str) -> int:
        """Return the newest change that is known of a model, 0 if none is."""
        stored = self.stored.get(model_id)
        return max(stored.sequence if stored else 0, self.deleted.get(model_id, 0))

    def put(self, model_id: str, stored: Stored, since: Mark) -> None:
        """Note that a model is put; `since` is the position before."""
        self.stored[model_id] = stored
        self.deleted.pop(model_id, None)
        since = self.missing.pop(model_id, since)
        if self.texts.get(stored.key) != stored.texts:
            self.missing[model_id] = since

    def delete(self, model_id: str, sequence: int) -> None:
        """Note that a model is deleted as of change `sequence`."""
        self.stored.pop(model_id, None)
        self.missing.pop(model_id, None)
        self.deleted[model_id] = sequence

    def put_vectors(self, vectors: Iterable[DocumentVectors]) -> None:
        """Note that vectors are kept."""
        for given in vectors:
            self.texts[given.key] = given.texts
            stored = self.stored.get(given.id)
            if stored and stored.texts == given.texts:
                self.missing.pop(given.id, None)

    def newest_missing(self, limit: int) -> list[str]:
        """Return up to `limit` models without vectors, newest first."""
        return list(islice(reversed(self.missing), limit))

    def meaning(self, words: Mark) -> Mark:
        """Return through which change vectors are up to date, if words are through `words`."""
        return min(self.missing.values(), key=lambda mark: mark.sequence, default=words)


def read_ledger(searcher: tantivy.Searcher, rows: Rows, meaning: Mark) -> Ledger:
    """Return the ledger of a committed index whose vectors are up to date through `meaning`."""
    keys, last = last_rows(rows)
    texts = dict(zip(keys.tolist(), rows["texts"][last].tolist(), strict=True))
    stored = _read_stored(searcher)
    missing = {
        model_id: meaning
        for model_id, held in sorted(stored.items(), key=lambda item: (item[1].sequence, item[1].key))
        if texts.get(held.key) != held.texts
    }
    return Ledger(stored, texts, missing=missing)


def _read_stored(searcher: tantivy.Searcher) -> dict[str, Stored]:
    found = searcher.search(
        Query.all_query(), limit=max(searcher.num_docs, 1), count=False, order_by_field=KEY, order=Order.Asc
    ).hits
    addresses = [address for _, address in found]
    columns = [searcher.fast_field_values(name, addresses) for name in (KEY, SEQUENCE, TEXTS)]
    ids = [str(searcher.doc(address)[ID][0]) for address in addresses]
    return {
        model_id: Stored(int(key or 0), int(sequence or 0), int(texts or 0))
        for model_id, key, sequence, texts in zip(ids, *columns, strict=True)
    }
