"""Vectors kept by digest of text and embedder, whatever becomes of the index: none is made twice."""

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from app.search.contract import Vector
from app.search.query_encoder import EmbedderMeta

_TABLE = "CREATE TABLE IF NOT EXISTS embedding (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    meta: EmbedderMeta

    def encode(self, texts: Sequence[str]) -> Vector:
        """Return one unit vector a text, in order."""

    def export(self, index: Path) -> None:
        """Write the encoder for queries into an index directory, whole or not at all, if it lacks it."""


class EmbeddingCache:
    """An encoder that remembers, in a SQLite file, what it has encoded."""

    def __init__(self, path: Path, encoder: Encoder) -> None:
        self._encoder = encoder
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        # A vector that is lost in a power cut is worked out again.
        self._file.execute("PRAGMA synchronous = NORMAL")
        self._file.execute(_TABLE)

    @property
    def meta(self) -> EmbedderMeta:
        """What the encoder is."""
        return self._encoder.meta

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        """Return one unit vector a text, in order; equal texts are encoded once."""
        keys = {text: self._key(text) for text in texts}
        known = {text: vector for text, key in keys.items() if (vector := self._read(key)) is not None}
        unknown = [text for text in keys if text not in known]
        if unknown:
            made = dict(zip(unknown, self._encoder.encode(unknown), strict=True))
            self._keep({keys[text]: vector for text, vector in made.items()})
            known |= made
        return [known[text] for text in texts]

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _key(self, text: str) -> bytes:
        return hashlib.blake2b(f"{self.meta.digest}\n{text}".encode(), digest_size=16).digest()

    def _read(self, key: bytes) -> Vector | None:
        row = self._file.execute("SELECT vector FROM embedding WHERE key = ?", (key,)).fetchone()
        return None if row is None else np.frombuffer(row[0], np.float32)

    def _keep(self, vectors: dict[bytes, Vector]) -> None:
        rows = [(key, vector.astype(np.float32).tobytes()) for key, vector in vectors.items()]
        self._file.execute("BEGIN")
        self._file.executemany("INSERT OR IGNORE INTO embedding VALUES (?, ?)", rows)
        self._file.execute("COMMIT")
