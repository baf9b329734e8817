"""The indexer's work: changes behind my position, what they touch, documents, the engine, the position.

Words follow the log at once; vectors are made between, a few documents at a time, newest first. Any step may
be cut off anywhere: it is repeated from the last committed position.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import Future
from logging import DEBUG, INFO
from pathlib import Path
from threading import Event

from sqlalchemy.exc import OperationalError

from app.db.statements import batched
from app.search.contract import DocumentVectors, IndexPosition, Mark
from app.search.document import Document, meaning_texts, texts_digest
from app.search.embedded.writer import EmbeddedWriter
from indexer.embeddings import EmbeddingCache, Encoder
from indexer.source import DocumentSource

logger = logging.getLogger("indexer")

POLL_SECONDS = 0.1
PAUSE_SECONDS = 2.0
CHANGES_AT_ONCE = 1_000
DOCUMENTS_AT_ONCE = 500
# As many are encoded in about half a second, in which no change is followed.
EMBEDDED_AT_ONCE = 64


class Worker:
    """Keeps an index up to date with one kind of thing in a registry.

    Args:
        source: The registry.
        writer: The index.
        encoder: Turns texts into vectors once it is ready; what it fails with is logged, and words go on.
        cache: The file of vectors that were made before.
    """

    def __init__(
        self, source: DocumentSource, writer: EmbeddedWriter, encoder: Future[Encoder], cache: Path
    ) -> None:
        self._source = source
        self._writer = writer
        self._loading: Future[Encoder] | None = encoder
        self._cache_file = cache
        self._encoder: EmbeddingCache | None = None
        self._parked: set[str] = set()

    def follow(self) -> bool:
        """Bring words, facets and filters up to the log; return whether there was anything to do."""
        head = self._source.head()
        position = self._writer.position
        if head.sequence == position.words.sequence:
            return False
        self._check_log(head, position)
        if not self._writer.position.words.sequence:
            self._fill(head)
            return True
        touched = self._source.touched(position.words.sequence, CHANGES_AT_ONCE)
        self._index(sorted(touched.ids), touched.through)
        self._writer.commit(Mark(touched.through, touched.through_at))
        logger.debug("words: followed to change %d (%d documents)", touched.through, len(touched.ids))
        return True

    def embed(self) -> bool:
        """Give the newest documents without vectors theirs; return whether there was anything to do."""
        encoder = self._ready_encoder()
        missing = self._writer.missing_vectors(EMBEDDED_AT_ONCE + len(self._parked))
        wanted = [model_id for model_id in missing if model_id not in self._parked][:EMBEDDED_AT_ONCE]
        if encoder is None or not wanted:
            return False
        documents = self._source.documents(wanted)
        self._writer.put_vectors(_vectors(encoder, documents))
        self._writer.commit()
        # What still misses them was changed or deleted since: words have to follow before it is tried again.
        self._parked |= set(wanted) & set(self._writer.missing_vectors(len(missing)))
        position = self._writer.position
        done = position.embedded == position.documents
        logger.log(
            INFO if done else DEBUG, "meaning: %d of %d documents", position.embedded, position.documents
        )
        return True

    def waits_for_encoder(self) -> bool:
        """Return whether the encoder is still being loaded."""
        return self._loading is not None

    def discard(self) -> None:
        """Go back to what was last committed."""
        self._writer.discard()

    def _check_log(self, head: Mark, position: IndexPosition) -> None:
        """Begin anew if the registry is not the one that the index was made from, or went back in time."""
        log = self._source.log()
        if log == position.log and head.sequence >= position.words.sequence:
            return
        if position.log:
            logger.warning("the registry was restored or replaced: indexing it anew")
        self._writer.reset(log)
        if self._encoder:
            self._writer.use_embedder(self._encoder.meta.digest)

    def _fill(self, head: Mark) -> None:
        """Read all documents, or those that are left if an earlier reading was cut off."""
        ids = self._source.ids()
        began = self._writer.filling_from or head
        self._writer.begin_filling(began, len(ids))
        known = self._writer.known_ids()
        for some in batched([model_id for model_id in ids if model_id not in known], DOCUMENTS_AT_ONCE):
            self._index(some, began.sequence)
            self._writer.commit()
            logger.info("words: %d of %d documents", self._writer.position.documents, len(ids))
        self._writer.commit(began)
        logger.info("words: read all documents, as of change %d", began.sequence)

    def _index(self, ids: Sequence[str], through: int) -> None:
        """Put the documents of the living and delete the others, as of change `through`."""
        self._parked.difference_update(ids)
        for some in batched(ids, DOCUMENTS_AT_ONCE):
            try:
                self._put(some, through)
            except OperationalError:
                raise
            except Exception:  # noqa: BLE001 - whatever is wrong with one model must not keep the others out
                for model_id in some:
                    self._put_alone(model_id, through)

    def _put(self, ids: Sequence[str], through: int) -> None:
        documents = self._source.documents(ids)
        self._writer.put(documents)
        self._writer.delete(sorted(set(ids) - {document.id for document in documents}), through)

    def _put_alone(self, model_id: str, through: int) -> None:
        try:
            self._put([model_id], through)
        except OperationalError:
            raise
        except Exception as failure:
            logger.error("%s cannot be indexed (%r); what the index holds of it stays", model_id, failure)  # noqa: TRY400 - a line a model, not a screen
            logger.debug("the failure of %s", model_id, exc_info=failure)

    def _ready_encoder(self) -> EmbeddingCache | None:
        """Return the encoder; None while it is loading, and for good if it cannot be loaded."""
        if self._loading is None or not self._loading.done():
            return self._encoder
        loading, self._loading = self._loading, None
        if failure := loading.exception():
            logger.error("no search by meaning: %s", failure)
            return None
        encoder = loading.result()
        self._encoder = EmbeddingCache(self._cache_file, encoder)
        self._writer.use_embedder(encoder.meta.digest)
        return self._encoder


def keep_up(workers: Sequence[Worker], stop: Event, *, until_done: bool = False) -> None:
    """Let each do its work until `stop` is set, or `until_done` with everything that there is to do.

    Words of all come before the meaning of any. What fails is tried again, except `until_done`: then the
    failure is raised.
    """
    while not stop.is_set():
        try:
            followed = [worker.follow() for worker in workers]
            busy = any(followed) or any(worker.embed() for worker in workers)
        except Exception:
            if until_done:
                raise
            # The database may be locked or away for a moment; the positions still say where to go on.
            logger.exception("indexing failed; trying again in %.0f s", PAUSE_SECONDS)
            for worker in workers:
                worker.discard()
            stop.wait(PAUSE_SECONDS)
            continue
        if not busy and until_done and not any(worker.waits_for_encoder() for worker in workers):
            return
        if not busy:
            stop.wait(POLL_SECONDS)


def _vectors(encoder: EmbeddingCache, documents: Sequence[Document]) -> list[DocumentVectors]:
    texts = [meaning_texts(document) for document in documents]
    made = iter(encoder.encode([text for pair in texts for text in (pair.facts, pair.description)]))
    return [
        DocumentVectors(document.key, document.id, texts_digest(document), next(made), next(made))
        for document in documents
    ]
