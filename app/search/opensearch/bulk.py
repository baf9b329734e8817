"""Sending documents: a request of many, of which some may fail, be late, or have to wait."""

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from app.search.delivery import Refused
from app.search.opensearch.server import BUSY, MOST_OF_A_REASON, RequestFailed, Server, to_json

CHUNK_BYTES = 8_000_000
SENDERS = 2
"""While the server works at one request, the next is on its way to it; more would only take more memory."""
PAUSES = (0.2, 0.4, 0.8, 1.6, 3.2)
"""How long to wait, in seconds, before each time that what the server has no room for is sent again."""

_OK, _MALFORMED, _NOT_FOUND, _NEWER_IS_THERE, _TOO_LARGE = range(200, 300), 400, 404, 409, 413


@dataclass(frozen=True, slots=True)
class Write:
    """A document to be written, or deleted if it has no source.

    Attributes:
        id: Its id.
        version: What the index has of a later one stays; see `version_of` in `pending`.
        source: It, as a line of JSON.
    """

    id: str
    version: int
    source: bytes | None

    def lines(self) -> bytes:
        """Return it as it is sent."""
        action = {"_id": self.id, "version": self.version, "version_type": "external_gte"}
        if self.source is None:
            return to_json({"delete": action}) + b"\n"
        return b"%b\n%b\n" % (to_json({"index": action}), self.source)


class Sending:
    """Requests under way, while more documents are made; whoever brings more than `SENDERS` at once waits.

    One that failed is raised again by whatever is asked next, until all are forgotten.

    Args:
        server: The cluster.
        index: The alias of the index that is written.
    """

    def __init__(self, server: Server, index: str) -> None:
        self._server, self._index = server, index
        self._threads = ThreadPoolExecutor(SENDERS, "bulk")
        self._under_way: deque[Future[list[Refused]]] = deque()

    def send(self, writes: Sequence[Write]) -> list[Refused]:
        """Send documents; return what was refused of those that have arrived meanwhile.

        Raises:
            RequestFailed: Some that were sent before were not written.
        """
        refused = []
        while self._under_way and (len(self._under_way) >= SENDERS or self._under_way[0].done()):
            refused += self._under_way[0].result()
            self._under_way.popleft()
        self._under_way.append(self._threads.submit(send, self._server, self._index, writes))
        return refused

    def arrive(self) -> list[Refused]:
        """Wait until everything has arrived; return what was refused of it.

        Raises:
            RequestFailed: Some was not written.
        """
        wait(self._under_way)
        refused = [one for request in self._under_way for one in request.result()]
        self._under_way.clear()
        return refused

    def forget(self) -> None:
        """Wait until nothing is under way any more, whatever became of it."""
        wait(self._under_way)
        self._under_way.clear()

    def close(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        self._threads.shutdown(wait=True, cancel_futures=True)


def send(server: Server, index: str, writes: Sequence[Write]) -> list[Refused]:
    """Write documents to an index, given by its alias; return those that it cannot keep.

    They are seen after the next refresh. To send them again changes nothing.

    Raises:
        RequestFailed: The rest was not written, or not all of it.
    """
    return [refused for chunk in _chunks(writes) for refused in _send_chunk(server, index, chunk)]


def _chunks(writes: Iterable[Write]) -> Iterator[list[Write]]:
    """Yield the writes by as many as make a request of moderate size."""
    chunk: list[Write] = []
    size = 0
    for write in writes:
        if chunk and size + len(write.source or b"") > CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
        chunk.append(write)
        size += len(write.source or b"")
    if chunk:
        yield chunk


def _send_chunk(server: Server, index: str, chunk: Sequence[Write]) -> list[Refused]:
    refused = []
    for pause in (*PAUSES, None):
        left = []
        for write, result in zip(chunk, _results(server, index, chunk), strict=True):
            if result["status"] in BUSY:
                left.append((write, result))
            elif result["status"] in {_MALFORMED, _TOO_LARGE}:
                refused.append(Refused(write.id, _said(result)))
            elif not _is_done(write, result):
                raise _failed(server, result)
        if not left:
            return refused
        if pause is None:
            raise _failed(server, left[0][1])
        time.sleep(pause)
        chunk = [write for write, _ in left]
    return refused


def _results(server: Server, index: str, chunk: Sequence[Write]) -> list[dict[str, Any]]:
    """Return what became of each write, or for all of them that the server is busy.

    What is too large for the server, or for a gateway in front of it, is sent by halves.
    """
    body = b"".join(write.lines() for write in chunk)
    try:
        answer = server.ask("POST", f"/{index}/_bulk", body, require_alias="true")
    except RequestFailed as failure:
        if failure.status == _TOO_LARGE and len(chunk) > 1:
            middle = len(chunk) // 2
            return [*_results(server, index, chunk[:middle]), *_results(server, index, chunk[middle:])]
        if failure.status not in {*BUSY, _TOO_LARGE}:
            raise
        return [
            {
                "status": failure.status,
                "error": {"reason": str(failure).removeprefix(f"OpenSearch at {server.url} ")},
            }
        ] * len(chunk)
    return [result for item in answer["items"] for result in item.values()]


def _is_done(write: Write, result: dict[str, Any]) -> bool:
    """Return whether a write is done, or needless; to delete what is not there notes the deletion."""
    status = result["status"]
    return status in _OK or status == _NEWER_IS_THERE or (status == _NOT_FOUND and write.source is None)


def _failed(server: Server, result: dict[str, Any]) -> RequestFailed:
    return RequestFailed(f"OpenSearch at {server.url} did not write: {_said(result)}", result["status"])


def _said(result: dict[str, Any]) -> str:
    """Return the reasons of a failure, the outermost first, in one line."""
    reasons: list[str] = []
    error = result["error"]
    while error:
        reasons.append(" ".join(str(error["reason"]).split())[:MOST_OF_A_REASON])
        error = error.get("caused_by")
    return ": ".join(reasons)
