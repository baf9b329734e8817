"""What is put into an index beside documents, and what becomes of those that another process puts there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from app.db.engine import Database
from app.search.contract import Kind, Vector
from app.search.document import Document

DIMENSION = 384
"""How many numbers a vector has."""


@dataclass(frozen=True, slots=True)
class DocumentVectors:
    """The two vectors of a document, and the digest of the texts that they stand for."""

    key: int
    id: str
    texts: int
    facts: Vector
    description: Vector


def why_malformed(vectors: DocumentVectors) -> str | None:
    """Say why vectors cannot be kept; None if they can."""
    for vector in (vectors.facts, vectors.description):
        if vector.shape != (DIMENSION,):
            return f"a vector of {vector.size} numbers, not {DIMENSION}"
        if not np.isfinite(vector).all():
            return "a vector with a number that is none"
    return None


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that cannot be indexed as it is, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A document that a sender has put into the index.

    Attributes:
        id: Its id.
        key: Its key.
        sequence: The change it was built at.
        texts: The digest of the texts of its vectors.
        content: The digest of the whole of it.
        encoded: Whether its vectors went with it.
    """

    id: str
    key: int
    sequence: int
    texts: int
    content: int
    encoded: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of documents that a sender was given.

    Attributes:
        sent: Those that the index has now.
        refused: Those that cannot be indexed.
        malformed: Those of `sent` whose vectors cannot be kept.
    """

    sent: Sequence[Sent]
    refused: Sequence[Refused]
    malformed: Sequence[Refused]


class Sender(Protocol):
    """Puts documents into an index for its writer; it can be pickled, and used by another process."""

    @property
    def kind(self) -> Kind:
        """What the index holds."""

    def send(
        self, database: Database, documents: Sequence[Document], vectors: Sequence[DocumentVectors]
    ) -> Delivery:
        """Put documents with their vectors, as far as those are given, into the index.

        Args:
            database: The registry, which tells whether the writer still has the index.
            documents: What is put.
            vectors: The vectors of some of them, for the texts that those have.

        Raises:
            IndexLocked: Another process has taken the index over.
            IndexUnavailable: Not all of it was written.
        """
