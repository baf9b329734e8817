"""Locks that a process holds on an index directory; they end with the process, however it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from app.search.keeping import IndexLocked

WRITER, TURN = "writer.lock", "turn.lock"
PATIENCE_SECONDS = 60.0
"""How long an indexer may take to let go: it does so between two steps of its work."""


def take(directory: Path, name: str, *, seconds: float = 0.0) -> FileLock:
    """Take a lock, which the caller gives back.

    Raises:
        IndexLocked: Another process has it, for so many seconds.
    """
    lock = FileLock(directory / name, timeout=seconds)
    try:
        lock.acquire()
    except Timeout:
        raise IndexLocked(f"another process writes the index in {directory}") from None
    return lock


def is_taken(directory: Path, name: str) -> bool:
    """Return whether a process holds a lock."""
    if not (directory / name).exists():
        return False
    try:
        take(directory, name).release()
    except IndexLocked:
        return True
    return False


@contextmanager
def alone(directory: Path, *, seconds: float) -> Iterator[None]:
    """Ask the writer to let go, and keep every writer out until the end.

    Raises:
        IndexLocked: It was not let go within so many seconds.
    """
    with take(directory, TURN, seconds=seconds), take(directory, WRITER, seconds=seconds):
        yield
