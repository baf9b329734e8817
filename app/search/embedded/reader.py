"""The reading side of the embedded engine: always one immutable snapshot, swapped when a commit lands."""

import logging
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Lock, Thread
from typing import ClassVar

import tantivy

from app.search.completion import Completion
from app.search.contract import (
    NONE_YET,
    OUTDATED,
    IndexPosition,
    IndexUnavailable,
    Likeness,
    MeaningVectors,
    SearchAnswer,
    SearchRequest,
)
from app.search.embedded.completing import complete
from app.search.embedded.generations import look_at
from app.search.embedded.manifest import NAME, Manifest
from app.search.embedded.ranking import search_snapshot
from app.search.embedded.rows import open_rows
from app.search.embedded.snapshot import Snapshot, take_snapshot
from app.search.embedded.spelling import spelled_like
from app.search.parking import Parked
from app.search.spelling import Spelling

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.05
STOP_SECONDS = 5.0


class EmbeddedReader:
    """Answers searches from the newest commit in `directory`, which may not exist yet.

    A thread of its own watches for commits, so that no search waits for one to be loaded.
    """

    engine: ClassVar = "embedded"

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._snapshot: Snapshot | None = None
        self._why_none = NONE_YET
        self._seen: tuple[int, int] | None = None
        self._opened: tuple[int, tantivy.Index] | None = None
        self._ids: dict[int, str] = {}
        self._refreshing = Lock()
        self._stopped = Event()
        self.refresh()
        self._watcher = Thread(target=self._watch, name="index-watcher", daemon=True)
        self._watcher.start()

    def position(self) -> IndexPosition | None:
        """Return how far the index is, or None if there is none."""
        snapshot = self._snapshot
        return snapshot.position if snapshot else None

    def parked(self) -> Sequence[Parked]:
        """Return what could not be indexed; nothing without an index."""
        snapshot = self._snapshot
        return snapshot.parked if snapshot else ()

    def search(self, request: SearchRequest) -> SearchAnswer:
        """Answer a search.

        Raises:
            IndexUnavailable: There is no index.
        """
        return search_snapshot(self._loaded(), request)

    def vectors_of(self, key: int) -> MeaningVectors | None:
        """Return the vectors of a document, or None while it has none.

        Raises:
            IndexUnavailable: There is no index.
        """
        return self._loaded().vectors_of(key)

    def alike(self, vectors: MeaningVectors, limit: int) -> list[Likeness]:
        """Return the documents whose vectors are nearest, the nearest first and then by key.

        Raises:
            IndexUnavailable: There is no index.
        """
        return self._loaded().alike(vectors, limit)

    def complete(self, prefix: str, limit: int) -> list[Completion]:
        """Return what completes a prefix, in turns by kind: what begins with it before what has it inside.

        Raises:
            IndexUnavailable: There is no index.
        """
        return complete(self._loaded(), prefix, limit)

    def spelled_like(self, words: Sequence[str]) -> dict[str, list[Spelling]]:
        """Return for each word how documents spell words like it.

        Those that begin alike and are a slip or two from it, and pairs of words that it runs together.

        Raises:
            IndexUnavailable: There is no index.
        """
        snapshot = self._loaded()
        return {word: spelled_like(snapshot, word) for word in words}

    def _loaded(self) -> Snapshot:
        snapshot = self._snapshot
        if snapshot is None:
            raise IndexUnavailable(self._why_none)
        return snapshot

    def refresh(self) -> None:
        """Load the newest commit, if it is not loaded yet."""
        with self._refreshing:
            seen = _stamp(self._directory / NAME)
            if seen is None or seen == self._seen:
                return
            try:
                self._load()
            except (OSError, ValueError) as error:
                # The writer may just now have replaced what the manifest named; the next look finds it.
                logger.info("the search index is being replaced, looking again: %s", error)
                return
            self._seen = seen

    def close(self) -> None:
        """Stop watching and let go of the index."""
        self._stopped.set()
        self._watcher.join(STOP_SECONDS)
        self._snapshot = self._opened = None

    def _watch(self) -> None:
        while not self._stopped.wait(POLL_SECONDS):
            self.refresh()

    def _load(self) -> None:
        manifest, outdated = look_at(self._directory)
        if manifest is None or outdated:
            self._snapshot, self._why_none = None, OUTDATED if outdated else NONE_YET
            return
        rows = open_rows(manifest.rows_file(self._directory), manifest.rows)
        index = self._index(manifest)
        self._snapshot = take_snapshot(manifest, index, rows, self._ids)

    def _index(self, manifest: Manifest) -> tantivy.Index:
        """Return the generation's index with its newest commit loaded."""
        if self._opened is None or self._opened[0] != manifest.generation:
            index = tantivy.Index.open(str(manifest.words(self._directory)))
            index.config_reader("manual")
            self._opened, self._ids = (manifest.generation, index), {}
        index = self._opened[1]
        index.reload()
        return index


def _stamp(path: Path) -> tuple[int, int] | None:
    """Return what changes whenever the file is replaced; None without the file."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_mtime_ns, stat.st_ino
