"""A registry in memory, and an encoder without a model, for what the real ones cannot show."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import numpy as np

from app.search.contract import Kind, Mark, Vector
from app.search.delivery import DIMENSION
from app.search.document import Document
from app.search.query_encoder import EmbedderMeta, EmbedderUnavailable
from indexer.documents import Touched
from tests.search.samples import document, vector_of


class Shelf:
    """Documents that are put and taken away, each by a change of its own."""

    kind = Kind.MODELS
    crew = None

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
        return self.mark(len(self.changes))

    def mark(self, sequence: int) -> Mark:
        """Return the place of a change in the log."""
        if not 0 < sequence <= len(self.changes):
            return Mark()
        return Mark(sequence, datetime(2026, 1, 1, tzinfo=UTC), " ".join(self.changes[:sequence]))

    def ids(self) -> list[str]:
        """Return the ids of all documents."""
        return sorted(self.living)

    def touched(self, after: int, limit: int) -> Touched:
        """Return what the next changes touched."""
        through = min(after + limit, len(self.changes))
        return Touched(set(self.changes[after:through]), self.mark(through) if through > after else None)

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

    def prepare(self) -> None:
        """Do nothing: queries are encoded by the same function."""

    def rest(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class MissingEncoder(HashingEncoder):
    """An encoder that turns out to be missing when it is to be loaded."""

    def prepare(self) -> None:
        """Fail."""
        raise EmbedderUnavailable("torch is not installed")
