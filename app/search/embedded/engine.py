"""The embedded engine: an index in a directory, with one writer, many readers, and a draft beside it."""

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import tantivy

from app.search.contract import IndexUnavailable
from app.search.delivery import DocumentVectors
from app.search.document import Document
from app.search.embedded.generations import adopt_generation, look_at, why_unfit
from app.search.embedded.ledger import read_stored
from app.search.embedded.manifest import Manifest, read_manifest, write_manifest
from app.search.embedded.reader import EmbeddedReader
from app.search.embedded.rows import Rows, last_rows, open_rows
from app.search.embedded.verifying import why_wrong, wrong_vectors
from app.search.embedded.writer import EmbeddedWriter
from app.search.keeping import UNIT_TOLERANCE, Entry, IndexWriter, Standing, rejected_again
from app.search.locks import PATIENCE_SECONDS, WRITER, alone, is_taken

DRAFT = "draft"


class EmbeddedEngine:
    """Keeps one index in a directory, which is made if missing."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def reader(self) -> EmbeddedReader:
        """Return a reader; the index may not exist yet."""
        return EmbeddedReader(self._directory)

    def writer(self, log: str) -> EmbeddedWriter:
        """Return the writer of the index, which follows the log `log`; it is made if missing or unfit.

        Raises:
            IndexLocked: Another process writes it, or waits for it.
        """
        return EmbeddedWriter(self._directory, log)

    def draft(self, log: str) -> EmbeddedWriter:
        """Return the writer of a draft; one that was cut off goes on.

        Raises:
            IndexLocked: Another process rebuilds the index.
        """
        return EmbeddedWriter(self._directory / DRAFT, log)

    def alone(self) -> AbstractContextManager[None]:
        """Hold the index, once its writer has closed it, so that nobody else changes it.

        Raises:
            IndexLocked: It was not let go in time.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        return alone(self._directory, seconds=PATIENCE_SECONDS)

    def publish(self, draft: IndexWriter) -> None:
        """Make a draft the index, at once, and drop what was; the index has to be held."""
        draft.close()
        adopt_generation(self._directory, self._directory / DRAFT)

    def draft_size(self) -> int:
        """Return how many documents of the draft, as last committed, can be found."""
        draft = self._directory / DRAFT
        return len(read_stored(tantivy.Index.open(str(_manifest_of(draft).words(draft))).searcher()))

    def draft_faults(
        self, documents: Sequence[Document], vectors: Sequence[DocumentVectors]
    ) -> Mapping[str, str]:
        """Return what is wrong with documents in the draft, as last committed, by their ids.

        Args:
            documents: How they have to be, whenever they were built.
            vectors: The vectors that some of them have to have; those of the others are not looked at.
        """
        draft = self._directory / DRAFT
        manifest = _manifest_of(draft)
        index = tantivy.Index.open(str(manifest.words(draft)))
        faults = {one.id: why for one in documents if (why := why_wrong(index, one))}
        rows = open_rows(manifest.rows_file(draft), manifest.rows)
        return dict.fromkeys(wrong_vectors(rows, vectors), "has wrong vectors") | faults

    def reject_draft(self, draft: IndexWriter, reason: str) -> None:
        """Drop what a draft holds and close it; the empty one that is left notes the reason."""
        directory = self._directory / DRAFT
        rejected = rejected_again(_manifest_of(directory).rejected, reason)
        draft.reset(draft.position.log)
        write_manifest(directory, replace(_manifest_of(directory), rejected=rejected))
        draft.close()

    def roll_back(self) -> None:
        """Refuse: what a draft took the place of is not kept.

        Raises:
            IndexUnavailable: Always.
        """
        why = f"what a rebuild has replaced in {self._directory} is not kept"
        raise IndexUnavailable(
            f"there is nothing to go back to: {why}; `holotype index rebuild` makes it anew"
        )

    def drop_replaced(self) -> None:
        """Do nothing: what a draft took the place of is not kept."""

    def why_outdated(self) -> str | None:
        """Say what about the index this version makes otherwise; None if there is none, or nothing."""
        return look_at(self._directory)[1]

    def standing(self) -> Standing:
        """Return what is known of the index without looking into it."""
        manifest, _ = look_at(self._directory)
        draft, _ = look_at(self._directory / DRAFT)
        return Standing(
            unfit=why_unfit(self._directory),
            position=manifest.position if manifest else None,
            parked=manifest.parked if manifest else (),
            generation=manifest.generation if manifest else 0,
            size=_size(self._directory),
            kept=is_taken(self._directory, WRITER),
            draft=draft.position if draft else None,
            rejected=draft.rejected if draft else None,
            previous_until=None,
        )

    def entries(self) -> list[Entry]:
        """Return what the index holds; held, that is what its position says.

        Raises:
            IndexUnavailable: There is no index that could be read.
        """
        if unfit := why_unfit(self._directory):
            raise IndexUnavailable(f"the index in {self._directory} cannot be read: {unfit}")
        manifest = _manifest_of(self._directory)
        index = tantivy.Index.open(str(manifest.words(self._directory)))
        rows = open_rows(manifest.rows_file(self._directory), manifest.rows)
        vectors = _vectors_of(rows)
        nothing = (None, True)
        return [
            Entry(
                id=document_id,
                key=stored.key,
                content=stored.content,
                texts=stored.texts,
                vectors=(found := vectors.get(stored.key, nothing))[0],
                unit=found[1],
            )
            for document_id, stored in read_stored(index.searcher())
        ]


def _size(directory: Path) -> int:
    """Return how many bytes files take; what is dropped while they are counted takes none."""
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            with suppress(FileNotFoundError):
                total += (Path(folder) / name).stat().st_size
    return total


def _manifest_of(directory: Path) -> Manifest:
    manifest = read_manifest(directory)
    if manifest is None:
        raise IndexUnavailable(f"there is no index in {directory}")
    return manifest


def _vectors_of(rows: Rows) -> dict[int, tuple[int, bool]]:
    """Return by key the digest of the texts that the vectors stand for, and whether they are unit vectors."""
    keys, last = last_rows(rows)
    unit = np.ones(len(last), bool)
    for name in ("facts", "description"):
        squares = np.einsum("ij,ij->i", rows[name], rows[name])
        unit &= np.abs(squares[last] - 1) < UNIT_TOLERANCE
    return dict(
        zip(keys.tolist(), zip(rows["texts"][last].tolist(), unit.tolist(), strict=True), strict=True)
    )
