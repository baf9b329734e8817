"""A gateway in front of a node that is slow, breaks off, answers itself, or asks for credentials."""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import urllib3


@dataclass(slots=True)
class Behaviour:
    """What a gateway does with requests; it may be changed while it runs.

    Attributes:
        paths: Those whose path holds this text are concerned.
        seconds: How long it waits before it passes a request on.
        gate: It passes a request on once this is set.
        arrived: It sets this when there is such a request.
        passed: It sets this when the node has answered that request.
        status: What it answers instead of passing the request on; 0: nothing, it just ends the connection.
        page: What it answers then, a page for people; empty: a few words of JSON.
        largest: Requests of more bytes are refused.
        truncated: Whether it ends the connection after half of an answer.
        rewritten: What it makes of an answer of the node.
        required: Headers that all requests have to come with; those with others are not let in.
    """

    paths: str = ""
    seconds: float = 0.0
    status: int | None = None
    truncated: bool = False
    page: bytes = b""
    largest: int = 2**40
    rewritten: Callable[[bytes], bytes] = bytes
    required: Mapping[str, str] = field(default_factory=dict)
    gate: Event | None = None
    arrived: Event = field(default_factory=Event)
    passed: Event = field(default_factory=Event)


class _Handler(BaseHTTPRequestHandler):
    server: "_Gateway"

    def do_GET(self) -> None:
        behaviour = self.server.behaviour
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length)
        if any(self.headers[name] != value for name, value in behaviour.required.items()):
            self._answer(401, b"{}")
            return
        concerned = behaviour.paths in self.path
        if concerned and behaviour.status is not None:
            if behaviour.status:
                self._refuse(behaviour.status)
            return
        if concerned and length > behaviour.largest:
            self._refuse(413)
            return
        time.sleep(behaviour.seconds if concerned else 0)
        if concerned and behaviour.gate:
            behaviour.arrived.set()
            behaviour.gate.wait(60)
        answer = urllib3.request(
            self.command,
            self.server.node + self.path,
            body=body,
            headers={"content-type": "application/json"},
            timeout=60,
            retries=False,
        )
        if concerned and behaviour.gate:
            behaviour.passed.set()
        if concerned:
            said = behaviour.rewritten(answer.data)
            self._answer(answer.status, said, whole=not behaviour.truncated)
        else:
            self._answer(answer.status, answer.data)

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815 - named by http.server

    def log_message(self, *_: object) -> None:
        pass

    def _refuse(self, status: int) -> None:
        if page := self.server.behaviour.page:
            self._answer(status, page, kind="text/html")
        else:
            self._answer(status, b'{"error": {"type": "gateway", "reason": "said so"}}')

    def _answer(
        self, status: int, body: bytes, *, whole: bool = True, kind: str = "application/json"
    ) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if whole else body[: len(body) // 2])


class _Gateway(ThreadingHTTPServer):
    """Serves one connection a request, so that none is left at the end."""

    def __init__(self, node: str, behaviour: Behaviour, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.node = node
        self.behaviour = behaviour
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that went away."""


@contextmanager
def gateway(node: str, behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Give the address of a gateway in front of the node at an address."""
    with _Gateway(node, behaviour, tls) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"{'https' if tls else 'http'}://localhost:{server.server_port}"
        server.shutdown()
        thread.join()
