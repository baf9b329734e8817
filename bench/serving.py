"""What the benchmarks share: the sample and its registry, servers, and a client of them."""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "examples" / "model_zoo" / "sample.jsonl.gz"
HOLOTYPE = str(Path(sys.executable).with_name("holotype"))
API = "app.main:create_app_from_environment"
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A service on this machine; each call is one request on its kept connection."""

    connection: http.client.HTTPConnection

    def ask(self, path: str, body: bytes) -> tuple[float, bytes]:
        """Return how long a request took, in seconds, and its answer."""
        started = time.perf_counter()
        # Compressing costs both the same and would hide the difference.
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        self.connection.request("POST", path, body, headers)
        answer = self.connection.getresponse().read()
        return time.perf_counter() - started, answer


def sample(scratch: Path, *, indexed: bool = False) -> Path:
    """Return a data folder with the shipped sample, with its search index if asked for."""
    data = scratch / "data"
    run(HOLOTYPE, "import", str(SAMPLE), "--data", str(data))
    if indexed:
        run(sys.executable, "-m", "indexer", "run", "--once", HOLOTYPE_DATA=str(data))
    return data


def most_versions(data: Path) -> tuple[str, str]:
    """Return the namespace and the name of the model with the most versions."""
    from sqlmodel import col, select  # noqa: PLC0415 - a floor's process loads nothing of the product

    from app.db.engine import Database  # noqa: PLC0415 - likewise
    from app.registry.tables import Namespace, RegisteredModel  # noqa: PLC0415 - likewise
    from app.settings import Settings  # noqa: PLC0415 - likewise

    statement = (
        select(Namespace.name, RegisteredModel.name)
        .join(RegisteredModel, col(RegisteredModel.namespace_id) == Namespace.id)
        .order_by(col(RegisteredModel.next_number).desc(), col(RegisteredModel.id))
        .limit(1)
    )
    with closing(Database(Settings(data=data).database)) as database, database.read() as session:
        return session.exec(statement).one()


def median_and_p99(seconds: Sequence[float]) -> tuple[float, float]:
    """Return two quantiles of times."""
    return statistics.median(seconds), statistics.quantiles(seconds, n=100)[98]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(factory: str, environment: dict[str, str]) -> Iterator[Server]:
    """Serve an application as `holotype up` does, and give a client of it."""
    port = free_port()
    with running(uvicorn(factory, port), port, environment):
        yield Server(http.client.HTTPConnection("127.0.0.1", port))


def uvicorn(factory: str, port: int) -> list[str]:
    """Return the command that serves an application on a port."""
    command = [sys.executable, "-m", "uvicorn", "--factory", factory, "--host", "127.0.0.1"]
    return [*command, "--port", str(port), "--log-level", "warning"]


@contextmanager
def running(command: Sequence[str], port: int, environment: dict[str, str]) -> Iterator[int]:
    """Run what listens on a port, give the number of its process, and end it at the end."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"a server did not start: {' '.join(command)}")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def run(*command: str, **environment: str) -> None:
    """Run a command to its end, without a word; it must not fail."""
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})
