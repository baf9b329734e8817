"""A registry in memory, and an encoder without a model, for what the real ones cannot show."""

from collections.abc import Collection, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from app.search.contract import Mark, Vector
from app.search.document import Document
from app.search.embedded.rows import DIMENSION
from app.search.query_encoder import EmbedderMeta
from indexer.documents import Touched
from indexer.embeddings import Encoder
from tests.search.samples import document, vector_of


class Shelf:
    """Documents that are put and taken away, each by a change of its own."""

    def __init__(self, count: int = 0) -> None:
        self.changes: list[str] = []
        self.living: dict[str, Document] = {}
        self.asked: list[str] = []
        for key in range(1, count + 1):
            self.put(document(key))

    def put(self, given: Document) -> None:
        """Put or replace a document."""
        self.changes.append(given.id)
        self.living[given.id] = given

    def take(self, model_id: str) -> None:
        """Take a document away."""
        self.changes.append(model_id)
        del self.living[model_id]

    def log(self) -> str:
        """Return the identity of the change log."""
        return "shelf" if self.changes else ""

    def head(self) -> Mark:
        """Return the end of the change log."""
        return Mark(len(self.changes), datetime(2026, 1, 1, tzinfo=UTC) if self.changes else None)

    def ids(self) -> list[str]:
        """Return the ids of all documents."""
        return sorted(self.living)

    def touched(self, after: int, limit: int) -> Touched:
        """Return what the next changes touched."""
        through = min(after + limit, len(self.changes))
        return Touched(set(self.changes[after:through]), through, self.head().at)

    def documents(self, ids: Collection[str]) -> Sequence[Document]:
        """Return the documents among `ids` that are there."""
        self.asked += ids
        return [self._now(self.living[one]) for one in ids if one in self.living]

    def _now(self, given: Document) -> Document:
        return document(given.key, given.name, description=given.description, sequence=len(self.changes))


class HashingEncoder:
    """Adds up one random direction a word."""

    def __init__(self, name: str = "hashing") -> None:
        self.meta = EmbedderMeta(name, name, DIMENSION, 128)
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vector:
        """Return one unit vector a text."""
        self.encoded += texts
        return np.array([vector_of(text) for text in texts])

    def export(self, index: Path) -> None:
        """Write nothing: queries are encoded by the same function."""


def ready(encoder: Encoder) -> Future[Encoder]:
    """Return the encoder as one that has been loaded."""
    future: Future[Encoder] = Future()
    future.set_result(encoder)
    return future


def missing(reason: str) -> Future[Encoder]:
    """Return an encoder that could not be loaded."""
    future: Future[Encoder] = Future()
    future.set_exception(ModuleNotFoundError(reason))
    return future
