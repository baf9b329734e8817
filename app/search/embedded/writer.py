"""The writing side of the embedded engine: one process at a time, and a crash leaves the last commit.

A commit goes: rows of vectors, the words, then the manifest with the new position. So the position is never
ahead of the content; whatever a killed writer left behind the manifest is cut off or overwritten.
"""

import logging
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

import numpy as np
import tantivy

from app.search.contract import IndexPosition, Mark
from app.search.delivery import DocumentVectors, Refused, Sent, why_malformed
from app.search.document import Document, content_digest, texts_digest
from app.search.embedded.generations import create_generation, drop_others, why_unfit
from app.search.embedded.ledger import read_ledger
from app.search.embedded.manifest import Manifest, read_manifest, sync_directory, write_manifest
from app.search.embedded.rows import append_rows, copy_rows, cut_rows, last_rows, open_rows
from app.search.embedded.schema import ID, to_tantivy
from app.search.keeping import Ahead, IndexLocked
from app.search.ledger import Ledger, Stored, moved_on
from app.search.locks import TURN, WRITER, is_taken, take
from app.search.parking import Parked, Part, park

logger = logging.getLogger("indexer")

HEAP_BYTES = 64_000_000
LEAST_ROWS_TO_COMPACT = 2_000


class EmbeddedWriter:
    """Changes the index in `directory`, which is made if missing.

    An index that is not fit for the log is replaced by an empty one; `replaced` says why.

    Args:
        directory: The index directory.
        log: Identity of the change log that the index follows.

    Raises:
        IndexLocked: Another process writes the index, or waits for it.
    """

    _manifest: Manifest
    _index: tantivy.Index
    _schema: tantivy.Schema
    _words: tantivy.IndexWriter
    _vectors: list[DocumentVectors]
    _ledger: Ledger
    _is_open = False

    def __init__(self, directory: Path, log: str) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._lock = take(directory, WRITER)
        try:
            self.replaced = self._open(log)
        except BaseException:
            self._lock.release()
            raise

    @property
    def position(self) -> IndexPosition:
        """How far the index is, as last committed."""
        return self._manifest.position

    @property
    def filling_from(self) -> Mark | None:
        """The change at which the unfinished first reading of all documents began, if there is one."""
        return self._manifest.filling_from

    @property
    def ahead(self) -> Ahead | None:
        """How far the log was followed beyond the position, if a run of changes is not written in full."""
        return self._manifest.ahead

    @property
    def parked(self) -> Mapping[str, Parked]:
        """What could not be indexed, by id."""
        return self._ledger.parked

    def known_ids(self) -> set[str]:
        """Return the ids of all documents in the index."""
        return set(self._ledger.stored)

    def put(self, documents: Sequence[Document]) -> list[Refused]:
        """Add or replace documents; return those that cannot be indexed, of which the index keeps the last.

        One that is older than what the index holds or knows is ignored.
        """
        refused = []
        for document in documents:
            if self._ledger.is_stale(document.id, document.sequence, self.position.words):
                continue
            try:
                stored = Stored(
                    document.key, document.sequence, texts_digest(document), content_digest(document)
                )
                built = to_tantivy(document, stored.texts, stored.content, self._schema)
            except (ValueError, TypeError) as reason:
                refused.append(Refused(document.id, str(reason)))
                continue
            self._words.delete_documents_by_term(ID, document.id)
            self._words.add_document(built)
            self._touched = True
            self._ledger.put(document.id, stored, self.position.words)
        return refused

    def delete(self, ids: Sequence[str], sequence: int) -> None:
        """Remove the documents `ids` as of change `sequence`; unknown ones are no error."""
        for document_id in ids:
            if self._ledger.is_stale(document_id, sequence, self.position.words):
                continue
            self._words.delete_documents_by_term(ID, document_id)
            self._touched = True
            self._ledger.delete(document_id, sequence)

    def sender(self) -> None:
        """Return None: tantivy lets one process write."""

    def note_sent(self, sent: Sequence[Sent]) -> None:
        """Do nothing: there are no senders."""

    def park(self, parked: Parked) -> None:
        """Note what could not be indexed; it is forgotten when it is put, deleted or given its vectors."""
        self._ledger.parked[parked.id] = parked

    def missing_vectors(self, limit: int, besides: AbstractSet[str] = frozenset()) -> list[str]:
        """Return up to `limit` ids of documents whose vectors are missing, newest and oldest by turns."""
        return self._ledger.missing_by_turns(limit, besides)

    def put_vectors(self, vectors: Sequence[DocumentVectors], through: Mark | None = None) -> list[str]:
        """Keep vectors; return the ids of those that stand for other texts than the index holds of them."""
        for given in vectors:
            if why := why_malformed(given):
                parked = park(given.id, Part.MEANING, why, self._ledger.parked.get(given.id))
                logger.error("%s", parked)
                self.park(parked)
            elif self._ledger.put_vectors(given, through or Mark()):
                self._vectors.append(given)
        return [given.id for given in vectors if not self._ledger.stands_for(given)]

    def use_embedder(self, digest: str) -> None:
        """Say which embedder makes the vectors; those of another one are dropped."""
        if self.position.embedder == digest:
            return
        old = self._rows_file
        fresh = replace(self._manifest, vectors=self._manifest.vectors + 1, rows=0)
        cut_rows(fresh.rows_file(self._directory), 0)
        self._vectors = []
        self._ledger = read_ledger(self._searcher(), open_rows(old, 0), Mark(), self._manifest.parked)
        self._save(fresh.at(embedder=digest, embedded=0, meaning=self._ledger.meaning(self.position.words)))
        old.unlink()

    def begin_filling(self, at: Mark, expected: int) -> None:
        """Note that all `expected` documents are being read, as of change `at`, until words are committed."""
        self._save(replace(self._manifest.at(expected=expected), filling_from=at))

    def commit(self, words: Mark | None = None, ahead: Ahead | None = None) -> None:
        """Make everything since the last commit durable and visible, and move the position.

        Args:
            words: Through which change the documents are now up to date; None if that did not move.
            ahead: How far the log was followed beyond that, until words move; None if that did not change.
        """
        if self._vectors:
            append_rows(self._rows_file, self._vectors)
        if self._touched:
            self._words.commit()
            sync_directory(self._manifest.words(self._directory))
        old = self._rows_file
        self._save(self._compacted(self._moved(words, ahead)))
        if self._rows_file != old:
            old.unlink()
        self._vectors, self._touched = [], False
        if words:
            self._ledger.deleted.clear()

    def discard(self) -> None:
        """Go back to the last commit."""
        self._stop()
        self._load()

    def reset(self, log: str) -> None:
        """Begin anew with an empty index that follows the log `log`."""
        self._stop()
        create_generation(self._directory, log)
        self._load()

    def is_wanted(self) -> bool:
        """Return whether another process waits for the index; close the writer to let it have its turn."""
        return is_taken(self._directory, TURN)

    def close(self) -> None:
        """Let go of the index without committing; nothing can be done with the writer after that."""
        if self._lock.is_locked:
            try:
                self._stop()
            finally:
                self._lock.release()

    def _open(self, log: str) -> str | None:
        """Take the index over; return why what was there was unfit."""
        if self.is_wanted():
            raise IndexLocked(f"another process waits for the index in {self._directory}")
        unfit = why_unfit(self._directory, log) or self._why_unreadable()
        if unfit:
            create_generation(self._directory, log)
            self._read()
        self._begin()
        # A process that was killed as it put something new in the place of the old left one of them behind.
        drop_others(self._directory, self._manifest)
        return unfit

    def _why_unreadable(self) -> str | None:
        """Take up the committed state; return why that cannot be done where its files are damaged."""
        try:
            self._read()
        except ValueError as damaged:
            return f"it is damaged: {damaged}"
        return None

    def _stop(self) -> None:
        """Let go of tantivy's writer, unless it could not be had again since that was done."""
        if self._is_open:
            self._is_open = False
            try:
                self._words.rollback()
            finally:
                self._words.wait_merging_threads()

    @property
    def _rows_file(self) -> Path:
        return self._manifest.rows_file(self._directory)

    def _load(self) -> None:
        self._read()
        self._begin()

    def _read(self) -> None:
        """Take up the committed state and drop what was never committed."""
        manifest = read_manifest(self._directory)
        if manifest is None:
            raise FileNotFoundError(self._directory)
        self._manifest = manifest
        cut_rows(self._rows_file, manifest.rows)
        self._index = tantivy.Index.open(str(manifest.words(self._directory)))
        self._schema = self._index.schema
        rows = open_rows(self._rows_file, manifest.rows)
        self._ledger = read_ledger(self._searcher(), rows, manifest.position.meaning, manifest.parked)

    def _begin(self) -> None:
        """Begin to change what was read."""
        self._words = self._index.writer(HEAP_BYTES, 1)
        self._is_open = True
        # A file that a killed writer left behind would make the next commit fail.
        self._words.garbage_collect_files()
        self._vectors = []
        self._touched = False

    def _searcher(self) -> tantivy.Searcher:
        self._index.reload()
        return self._index.searcher()

    def _moved(self, words: Mark | None, ahead: Ahead | None) -> Manifest:
        """Return the manifest after a commit of what is at hand."""
        filling = self._manifest.filling_from if words is None else None
        return replace(
            self._manifest,
            position=moved_on(self.position, self._ledger, words, filling=filling is not None),
            filling_from=filling,
            ahead=None if words else ahead or self._manifest.ahead,
            parked=tuple(self._ledger.parked.values()),
            rows=self._manifest.rows + len(self._vectors),
        )

    def _compacted(self, manifest: Manifest) -> Manifest:
        """Copy the rows that count into a new file, once they are the lesser part."""
        if manifest.rows <= max(LEAST_ROWS_TO_COMPACT, 2 * manifest.position.documents):
            return manifest
        rows = open_rows(self._rows_file, manifest.rows)
        keys, last = last_rows(rows)
        living = np.isin(keys, [stored.key for stored in self._ledger.stored.values()])
        fresh = replace(manifest, vectors=manifest.vectors + 1, rows=int(living.sum()))
        copy_rows(rows, np.sort(last[living]), fresh.rows_file(self._directory))
        return fresh

    def _save(self, manifest: Manifest) -> None:
        write_manifest(self._directory, manifest)
        self._manifest = manifest
