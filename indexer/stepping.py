"""The indexer's loop: step after step, until it is stopped, has done what it was to do, or lost its index."""

import logging
from collections.abc import Callable
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


class Pauses:
    """Waits before what failed is tried again, and logs what is wrong once, until it is over.

    Args:
        stop: Ends a wait.
    """

    def __init__(self, stop: Event) -> None:
        self._stop = stop
        self._said: str | None = None

    def wait(self, failure: Exception) -> None:
        """Wait, and say what failed by one sentence where it is known what is wrong."""
        wrong = failure if isinstance(failure, IndexUnavailable) else fault(failure)
        said = str(wrong or repr(failure))
        if said != self._said:
            self._said = said
            sentence = f"{wrong or 'indexing failed'}; looking again every {PAUSE_SECONDS:.0f} s"
            logger.error("%s", sentence, exc_info=None if wrong else failure)
        self._stop.wait(PAUSE_SECONDS)

    def end(self) -> None:
        """Note that it works, after a failure or not."""
        if self._said is not None:
            logger.info("indexing works again")
            self._said = None


def keep_up(
    worker: Worker,
    embedder: Embedder | None,
    stop: Event,
    *,
    through: Mark | None = None,
    each_round: Callable[[], None] = lambda: None,
    news: News = Looking(),  # noqa: B008 - has no state
) -> bool:
    """Do the work until `stop` is set, the index is wanted, or it has reached `through`.

    The encoder of queries is waited for too, so that what was reached can be searched by meaning.

    What fails is tried again, except on the way to `through`: then the failure is raised.

    Returns:
        Whether it has reached `through`.
    """
    pauses = Pauses(stop)
    failed = False
    while not stop.is_set() and not worker.is_wanted():
        each_round()
        try:
            if failed:
                worker.discard()
                failed = False
            busy = _step(worker)
        except IndexLocked as lost:
            logger.info("%s; standing by", lost)
            return False
        except Exception as failure:
            if through:
                raise
            # The database may be locked or away for a moment; the position still says where to go on.
            pauses.wait(failure)
            failed = True
            continue
        pauses.end()
        preparing = embedder is not None and embedder.is_preparing()
        if through and not preparing and worker.has_reached(through):
            return True
        if not busy:
            _pause(worker, embedder, stop, news)
    return False


def _step(worker: Worker) -> bool:
    """Follow the log, then collect vectors; return whether there was anything to do."""
    worked = worker.follow() or worker.retry()
    embedded = worker.embed()
    return worked or embedded


def _pause(worker: Worker, embedder: Embedder | None, stop: Event, news: News) -> None:
    """Wait until the log may have grown, or vectors are there."""
    being_made = [batch.made for batch in worker.batches()]
    if being_made:
        wait(being_made, POLL_SECONDS, return_when="FIRST_COMPLETED")
        return
    if embedder:
        embedder.rest()
    news.wait(stop)
