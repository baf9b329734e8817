"""What the commands say where something answers that is no Holotype."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest


@contextmanager
def answering(body: bytes, headers: dict[str, str]) -> Iterator[str]:
    """Serve one answer to everything, and give the address."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


JSON = {"Content-Type": "application/json"}
FOREIGN = {
    "HTML": (b"<!doctype html><title>Hello</title>", {"Content-Type": "text/html"}),
    "a list": (b"[]", JSON),
    "a text": (b'"data"', JSON),
    "nothing": (b"", JSON),
    "other JSON": (b'{"status": "ok"}', JSON),
    "no data": (b'{"data": null}', JSON),
    "a list of data": (b'{"data": [1]}', JSON),
    "other data": (b'{"data": {"users": [{"id": 1}]}}', JSON),
    "data without a page": (b'{"data": {"registeredModels": null}}', JSON),
    "data of another shape": (b'{"data": {"registeredModels": {"nodes": 5}}, "extensions": 5}', JSON),
    "a text of errors": (b'{"errors": "no"}', JSON),
    "errors that are texts": (b'{"errors": ["no"]}', JSON),
    "errors that are nothing": (b'{"errors": [null]}', JSON),
    "no UTF-8": (b'{"data": "\xff\xfe\xe4"}', JSON),
    "deep": (b"[" * 100_000, JSON),
    "wrongly packed": (b"{}", {**JSON, "Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_holotype_is_called_so(run: Callable[..., tuple[int, str, str]], name: str) -> None:
    with answering(*FOREIGN[name]) as url:
        for command in (["list", "models"], ["search", "birds"], ["show", "wren"], ["tag", "wren", "a=1"]):
            code, output, messages = run(*command, HOLOTYPE_URL=url)
            assert (code, output) == (4, "")
            [line] = messages.splitlines()
            assert line.startswith(f"holotype: what answers at {url} is no Holotype")


def test_the_errors_of_another_server_are_told(run: Callable[..., tuple[int, str, str]]) -> None:
    with answering(b'{"errors": [{"message": "who are you?", "extensions": null}]}', JSON) as url:
        assert run("list", "models", HOLOTYPE_URL=url) == (1, "", "holotype: who are you?\n")
