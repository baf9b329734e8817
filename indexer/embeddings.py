"""Vectors of documents, kept by digest of text and embedder whatever becomes of an index."""

import hashlib
import logging
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np

from app.db.statements import batched
from app.search.contract import Mark, Vector
from app.search.delivery import DocumentVectors
from app.search.document import Document, MeaningTexts, digest_of, meaning_texts
from app.search.query_encoder import EmbedderMeta

logger = logging.getLogger("indexer")

_TABLE = "CREATE TABLE IF NOT EXISTS embedding (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
_ASKED_AT_ONCE = 500
_BUSY_SECONDS = 30.0


class EncodingFailed(Exception):
    """The encoder failed at a text."""


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    meta: EmbedderMeta

    def prepare(self) -> None:
        """Do what has to be done once before the first text.

        Raises:
            EmbedderUnavailable: The encoder cannot be used.
        """

    def encode(self, texts: Sequence[str]) -> Vector:
        """Return one unit vector a text, in order.

        Raises:
            EmbedderUnavailable: The encoder cannot be used.
            EncodingFailed: The encoder failed at these texts.
        """

    def rest(self) -> None:
        """Give back what is not needed; called now and then while there is nothing to encode."""

    def close(self) -> None:
        """Give everything back."""


class EmbeddingCache:
    """A SQLite file of all vectors that were made, used from any thread."""

    def __init__(self, path: Path, embedder: str) -> None:
        self._embedder = embedder
        self._file = sqlite3.connect(
            path, isolation_level=None, timeout=_BUSY_SECONDS, check_same_thread=False
        )
        self._lock = Lock()
        self._file.execute("PRAGMA journal_mode = WAL")
        # A vector that is lost in a power cut is worked out again.
        self._file.execute("PRAGMA synchronous = NORMAL")
        self._file.execute(_TABLE)

    def known(self, texts: Iterable[str]) -> dict[str, Vector]:
        """Return the vectors of those texts that have some."""
        by_key = {self._key(text): text for text in texts}
        return {
            by_key[key]: np.frombuffer(vector, np.float32)
            for some in batched(list(by_key), _ASKED_AT_ONCE)
            for key, vector in self._read(some)
        }

    def vectors_of(self, documents: Sequence[Document]) -> list[DocumentVectors]:
        """Return the vectors of those documents both of whose texts have some."""
        texts = [meaning_texts(document) for document in documents]
        vectors = self.known(text for both in texts for text in (both.facts, both.description))
        return [
            _joined(document, both, vectors)
            for document, both in zip(documents, texts, strict=True)
            if both.facts in vectors and both.description in vectors
        ]

    def keep(self, vectors: Mapping[str, Vector]) -> None:
        """Keep the vectors of texts."""
        rows = [(self._key(text), vector.astype(np.float32).tobytes()) for text, vector in vectors.items()]
        with self._lock, self._file:
            self._file.execute("BEGIN IMMEDIATE")
            self._file.executemany("INSERT OR IGNORE INTO embedding VALUES (?, ?)", rows)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _key(self, text: str) -> bytes:
        return hashlib.blake2b(
            f"{self._embedder}\n{text}".encode(errors="surrogatepass"), digest_size=16
        ).digest()

    def _read(self, keys: Collection[bytes]) -> list[tuple[bytes, bytes]]:
        places = ", ".join("?" * len(keys))
        query = f"SELECT key, vector FROM embedding WHERE key IN ({places})"  # noqa: S608 - question marks
        with self._lock:
            return self._file.execute(query, list(keys)).fetchall()


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents whose vectors are being made.

    Attributes:
        through: The change that the documents are as of, or later.
        known: The vectors of those of their texts that have been encoded before.
        texts: Those texts that are encoded for it.
        made: Their vectors, once they are there.
    """

    documents: Sequence[Document]
    through: Mark
    known: Mapping[str, Vector]
    texts: Sequence[str]
    made: Future[Vector]


class Embedder:
    """Gives documents their vectors, from any thread: kept ones at once, others by the encoder on its own.

    Args:
        path: The file of kept vectors.
        encoder: What makes the others.
    """

    def __init__(self, path: Path, encoder: Encoder) -> None:
        self._encoder = encoder
        self._cache = EmbeddingCache(path, encoder.meta.digest)
        self._thread = ThreadPoolExecutor(1, "encoder")
        self._prepared = self._thread.submit(encoder.prepare)
        self._failure: BaseException | None = None
        self._failing = Lock()

    @property
    def digest(self) -> str:
        """Stands for what makes the vectors."""
        return self._encoder.meta.digest

    def is_available(self) -> bool:
        """Return whether the encoder can be used, as far as is known; the log says once why not."""
        if self._failure is None and self._prepared.done() and (failure := self._prepared.exception()):
            self.give_up(failure)
        return self._failure is None

    def is_preparing(self) -> bool:
        """Return whether the encoder of queries is still being made."""
        return not self._prepared.done()

    def give_up(self, failure: BaseException) -> None:
        """Note, and log, why there will be no more vectors but kept ones while this process runs."""
        with self._failing:
            if self._failure is None:
                logger.error("no search by meaning: %s", failure)
                self._failure = failure

    def known(self, documents: Sequence[Document]) -> list[DocumentVectors]:
        """Return the vectors of those documents whose texts have been encoded before."""
        return self._cache.vectors_of(documents)

    def begin(self, documents: Sequence[Document], through: Mark) -> Batch:
        """Begin to make the vectors of documents, which are as of change `through` or later."""
        texts = list(dict.fromkeys(text for document in documents for text in _texts(document)))
        known = self._cache.known(texts)
        unknown = [text for text in texts if text not in known]
        return Batch(documents, through, known, unknown, self._thread.submit(self._encode, unknown))

    def finish(self, batch: Batch) -> list[DocumentVectors]:
        """Return the vectors that were made for a batch, and keep them.

        Raises:
            EmbedderUnavailable: The encoder cannot be used.
            EncodingFailed: The encoder failed at a text of the batch.
        """
        made = dict(zip(batch.texts, batch.made.result(), strict=True))
        self._cache.keep(made)
        vectors = {**batch.known, **made}
        return [_joined(document, meaning_texts(document), vectors) for document in batch.documents]

    def rest(self) -> None:
        """Give back what is not needed while there is nothing to encode."""
        self._thread.submit(self._encoder.rest)

    def close(self) -> None:
        """Give everything back; what was begun is not finished."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._encoder.close()
        self._thread.shutdown(wait=True)
        self._cache.close()

    def _encode(self, texts: Sequence[str]) -> Vector:
        self._prepared.result()
        if not texts:
            return np.empty((0, self._encoder.meta.dimension), np.float32)
        return self._encoder.encode(texts)


def _texts(document: Document) -> tuple[str, str]:
    texts = meaning_texts(document)
    return texts.facts, texts.description


def _joined(document: Document, texts: MeaningTexts, vectors: Mapping[str, Vector]) -> DocumentVectors:
    facts, description = vectors[texts.facts], vectors[texts.description]
    return DocumentVectors(document.key, document.id, digest_of(texts), facts, description)
