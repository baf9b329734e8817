"""Whom a request may be addressed to, so that no page elsewhere reaches a registry on loopback."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket

from app.routes.hosts import KnownHosts


def answer(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("here")


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = Starlette(
        routes=[Route("/", answer), WebSocketRoute("/socket", talk)],
        middleware=[Middleware(KnownHosts, hosts=("localhost", "127.0.0.1", "[::1]", "Registry.example"))],
    )
    with TestClient(app, base_url="http://localhost") as client:
        yield client


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:8765", "127.0.0.1:1", "[::1]", "[::1]:8765", "registry.EXAMPLE"]
)
def test_it_works(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).text == "here"
    assert client.get("/", headers={"host": host, "origin": f"http://{host}"}).text == "here"


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "evil.example:8765",
        "localhost@evil.example",
        "127.0.0.2",
        "127.0.0.1.nip.io",
        "[::2]",
        "[",
        "[::1",
        "localhost.",
        "a b",
    ],
)
def test_another_host_is_refused(client: TestClient, host: str) -> None:
    response = client.get("/", headers={"host": host})
    assert response.status_code == 403
    [error] = response.json()["errors"]
    assert error["extensions"] == {"code": "FORBIDDEN"}
    assert "Host header" in error["message"]


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "", "http://localhost.evil.example", "file://", "http://["]
)
def test_another_origin_is_refused(client: TestClient, origin: str) -> None:
    response = client.get("/", headers={"origin": origin})
    assert response.status_code == 403
    assert "Origin header" in response.json()["errors"][0]["message"]


def test_a_header_that_comes_twice_hides_nothing(client: TestClient) -> None:
    for headers in (
        [("host", "localhost"), ("host", "evil.example")],
        [("host", "localhost"), ("host", "localhost")],
        [("host", "localhost"), ("origin", "http://localhost"), ("origin", "http://evil.example")],
    ):
        assert client.get("/", headers=headers).status_code == 403


def test_sockets_are_kept_to_known_hosts_too(client: TestClient) -> None:
    with client.websocket_connect("ws://localhost/socket", headers={"origin": "http://localhost:3000"}):
        pass
    with (
        pytest.raises(WebSocketDenialResponse) as refused,
        client.websocket_connect("ws://localhost/socket", headers={"origin": "http://evil.example"}),
    ):
        pass
    assert refused.value.status_code == 403
