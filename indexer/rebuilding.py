"""Making an index anew beside the one that is searched, while the registry changes."""

from collections.abc import Callable
from contextlib import closing
from threading import Event

from app.search.contract import IndexPosition
from app.search.keeping import IndexLocked, SearchEngine
from indexer.embeddings import Embedder
from indexer.source import DocumentSource
from indexer.stepping import keep_up
from indexer.verifying import DraftDiffers, verify
from indexer.worker import Worker

Report = Callable[[IndexPosition], None]


def rebuild(
    source: DocumentSource, engine: SearchEngine, embedder: Embedder | None, stop: Event, report: Report
) -> bool:
    """Make an index anew in a draft, which follows the log like any index, and put it in the old one's place.

    The indexer beside goes on with the old index meanwhile, and stands by while the draft takes its place. A
    rebuild that was cut off leaves its draft, and the next one goes on with it.

    Returns:
        Whether it was done; not if it was stopped before.

    Raises:
        IndexLocked: Another rebuild is at work, or has taken the draft over, or the indexer did not let go of
            the index.
        DraftDiffers: The draft is not what the registry holds; it is dropped, and the old index stays.
    """
    with closing(engine.draft(source.log())) as draft:
        worker = Worker(source, draft, embedder)

        def tell() -> None:
            report(worker.position)

        if not keep_up(worker, embedder, stop, through=source.head(), each_round=tell):
            if not stop.is_set():
                raise IndexLocked("another process has taken over the index that is being made anew")
            return False
        tell()
        with engine.alone():
            while worker.follow():
                pass
            try:
                verify(source, engine, draft, embedder)
            except DraftDiffers as differs:
                engine.reject_draft(draft, str(differs))
                raise
            engine.publish(draft)
    return True
