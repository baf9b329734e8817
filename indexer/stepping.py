"""The indexer's loop: step after step, until it is stopped, has done what it was to do, or lost its index."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import wait
from threading import Event

from app.db.faults import fault
from app.db.news import Looking, News
from app.search.contract import IndexUnavailable, Mark
from app.search.keeping import IndexLocked
from indexer.embeddings import Embedder
from indexer.worker import Worker

logger = logging.getLogger("indexer")

POLL_SECONDS = 0.1
PAUSE_SECONDS = 2.0


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
            pause_after(failure, stop)
            failed = True
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


def pause_after(failure: Exception, stop: Event) -> None:
    """Wait before what failed is tried again; say so by one sentence where it is known what is wrong."""
    wrong = failure if isinstance(failure, IndexUnavailable) else fault(failure)
    if wrong is not None:
        logger.error("%s; trying again in %.0f s", wrong, PAUSE_SECONDS)
    else:
        logger.error("indexing failed; trying again in %.0f s", PAUSE_SECONDS, exc_info=failure)
    stop.wait(PAUSE_SECONDS)
