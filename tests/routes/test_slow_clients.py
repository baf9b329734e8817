"""Clients that send slowly, or much at once: each is answered, and none keeps the others out."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.cli.serving import connections
from app.cli.serving.api import bound_socket
from app.cli.serving.connections import PromptConnection
from app.routes.bodies import SMALL, LimitedBodies

HEAD = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
MUCH = 4 * SMALL

Connect = Callable[[bytes], socket.socket]


async def measure(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


@contextmanager
def served(*, seconds: float) -> Iterator[int]:
    """Serve what measures bodies, on a port of this machine."""
    limits = Middleware(LimitedBodies, most=8 * MUCH, together=2 * MUCH, seconds=seconds)
    app = Starlette(routes=[Route("/", measure, methods=["POST"])], middleware=[limits])
    listening = bound_socket("127.0.0.1", 0, shared=False)
    server = uvicorn.Server(uvicorn.Config(app, http=PromptConnection, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def port(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    with served(seconds=getattr(request, "param", 30)) as port:
        yield port


@pytest.fixture
def connect(port: int) -> Iterator[Connect]:
    """Return what opens a connection and sends something."""
    with ExitStack() as opened:

        def connect(sent: bytes) -> socket.socket:
            connection = opened.enter_context(socket.create_connection(("127.0.0.1", port), 30))
            connection.sendall(sent)
            return connection

        yield connect


def post(port: int, size: int) -> httpx2.Response:
    return httpx2.post(f"http://127.0.0.1:{port}/", content=b"x" * size, trust_env=False)


def test_it_works(port: int) -> None:
    assert post(port, MUCH).text == str(MUCH)


def everything(connection: socket.socket) -> bytes:
    """Read until the server closes."""
    return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.mark.parametrize("sent", [b"", HEAD, HEAD + b"X-Slow: "])
def test_a_connection_without_a_request_is_closed(connect: Connect, sent: bytes) -> None:
    assert everything(connect(sent)) == b""


def test_a_head_that_drips_is_not_waited_for(connect: Connect) -> None:
    connection = connect(HEAD + b"X-Slow: ")
    for _ in range(100):
        try:
            connection.sendall(b"a")
        except OSError:
            return
        time.sleep(0.05)
    pytest.fail("the connection is kept")


@pytest.mark.parametrize("port", [0.2], indirect=True)
def test_a_body_that_drips_is_refused(connect: Connect) -> None:
    answer = everything(connect(HEAD + b"Content-Length: 100\r\n\r\n{"))
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"REQUEST_TIMEOUT"' in answer


def test_a_body_may_come_later_than_its_head(connect: Connect) -> None:
    connection = connect(HEAD + b"Content-Length: 2\r\n\r\n{")
    time.sleep(0.3)
    connection.sendall(b"}")
    assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")


def test_large_bodies_wait_for_room_and_small_ones_do_not(port: int, connect: Connect) -> None:
    head = HEAD + b"Content-Length: %d\r\n\r\n" % (2 * MUCH)
    connect(head + b"x" * (2 * MUCH - 1))
    refused = post(port, MUCH)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    [error] = refused.json()["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE"}
    assert post(port, SMALL).text == str(SMALL)


def test_what_was_refused_takes_no_room(port: int) -> None:
    for _ in range(3):
        assert post(port, 8 * MUCH + 1).status_code in {413, 503}
    assert post(port, MUCH).text == str(MUCH)


def test_a_thousand_idle_connections_keep_nobody_out(port: int, connect: Connect) -> None:
    idle = [connect(b"") for _ in range(1_000)]
    assert post(port, 10).text == "10"
    assert all(everything(connection) == b"" for connection in idle)
