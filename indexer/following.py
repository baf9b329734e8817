"""Following the change log, one process at a time."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import wait
from contextlib import ExitStack
from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from app.db.faults import fault
from app.db.news import Looking, News
from app.search.contract import IndexUnavailable, Mark
from app.search.keeping import IndexLocked, IndexWriter, SearchEngine
from indexer.embeddings import Embedder
from indexer.source import DocumentSource
from indexer.worker import Worker

logger = logging.getLogger("indexer")

POLL_SECONDS = 0.1
PAUSE_SECONDS = 2.0
STANDBY_SECONDS = 0.5

Kept = Sequence[tuple[DocumentSource, SearchEngine]]


def follow(
    kept: Kept,
    embedder: Embedder | None,
    stop: Event,
    *,
    through: Mark | None = None,
    each_round: Callable[[], None] = lambda: None,
    news: News = Looking(),  # noqa: B008 - has no state
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
    """
    done = False
    while not (done or stop.is_set()):
        with ExitStack() as held:
            workers = []
            for source, engine in kept:
                writer = _take_over(source, engine, stop, through, each_round)
                if writer is None:
                    return
                held.callback(writer.close)
                workers.append(Worker(source, writer, embedder))
            done = keep_up(workers, embedder, stop, through=through, each_round=each_round, news=news)


def keep_up(
    workers: Sequence[Worker],
    embedder: Embedder | None,
    stop: Event,
    *,
    through: Mark | None = None,
    each_round: Callable[[], None] = lambda: None,
    news: News = Looking(),  # noqa: B008 - has no state
) -> bool:
    """Let each do its work until `stop` is set, its index is wanted, or all have reached `through`.

    The encoder of queries is waited for too, so that what was reached can be searched by meaning.

    What fails is tried again, except on the way to `through`: then the failure is raised.

    Returns:
        Whether they have reached `through`.
    """
    failed = False
    while not stop.is_set() and not any(worker.is_wanted() for worker in workers):
        each_round()
        try:
            if failed:
                for worker in workers:
                    worker.discard()
                failed = False
            busy = _step(workers)
        except IndexLocked as lost:
            logger.info("%s; standing by", lost)
            return False
        except Exception as failure:
            if through:
                raise
            # The database may be locked or away for a moment; the positions still say where to go on.
            _tell(failure)
            failed = True
            stop.wait(PAUSE_SECONDS)
            continue
        preparing = embedder is not None and embedder.is_preparing()
        if through and not preparing and all(worker.has_reached(through) for worker in workers):
            return True
        if not busy:
            _pause(workers, embedder, stop, news)
    return False


def _step(workers: Sequence[Worker]) -> bool:
    """Follow the log with all, then collect vectors for all; return whether there was anything to do."""
    worked = [worker.follow() or worker.retry() for worker in workers]
    embedded = [worker.embed() for worker in workers]
    return any(worked) or any(embedded)


def _pause(workers: Sequence[Worker], embedder: Embedder | None, stop: Event, news: News) -> None:
    """Wait until the log may have grown, or vectors are there."""
    being_made = [batch.made for worker in workers for batch in worker.batches()]
    if being_made:
        wait(being_made, POLL_SECONDS, return_when="FIRST_COMPLETED")
        return
    if embedder:
        embedder.rest()
    news.wait(stop)


def _tell(failure: Exception) -> None:
    """Log a failure of what is tried again: by one sentence where it is known what is wrong."""
    wrong = failure if isinstance(failure, IndexUnavailable) else fault(failure)
    if wrong is not None:
        logger.error("%s; trying again in %.0f s", wrong, PAUSE_SECONDS)
    else:
        logger.error("indexing failed; trying again in %.0f s", PAUSE_SECONDS, exc_info=failure)


def _take_over(
    source: DocumentSource,
    engine: SearchEngine,
    stop: Event,
    through: Mark | None,
    each_round: Callable[[], None],
) -> IndexWriter | None:
    """Return the writer of an index, standing by while another process has it; None if stopped before."""
    said = False
    while not stop.is_set():
        each_round()
        try:
            writer = engine.writer(source.log())
        except IndexLocked as locked:
            if not said:
                logger.info("%s; standing by", locked)
                said = True
            stop.wait(STANDBY_SECONDS)
            continue
        except (SQLAlchemyError, IndexUnavailable) as failure:
            if through:
                raise
            _tell(failure)
            stop.wait(PAUSE_SECONDS)
            continue
        if writer.replaced:
            logger.info("making a new index: %s", writer.replaced)
        return writer
    return None
