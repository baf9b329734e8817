"""Faults of our own processes."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from app.db.leases import LEASE_SECONDS
from bench.deployment import Deployment

APART_SECONDS = 5.0


def kill_indexer(made: Deployment) -> None:
    """Kill the indexer that works, and start it again at once."""
    working = made.active()
    working.kill()
    working.start()


def pause_indexer(made: Deployment) -> None:
    """Pause the indexer that works until another has its place, and let it go on."""
    working = made.active()
    working.signal(signal.SIGSTOP)
    time.sleep(2.5 * LEASE_SECONDS)
    working.signal(signal.SIGCONT)


def kill_api(made: Deployment) -> None:
    """Kill one of two APIs and start it again later."""
    api = made.apis[0]
    api.kill()
    time.sleep(APART_SECONDS)
    api.start()


def fill_disk(made: Deployment) -> None:
    """Leave no byte free for what the indexers keep, for a while; they have a disk of their own."""
    if not (made.folder / "indexer").is_mount():
        raise RuntimeError("only root may mount the disk that is filled here")
    with _filled(made):
        time.sleep(15)


@contextmanager
def _filled(made: Deployment) -> Iterator[None]:
    filling = made.folder / "indexer" / "filling"
    with filling.open("wb", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            try:
                while file.write(b"0" * size) == size:
                    pass
            except OSError:
                continue
    yield
    filling.unlink()
