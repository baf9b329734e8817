"""`holotype up`: the processes of the API and the indexer, kept alive until they are to end."""

import errno
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from types import FrameType

import typer

from app.cli.client.asking import Unanswered, ask
from app.cli.opening import open_data
from app.cli.serving.api import bound_socket, check_exposure
from app.cli.serving.bars import indexing_bars
from app.cli.serving.children import Child, end_all, revive, start
from app.cli.serving.sole_service import sole_service
from app.cli.terminal import fail, print_json, say
from app.settings import Settings, UnfitSetting

POLL_SECONDS = 0.2
GRACE_SECONDS = 15.0
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def serve(
    settings: Settings,
    *,
    indexing: bool = True,
    as_json: bool = False,
    once_indexed: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve the registry until Ctrl-C or SIGTERM.

    Args:
        settings: What to serve and where.
        indexing: Whether the indexer runs here too.
        as_json: Whether standard output says where, once it is served.
        once_indexed: Called with the address when everything that was there at the start is indexed.
    """
    url = address(settings)
    _permit(settings)
    open_data(settings).close()
    with (
        sole_service(settings.data, url) as killed,
        # The API of a service that was killed keeps the port until it has finished what it had begun.
        _reserved(settings.host, settings.port, patience=GRACE_SECONDS if killed else 0),
        TemporaryDirectory(prefix="holotype-") as scratch,
        _until_ended() as ended,
    ):
        apis, indexer = _children(settings, scratch)
        children = (*apis, indexer) if indexing else tuple(apis)
        try:
            for child in children:
                start(child)
            _await_api(apis, url, ended)
            if not ended():
                _announce(url, as_json=as_json)
                if indexing:
                    _show_indexing(url, children, ended, once_indexed)
                _keep_alive(children, ended)
        finally:
            end_all(children, grace=GRACE_SECONDS)


def _permit(settings: Settings) -> None:
    """Refuse to be reached by others, unless that is allowed; then say what it means."""
    try:
        exposed = check_exposure(settings)
    except UnfitSetting as unfit:
        fail(str(unfit))
    if exposed:
        say(
            f"HOLOTYPE_ALLOW_UNAUTHENTICATED is set: whoever reaches port {settings.port} of {settings.host} "
            "may read and change everything"
        )


def _announce(url: str, *, as_json: bool) -> None:
    say(f"Holotype answers at {url}/graphql; GraphiQL is at {url}/graphiql")
    if as_json:
        print_json({"url": url, "graphql": f"{url}/graphql", "graphiql": f"{url}/graphiql"})


def address(settings: Settings) -> str:
    """Return the URL at which the API is reached from this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def _children(settings: Settings, scratch: str) -> tuple[list[Child], Child]:
    """Return the processes of the API, which count in `scratch` where they are several, and the indexer."""
    environment = {
        "HOLOTYPE_DATA": str(settings.data.resolve()),
        "HOLOTYPE_HOST": settings.host,
        "HOLOTYPE_PORT": str(settings.port),
    }
    if settings.processes > 1:
        environment["PROMETHEUS_MULTIPROC_DIR"] = scratch
    names = [f"API {number}" for number in range(1, settings.processes + 1)]
    apis = [
        Child(name if len(names) > 1 else "API", "app.cli.serving.api", [], environment) for name in names
    ]
    return apis, Child("indexer", "indexer", ["run"], environment)


def _reserved(host: str, port: int, *, patience: float) -> socket.socket:
    """Return a socket that keeps the port for the processes of the API, and fail where another has it."""
    end = time.monotonic() + patience
    while True:
        try:
            # Two services of one user could share a port without noticing; alone, it is refused.
            bound_socket(host, port, shared=False).close()
            return bound_socket(host, port, shared=True)
        except OSError as refused:
            if isinstance(refused, socket.gaierror) or refused.errno == errno.EADDRNOTAVAIL:
                fail(f"{host!r} is no address of this machine; choose another with --host")
            if time.monotonic() >= end:
                fail(f"port {port} of {host} cannot be used ({refused.strerror}); choose another with --port")
        time.sleep(POLL_SECONDS)


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


def _await_api(apis: Sequence[Child], url: str, ended: Callable[[], bool]) -> None:
    while not ended():
        if any(api.process is None or api.process.poll() is not None for api in apis):
            say("holotype: the API did not start; its last lines say why")
            raise typer.Exit(1)
        try:
            ask(url, "{ __typename }", patience=5)
        except Unanswered:
            time.sleep(POLL_SECONDS)
        else:
            return


def _show_indexing(
    url: str, children: tuple[Child, ...], ended: Callable[[], bool], once_indexed: Callable[[str], None]
) -> None:
    """Show how the indexing goes until everything is indexed, and keep the children alive meanwhile."""
    with indexing_bars(url) as drawn:
        waiting = True
        while waiting and not ended():
            _revive(children)
            waiting = not drawn()
            time.sleep(POLL_SECONDS)
    if not ended():
        once_indexed(url)


def _keep_alive(children: tuple[Child, ...], ended: Callable[[], bool]) -> None:
    while not ended():
        _revive(children)
        time.sleep(POLL_SECONDS)


def _revive(children: tuple[Child, ...]) -> None:
    for child in children:
        if (said := revive(child)) is not None:
            say(said)
