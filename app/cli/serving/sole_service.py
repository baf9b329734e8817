"""One `holotype up` a data folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from app.cli.terminal import fail

LOCK, SERVED = "up.lock", "up.served"


@contextmanager
def sole_service(data: Path, url: str) -> Iterator[bool]:
    """Serve a data folder alone, and tell whether whoever did so last was killed.

    The operating system frees the lock of a process however it dies; the note beside it, which says where the
    folder is served, is left behind when it was killed.
    """
    lock, note = FileLock(data / LOCK), data / SERVED
    try:
        lock.acquire(timeout=0)
    except Timeout:
        there = note.read_text() if note.exists() else "another process"
        fail(f"{data} is served already, at {there}; stop that first, or serve another folder with --data")
    try:
        killed = note.exists()
        note.write_text(url)
        yield killed
    finally:
        note.unlink(missing_ok=True)
        lock.release()
