"""`holotype up`: the API and the indexer as two processes, kept alive until they are to end."""

import errno
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import typer

from app.cli.asking import Unanswered, ask
from app.cli.bars import indexing_bars
from app.cli.children import Child, end_all, revive, start
from app.cli.opening import open_data
from app.cli.terminal import fail, say
from app.settings import Settings

POLL_SECONDS = 0.2
FINISHING_SECONDS = 10
GRACE_SECONDS = FINISHING_SECONDS + 5.0
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def serve(settings: Settings, *, once_indexed: Callable[[str], None] = lambda _: None) -> None:
    """Serve the registry until Ctrl-C or SIGTERM.

    Args:
        settings: What to serve and where.
        once_indexed: Called with the address when everything that was there at the start is indexed.
    """
    open_data(settings).close()
    _require_free(settings.host, settings.port)
    url = address(settings)
    api, indexer = _children(settings)
    with _until_ended() as ended:
        try:
            start(api)
            start(indexer)
            _await_api(api, url, ended)
            if not ended():
                say(f"Holotype answers at {url}/graphql; GraphiQL is at {url}/graphiql")
                _watch(url, (api, indexer), ended, once_indexed)
        finally:
            end_all((api, indexer), grace=GRACE_SECONDS)


def address(settings: Settings) -> str:
    """Return the URL at which the API is reached from this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def _children(settings: Settings) -> tuple[Child, Child]:
    environment = {
        "HOLOTYPE_DATA": str(settings.data.resolve()),
        "HOLOTYPE_HOST": settings.host,
        "HOLOTYPE_PORT": str(settings.port),
    }
    uvicorn = ["--factory", "app.main:create_app_from_environment", "--host", settings.host]
    uvicorn += ["--port", str(settings.port), "--log-level", "warning"]
    uvicorn += ["--timeout-graceful-shutdown", str(FINISHING_SECONDS)]
    return (
        Child("API", "uvicorn", uvicorn, environment),
        Child("indexer", "indexer", ["run", "--data", environment["HOLOTYPE_DATA"]], environment),
    )


def _require_free(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except socket.gaierror:
        fail(f"{host!r} is no address of this machine; choose another with --host")
    except OSError as refused:
        if refused.errno == errno.EADDRNOTAVAIL:
            fail(f"{host!r} is no address of this machine; choose another with --host")
        fail(f"port {port} of {host} cannot be used ({refused.strerror}); choose another with --port")


@contextmanager
def _until_ended() -> Iterator[Callable[[], bool]]:
    """Give what tells whether the command was asked to end, by Ctrl-C or a signal."""
    asked = False

    def ask_to_end(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True

    before = {number: signal.signal(number, ask_to_end) for number in ENDINGS}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _await_api(api: Child, url: str, ended: Callable[[], bool]) -> None:
    while not ended():
        if api.process is None or api.process.poll() is not None:
            say("holotype: the API did not start; its last lines say why")
            raise typer.Exit(1)
        try:
            ask(url, "{ __typename }", patience=5)
        except Unanswered:
            time.sleep(POLL_SECONDS)
        else:
            return


def _watch(
    url: str, children: tuple[Child, ...], ended: Callable[[], bool], once_indexed: Callable[[str], None]
) -> None:
    """Keep the children alive, and show how the indexing goes until everything is indexed."""
    with indexing_bars(url) as drawn:
        waiting = True
        while waiting and not ended():
            _revive(children)
            waiting = not drawn()
            time.sleep(POLL_SECONDS)
    if not ended():
        once_indexed(url)
    while not ended():
        _revive(children)
        time.sleep(POLL_SECONDS)


def _revive(children: tuple[Child, ...]) -> None:
    for child in children:
        if (said := revive(child)) is not None:
            say(said)
