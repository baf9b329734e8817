"""Following the change log, one process at a time."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from app.db.news import Looking, News
from app.search.contract import IndexUnavailable, Mark
from app.search.keeping import IndexLocked, IndexWriter, SearchEngine
from indexer.embeddings import Embedder
from indexer.rebuilding import rebuild
from indexer.source import DocumentSource
from indexer.stepping import keep_up, pause_after
from indexer.worker import Worker

logger = logging.getLogger("indexer")

STANDBY_SECONDS = 0.5
TIDY_SECONDS = 60.0
"""How often it is looked whether what a rebuild replaced has been kept for its time."""

Kept = Sequence[tuple[DocumentSource, SearchEngine]]


class Outdated(IndexUnavailable):
    """Another version of Holotype made the index, and it is not to be made anew without being asked for."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"another version of Holotype made the index, or other settings ({why}): `holotype index rebuild`"
            " makes it anew, as the indexer does with HOLOTYPE_INDEX_REBUILD=true"
        )


def follow(
    kept: Kept,
    embedder: Embedder | None,
    stop: Event,
    *,
    through: Mark | None = None,
    each_round: Callable[[], None] = lambda: None,
    news: News = Looking(),  # noqa: B008 - has no state
    may_rebuild: bool = True,
) -> None:
    """Wait to be the one indexer of some indexes, then keep them up to date.

    When another process wants an index, it gets it, and this one stands by for its next turn.

    Args:
        kept: The indexes, each with what it is made from.
        embedder: Gives documents their vectors; None if there is none.
        stop: Ends it.
        through: Ends it too, once the indexes have reached this change.
        each_round: Called in each round of standing by or of keeping up, also where that fails.
        news: Tells when to look at the log again.
        may_rebuild: Whether an index that another version made otherwise is made anew, beside it.
    """
    done = False
    while not (done or stop.is_set()):
        with ExitStack() as held:
            workers = []
            for source, engine in kept:
                turn = _Turn(source, engine, embedder, stop, each_round, may_rebuild=may_rebuild)
                writer = turn.wait(through)
                if writer is None:
                    return
                held.callback(writer.close)
                workers.append(Worker(source, writer, embedder))
            each = _each(each_round, [engine for _, engine in kept])
            done = keep_up(workers, embedder, stop, through=through, each_round=each, news=news)


class _Turn:
    """The turn to write an index, waited for."""

    def __init__(
        self,
        source: DocumentSource,
        engine: SearchEngine,
        embedder: Embedder | None,
        stop: Event,
        each_round: Callable[[], None],
        *,
        may_rebuild: bool,
    ) -> None:
        self._source, self._engine, self._embedder, self._stop = source, engine, embedder, stop
        self._each_round, self._may_rebuild = each_round, may_rebuild
        self._said: str | None = None

    def wait(self, through: Mark | None) -> IndexWriter | None:
        """Return the writer of the index, standing by while another process has it; None if stopped before.

        What fails is tried again, except on the way to `through`: then the failure is raised.
        """
        while not self._stop.is_set():
            self._each_round()
            try:
                if writer := self._take():
                    return writer
            except IndexLocked as locked:
                self._say(f"{locked}; standing by")
                self._stop.wait(STANDBY_SECONDS)
            except (SQLAlchemyError, IndexUnavailable) as failure:
                if through:
                    raise
                pause_after(failure, self._stop)
        return None

    def _take(self) -> IndexWriter | None:
        """Return the writer; None if the index was made anew before, or that was stopped.

        Raises:
            IndexLocked: Another process has the index, or makes it anew.
            IndexUnavailable: It cannot be written, or is outdated.
        """
        if why := self._engine.why_outdated():
            if self._engine.standing().kept:
                raise IndexLocked(f"a process of another version writes the index ({why})")
            if not self._may_rebuild:
                raise Outdated(why)
            self._say(f"the index is not as this version makes it ({why}): making it anew beside it")
            rebuild(
                self._source, self._engine, self._embedder, self._stop, lambda _position: self._each_round()
            )
            return None
        writer = self._engine.writer(self._source.log())
        if writer.replaced:
            logger.info("making a new index: %s", writer.replaced)
        return writer

    def _say(self, sentence: str) -> None:
        """Log a sentence, unless it was the last one."""
        if sentence != self._said:
            logger.info("%s", sentence)
            self._said = sentence


def _each(each_round: Callable[[], None], engines: Sequence[SearchEngine]) -> Callable[[], None]:
    """Return what is called in each round, and every `TIDY_SECONDS` drops what has been kept for its time."""
    due = 0.0

    def act() -> None:
        nonlocal due
        each_round()
        if time.monotonic() < due:
            return
        due = time.monotonic() + TIDY_SECONDS
        for engine in engines:
            try:
                engine.drop_replaced()
            except IndexUnavailable as failure:
                logger.error("%s; what a rebuild replaced is dropped later", failure)  # noqa: TRY400 - a sentence

    return act
