"""A hybrid search over HTTP beside its floor: encoding its text, and what the engine itself takes.

The engine's own calls are those into tantivy and the product of the query with all vectors, or the requests
to OpenSearch, measured inside the very requests that are timed. Every search has a filter, five facets and
highlights; the texts are the descriptions of the tasks. Then eight clients search a process at once. Run as
`python -m bench.search_floor [--data DATA] [--opensearch [URL]] [--postgresql [URL]]`.
"""

import http.client
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import orjson
import pytest
import uvicorn

from app.main import create_app
from app.registry.catalogue import shipped_tasks
from app.search.embedded import reader
from app.search.embedded.snapshot import Snapshot, take_snapshot
from app.search.opensearch import server
from app.search.query_encoder import QueryEncoder
from app.settings import Settings
from bench.serving import API, PATIENCE_SECONDS, Server, free_port, median_and_p99, serving
from bench.stores import parser, registry, stores

SEARCH = """
query ($text: String!) {
  search(
    text: $text
    filter: { license: { exists: true } }
    facets: [
      { field: TASK }, { field: FRAMEWORK }, { field: LICENSE }, { field: LANGUAGE }, { field: FAMILY }
    ]
  ) {
    totalCount facets { field values { value count } } degraded { code }
    edges {
      node { name namespace { name } task license }
      score why { matched { field words } highlights { field fragments } }
    }
  }
}
"""
CLIENTS = 8
WARM_UP = 20


class Clock:
    """Adds up the seconds that certain calls take."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def timed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return a call that is measured."""

        def measured(*arguments: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return call(*arguments, **named)
            finally:
                self.seconds += time.perf_counter() - began

        return measured


class Timed:
    """A thing of tantivy's: each call into it, and into what a search gives, is measured."""

    def __init__(self, thing: Any, clock: Clock) -> None:
        self._thing, self._clock = thing, clock

    def __getattr__(self, name: str) -> Any:
        found = self._clock.timed(getattr)(self._thing, name)
        if not callable(found):
            return found
        call = self._clock.timed(found)
        if name != "search":
            return call
        return lambda *arguments, **named: Timed(call(*arguments, **named), self._clock)


def main() -> None:
    """Measure and print."""
    arguments = parser(__doc__)
    arguments.add_argument("--requests", type=int, default=400, help="how many searches")
    options = arguments.parse_args()
    with stores(options), tempfile.TemporaryDirectory() as scratch:
        data = registry(options, Path(scratch))
        asked = list(islice(searches(), options.requests))
        print(*_beside_floor(data, asked), sep="\n")
        print(_at_once(data, asked))


def texts() -> list[str]:
    """Return what is searched for: the descriptions of the tasks that every registry knows."""
    return [task.description for task in shipped_tasks() if task.description]


def searches() -> Iterator[bytes]:
    """Yield searches without an end."""
    for text in cycle(texts()):
        yield orjson.dumps({"query": SEARCH, "variables": {"text": text}})


def found(answer: bytes) -> None:
    """See that a search was answered in full.

    Raises:
        RuntimeError: It was not.
    """
    if not _is_whole(answer):
        raise RuntimeError(answer[:1_000].decode())


def _is_whole(answer: bytes) -> bool:
    said = orjson.loads(answer)
    return not said.get("errors") and not said["data"]["search"]["degraded"]


def _warm_up(api: Server, asked: list[bytes]) -> None:
    """Search until an index has been read that was on the disk, which may take longer than is waited for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    for body in asked:
        while not _is_whole(api.ask("/graphql", body)[1]) and time.monotonic() < deadline:
            time.sleep(0.5)


def _beside_floor(data: Path, asked: list[bytes]) -> Iterator[str]:
    engine, encoder = Clock(), Clock()

    def taken(*arguments: Any) -> Snapshot:
        made = take_snapshot(*arguments)
        searcher: Any = Timed(made.searcher, engine)
        return replace(made, searcher=searcher)

    whole, floor = [], []
    with pytest.MonkeyPatch.context() as measured:
        measured.setattr(reader, "take_snapshot", taken)
        measured.setattr(Snapshot, "cosines", engine.timed(Snapshot.cosines))
        measured.setattr(server.Server, "ask", engine.timed(server.Server.ask))
        measured.setattr(QueryEncoder, "encode", encoder.timed(QueryEncoder.encode))
        with _in_this_process(data) as api:
            _warm_up(api, asked[:WARM_UP])
            for body in asked:
                engine.seconds = encoder.seconds = 0.0
                seconds, answer = api.ask("/graphql", body)
                found(answer)
                whole.append(seconds)
                floor.append(engine.seconds + encoder.seconds)
    ratios = [one / other for one, other in zip(whole, floor, strict=True)]
    yield "one client: " + _shown(whole)
    yield "its floor:  " + _shown(floor)
    yield f"ratio:      p50 {median_and_p99(ratios)[0]:.2f}; of the sums {sum(whole) / sum(floor):.2f}"


@contextmanager
def _in_this_process(data: Path) -> Iterator[Server]:
    port = free_port()
    config = uvicorn.Config(create_app(Settings(data=data)), port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield Server(http.client.HTTPConnection("127.0.0.1", port))
    finally:
        server.should_exit = True
        thread.join()


def _at_once(data: Path, asked: list[bytes]) -> str:
    with serving(API, {"HOLOTYPE_DATA": str(data)}) as server:
        local = threading.local()

        _warm_up(server, asked[:WARM_UP])

        def ask(body: bytes) -> float:
            if not hasattr(local, "server"):
                local.server = Server(
                    http.client.HTTPConnection(server.connection.host, server.connection.port)
                )
            seconds: float
            seconds, answer = local.server.ask("/graphql", body)
            found(answer)
            return seconds

        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(ask, asked[:100]))
            seconds = list(clients.map(ask, asked * 3))
    median, worst = median_and_p99(seconds)
    return f"{CLIENTS} clients:  {_shown(seconds)}; p99 is {worst / median:.1f} times p50"


def _shown(seconds: list[float]) -> str:
    median, worst = median_and_p99(seconds)
    return f"p50 {1000 * median:.1f} ms, p99 {1000 * worst:.1f} ms"


if __name__ == "__main__":
    main()
