"""Processes that fill an index together: each reads documents, prepares them and sends them by itself.

What they send counts once the one process that writes the index has noted it. They end with that process,
however it ends, and send nothing once it has lost the index.
"""

import gc
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
from contextvars import ContextVar
from dataclasses import dataclass, replace
from multiprocessing import connection, parent_process
from pathlib import Path
from threading import Lock, Thread

from app.db.engine import Database
from app.db.limits import ServerLimits
from app.db.statements import batched
from app.search.delivery import Delivery, Sender
from indexer.embeddings import EmbeddingCache
from indexer.reading import read_documents
from indexer.source import RegistrySource

SENT_AT_ONCE = 500
"""Documents in one request: with their vectors some megabytes of JSON."""
REST_SECONDS = 5.0
MOST_USUAL = 4
ALLOCATED_BEFORE_COLLECTING = 20_000
"""With Python's own 700, a fifth of the time goes into looking for cycles, of which documents have none."""


class CrewEnded(Exception):
    """A process of the crew ended before it was done; what it had may or may not have been sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a process finds what it reads.

    Attributes:
        database: The URL of the registry's database.
        limits: How a database server is used.
        embeddings: The file of kept vectors.
        embedder: The digest of what made those that count; None where none do.
    """

    database: str
    limits: ServerLimits
    embeddings: Path
    embedder: str | None


def usual_size() -> int:
    """Return how many processes fill an index where no setting says; half of the cores are OpenSearch's."""
    return min(MOST_USUAL, (os.cpu_count() or 1) // 2 + 1)


class Crew:
    """Processes that fill indexes, one at a time, whichever threads ask; started when there is much to do.

    Args:
        origin: Where they find what they read.
        size: How many there are.
    """

    def __init__(self, origin: Origin, size: int) -> None:
        self._origin = origin
        self._pool: ProcessPoolExecutor | None = None
        self._used = 0.0
        self._turn = Lock()
        self.size = size

    def fill(self, sender: Sender, ids: Sequence[str]) -> Iterator[Delivery]:
        """Let the documents of `ids` be read and sent; yield what became of some as it is known.

        What is not there of `ids` is in no delivery. Nothing is under way any more at the end, nor after a
        failure.

        Raises:
            CrewEnded: A process was killed.
            IndexLocked: Another process has taken the index over.
            IndexUnavailable: Not all was written.
        """
        with self._turn:
            self._pool = pool = self._pool or self._started()
            try:
                yield from _delivered(pool, sender, ids)
            except BaseException:
                self._end()
                raise
            self._used = time.monotonic()

    def rest(self) -> None:
        """End the processes, and give their memory back, if they have had nothing to do for a while."""
        if self._pool and self._turn.acquire(blocking=False):
            try:
                if time.monotonic() - self._used > REST_SECONDS:
                    self._end()
            finally:
                self._turn.release()

    def close(self) -> None:
        """End the processes; what they have begun is finished."""
        with self._turn:
            self._end()

    def _end(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def _started(self) -> ProcessPoolExecutor:
        # Forked from a process that has loaded the modules once, and has no threads.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__, "app.search.opensearch.sender"])
        return ProcessPoolExecutor(self.size, context, _begin, (self._origin,))


def _delivered(pool: ProcessPoolExecutor, sender: Sender, ids: Sequence[str]) -> Iterator[Delivery]:
    under_way: list[Future[Delivery]] = []
    try:
        # One that was killed without work is noticed here.
        under_way.extend(pool.submit(_deliver, sender, some) for some in batched(ids, SENT_AT_ONCE))
        for delivery in as_completed(under_way):
            yield delivery.result()
    except BrokenProcessPool:
        raise CrewEnded("a process that fills the index was killed") from None
    finally:
        for one in under_way:
            one.cancel()
        wait(under_way)


@dataclass(frozen=True, slots=True)
class _Opened:
    """What a process of the crew has opened."""

    database: Database
    embeddings: EmbeddingCache | None


_OPENED: ContextVar[_Opened] = ContextVar("opened")


def _begin(origin: Origin) -> None:
    """Open what the process needs for as long as it lives."""
    # Ctrl-C goes to all processes of a terminal; the one that writes the index ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_writer, name="writer-watch", daemon=True).start()
    gc.freeze()
    gc.set_threshold(ALLOCATED_BEFORE_COLLECTING)
    # One statement at a time is read.
    database = Database(origin.database, replace(origin.limits, connections=1))
    _OPENED.set(
        _Opened(database, EmbeddingCache(origin.embeddings, origin.embedder) if origin.embedder else None)
    )


def _end_with_writer() -> None:
    """End at once when the process that writes the index has ended, even by SIGKILL."""
    writer = parent_process()
    if writer is not None:
        connection.wait([writer.sentinel])
        os._exit(1)


def _deliver(sender: Sender, ids: Sequence[str]) -> Delivery:
    """Read documents, and send them with those of their vectors that are kept."""
    opened = _OPENED.get()
    documents, untold = read_documents(RegistrySource(opened.database, sender.kind), ids)
    vectors = opened.embeddings.vectors_of(documents) if opened.embeddings else []
    delivery = sender.send(opened.database, documents, vectors)
    return replace(delivery, refused=[*delivery.refused, *untold])
