"""The file of vectors: fixed rows, only ever appended; the last row of a document is the one that counts."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.search.delivery import DIMENSION, DocumentVectors

ROW = np.dtype(
    [("key", "<i8"), ("texts", "<i8"), ("facts", "<f4", (DIMENSION,)), ("description", "<f4", (DIMENSION,))]
)
"""A document's key, the digest of the texts, and the two unit vectors: 3,088 bytes."""
CHUNK = 4_096

Rows = npt.NDArray[np.void]


def open_rows(path: Path, count: int) -> Rows:
    """Return the first `count` rows of the file, mapped into memory."""
    if not count:
        return np.empty(0, ROW)
    return np.memmap(path, ROW, "r", shape=(count,))


def cut_rows(path: Path, count: int) -> None:
    """Cut off what lies behind the first `count` rows, never committed; make the file if missing."""
    with path.open("ab") as file:
        file.truncate(count * ROW.itemsize)


def append_rows(path: Path, vectors: Sequence[DocumentVectors]) -> None:
    """Append rows and wait until they are on the disk."""
    rows = np.empty(len(vectors), ROW)
    for name in ("key", "texts", "facts", "description"):
        rows[name] = [getattr(given, name) for given in vectors]
    _append(path, rows)


def copy_rows(rows: Rows, chosen: npt.NDArray[np.int64], path: Path) -> None:
    """Write the chosen rows into a new file."""
    cut_rows(path, 0)
    for start in range(0, len(chosen), CHUNK):
        _append(path, rows[chosen[start : start + CHUNK]])


def _append(path: Path, rows: Rows) -> None:
    with path.open("ab") as file:
        file.write(rows.tobytes())
        file.flush()
        os.fdatasync(file.fileno())


def last_rows(rows: Rows) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the keys that have rows, ascending, and the index of each one's last row."""
    keys, from_end = np.unique(rows["key"][::-1], return_index=True)
    return keys, len(rows) - 1 - from_end
