"""A circuit breaker: whoever does not answer is left alone for a while."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from app.search.contract import IndexUnavailable

MOST_FAILURES = 3
"""So many failures on end break the circuit."""
PAUSE_SECONDS = 2.0
"""For so long nothing is asked then; after that one call at a time tries again."""


class ServerAway(IndexUnavailable):
    """The server does not answer, or says that it cannot just now."""


class Breaker:
    """Lets calls through, from any thread, until too many on end have failed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._failures = 0
        self._again_at = 0.0

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Make a call, which fails by raising ServerAway; a server that refuses is there.

        Raises:
            ServerAway: The circuit is broken, so the call was not made.
        """
        self._enter()
        try:
            yield
        except ServerAway:
            with self._lock:
                self._failures += 1
                self._again_at = time.monotonic() + PAUSE_SECONDS
            raise
        except IndexUnavailable:
            self._close()
            raise
        self._close()

    def _close(self) -> None:
        with self._lock:
            self._failures = 0

    def _enter(self) -> None:
        with self._lock:
            if self._failures < MOST_FAILURES:
                return
            now = time.monotonic()
            if now < self._again_at:
                raise ServerAway("the search server did not answer; it is asked again in a moment")
            # The others wait for how this call ends.
            self._again_at = now + PAUSE_SECONDS
