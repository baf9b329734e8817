"""Following the change log: each index by itself, and each by one process at a time."""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from threading import Event, Lock

from sqlalchemy.exc import SQLAlchemyError

from app.db.news import Looking, News
from app.search.contract import IndexUnavailable, Mark
from app.search.keeping import IndexLocked, Rejected, SearchEngine
from indexer.embeddings import Embedder
from indexer.rebuilding import rebuild
from indexer.source import DocumentSource
from indexer.stepping import Pauses, keep_up
from indexer.verifying import DraftDiffers
from indexer.worker import Worker

logger = logging.getLogger("indexer")

STANDBY_SECONDS = 0.5
SIGNALLED_SECONDS = 0.5
"""How long a signal goes unnoticed that the system gave to another thread than the one that handles it."""
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


class RebuildPaused(IndexUnavailable):
    """The index is to be made anew, which has failed so far."""

    def __init__(self, rejected: Rejected) -> None:
        at = f"{rejected.retry_at:%Y-%m-%d %H:%M:%S} UTC"
        super().__init__(f"{rejected.reason}; after {rejected.tries} the indexer makes the next one at {at}")


def follow(
    kept: Kept,
    embedder: Embedder | None,
    stop: Event,
    *,
    through: Mark | None = None,
    each_round: Callable[[], None] = lambda: None,
    news: Callable[[], News] = Looking,
    may_rebuild: bool = True,
) -> None:
    """Wait to be the one indexer of each index, then keep it up to date, each on a thread of its own.

    When another process wants an index, it gets it, and this one stands by for its next turn. What keeps one
    index from being followed, its rebuild for example, keeps no other one back.

    Args:
        kept: The indexes, each with what it is made from.
        embedder: Gives documents their vectors; None if there is none.
        stop: Ends it; set by it where following an index fails for good.
        through: Ends it too, once the indexes have reached this change; what fails on the way is raised.
        each_round: Called whenever each index had a round, of standing by or of keeping up, failed or not.
        news: Makes what tells, for one index, when to look at the log again.
        may_rebuild: Whether an index that another version made otherwise is made anew, beside it.
    """
    rounds = _Rounds(each_round, len(kept))

    def follow_one(number: int, source: DocumentSource, engine: SearchEngine) -> None:
        each = partial(rounds.had, number)
        turn = _Turn(source, engine, embedder, stop, each, may_rebuild=may_rebuild)
        try:
            with closing(news()) as told:
                while worker := turn.wait(through):
                    with closing(worker):
                        if keep_up(
                            worker, embedder, stop, through=through, each_round=_each(each, engine), news=told
                        ):
                            break
        except BaseException:
            stop.set()
            raise
        finally:
            rounds.end(number)

    with ThreadPoolExecutor(len(kept), "follows") as threads:
        following = [threads.submit(follow_one, number, *one) for number, one in enumerate(kept)]
        # Python handles signals on this thread alone, and one that another thread got does not wake it.
        while wait(following, SIGNALLED_SECONDS).not_done:
            pass
        for ended in following:
            ended.result()


class _Rounds:
    """Calls `act` whenever each of `count` that go on had a round since the last time."""

    def __init__(self, act: Callable[[], None], count: int) -> None:
        self._act, self._lock = act, Lock()
        self._going_on = set(range(count))
        self._awaited = set(range(count))

    def had(self, number: int) -> None:
        """Note a round of one."""
        with self._lock:
            self._awaited.discard(number)
            if not self._awaited:
                self._awaited = set(self._going_on)
                self._act()

    def end(self, number: int) -> None:
        """Note that one has no more rounds."""
        with self._lock:
            self._going_on.discard(number)
        self.had(number)


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
        self._pauses = Pauses(stop)
        self._said: str | None = None

    def wait(self, through: Mark | None) -> Worker | None:
        """Return what keeps the index up to date, standing by while another process does; None if stopped.

        What fails is tried again, except on the way to `through`: then the failure is raised.
        """
        while not self._stop.is_set():
            self._each_round()
            try:
                worker = self._take()
                self._pauses.end()
            except IndexLocked as locked:
                self._say(f"{locked}; standing by")
                self._stop.wait(STANDBY_SECONDS)
            except (SQLAlchemyError, IndexUnavailable) as failure:
                if through:
                    raise
                # What is wrong with a draft is said with when the next one is made.
                if not isinstance(failure, DraftDiffers):
                    self._pauses.wait(failure)
            else:
                if worker:
                    return worker
        return None

    def _take(self) -> Worker | None:
        """Take the turn; None if the index was made anew before, or that was stopped.

        Raises:
            IndexLocked: Another process has the index, or makes it anew.
            IndexUnavailable: It cannot be written, or is outdated.
        """
        if why := self._engine.why_outdated():
            self._make_anew(why)
            return None
        writer = self._engine.writer(self._source.log())
        try:
            if writer.replaced:
                logger.info("%s: making a new index: %s", self._source.kind, writer.replaced)
            return Worker(self._source, writer, self._embedder)
        except BaseException:
            writer.close()
            raise

    def _make_anew(self, why: str) -> None:
        standing = self._engine.standing()
        if standing.kept:
            raise IndexLocked(f"a process of another version writes the index ({why})")
        if not self._may_rebuild:
            raise Outdated(why)
        if standing.rejected and standing.rejected.retry_at > datetime.now(UTC):
            raise RebuildPaused(standing.rejected)
        kind = self._source.kind
        self._say(f"{kind}: the index is not as this version makes it ({why}): making it anew beside it")
        rebuild(self._source, self._engine, self._embedder, self._stop, lambda _position: self._each_round())

    def _say(self, sentence: str) -> None:
        """Log a sentence, unless it was the last one."""
        if sentence != self._said:
            logger.info("%s", sentence)
            self._said = sentence


def _each(each_round: Callable[[], None], engine: SearchEngine) -> Callable[[], None]:
    """Return what is called in each round, and every `TIDY_SECONDS` drops what has been kept for its time."""
    due = 0.0

    def act() -> None:
        nonlocal due
        each_round()
        if time.monotonic() < due:
            return
        due = time.monotonic() + TIDY_SECONDS
        try:
            engine.drop_replaced()
        except IndexUnavailable as failure:
            logger.error("%s; what a rebuild replaced is dropped later", failure)  # noqa: TRY400 - a sentence

    return act
