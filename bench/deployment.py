"""Holotype as teams run it, as processes of this machine: PostgreSQL, OpenSearch, APIs and indexers.

The commands are those of docker-compose.yml. The APIs are on two ports, and a client of them goes from one to
the other as a balancer in front of them would.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import psycopg

from bench.consumption import tree
from bench.serving import HOLOTYPE, free_port
from tests.opensearch.node import PrivateNode, tools
from tests.postgresql import Cluster, installed, private_cluster, text_of

PATIENCE_SECONDS = 120.0
DISK = "400m"
DURABLE = "-c max_connections=200 -c listen_addresses="
"""PostgreSQL's options; what it has promised survives the loss of power, as in its own image."""
WRITING = b"""SELECT holder FROM lease
WHERE name = 'holotype-models: writing' AND expires_at > extract(epoch FROM clock_timestamp())"""


@dataclass(slots=True)
class Service:
    """A command of `holotype` that goes on until it is ended, and can be started again.

    Attributes:
        name: What it is called in a table.
        arguments: The command.
        environment: What it finds in its environment beside what this process has.
        log: Where its standard error goes.
        url: Where it answers, if it does.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    url: str = ""
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def number(self) -> int:
        """The number of its process; 0 while it does not run."""
        return self.process.pid if self.process and self.process.poll() is None else 0

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [HOLOTYPE, *self.arguments],
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and to every process that it started."""
        for process in tree(self.number) if self.number else []:
            try:
                os.kill(process, number)
            except ProcessLookupError:
                continue

    def kill(self) -> None:
        """Kill it as the system does that has no memory left."""
        self.signal(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def end(self) -> None:
        """Ask it to end, and wait for that."""
        if not (self.number and self.process):
            return
        self.signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()


@dataclass(frozen=True, slots=True)
class Deployment:
    """An installation.

    Attributes:
        folder: Where its files are, but for those of the stores.
        cluster: PostgreSQL.
        node: OpenSearch.
        database: The URL of the database.
        environment: What every command of it finds in its environment.
        apis: The APIs, each on a port.
        indexers: The indexers, of which one works.
    """

    folder: Path
    cluster: Cluster
    node: PrivateNode
    database: str
    environment: Mapping[str, str]
    apis: list[Service]
    indexers: list[Service]

    @property
    def urls(self) -> list[str]:
        """Where the APIs answer."""
        return [api.url for api in self.apis]

    def run(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        """Run a command of `holotype` to its end, with the indexers' data folder."""
        return subprocess.run(
            [HOLOTYPE, *map(str, arguments)],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def working(self) -> Service | None:
        """Return the indexer that has the lease of the models' index; None while nobody has."""
        with psycopg.connect(self.database) as connection:
            row = connection.execute(WRITING).fetchone()
        found = re.match(r"process (\d+)", row[0]) if row else None
        return next((one for one in self.indexers if found and one.number == int(found[1])), None)

    def active(self) -> Service:
        """Return the indexer that works, once one does."""
        found: list[Service] = []

        def is_found() -> bool:
            found[:] = filter(None, [self.working()])
            return bool(found)

        until(is_found, "an indexer works")
        return found[0]


def until(holds: Callable[[], bool], what: str, *, seconds: float = PATIENCE_SECONDS) -> float:
    """Wait until something holds; return for how many seconds.

    Raises:
        TimeoutError: It did not come to hold.
    """
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.05)
    return time.monotonic() - began


def is_ready(url: str, *, parts: Sequence[str] = ()) -> bool:
    """Tell whether an API says that it is ready, or that these parts of it are."""
    try:
        answer = httpx2.get(f"{url}/readyz", timeout=30, trust_env=False).json()
    except httpx2.TransportError:
        return False
    return all(answer["parts"][part] == "ready" for part in parts or answer["parts"])


@contextmanager
def deployed(
    *, kept: Path | None = None, apis: int = 2, indexers: int = 2, own_disk: bool = False, **settings: str
) -> Iterator[Deployment]:
    """Run an installation until the end, first without a model; its APIs answer.

    Args:
        kept: A data folder of an earlier run, whose vectors and encoder of queries are taken.
        apis: How many APIs there are, each with a port of its own.
        indexers: How many indexers there are.
        own_disk: Whether the data folder of the indexers is a disk of its own, which only root may mount.
        settings: Further settings of all commands.
    """
    signal.signal(signal.SIGTERM, _end)
    with ExitStack() as ends:
        folder = Path(ends.enter_context(TemporaryDirectory(prefix="holotype-bench-")))
        cluster, node = _stores(ends)
        database = text_of(cluster.server.make())
        environment = {
            "HOLOTYPE_DATABASE_URL": database,
            "HOLOTYPE_OPENSEARCH_URL": node.address,
            "HOLOTYPE_DATA": str(folder / "indexer"),
            "HF_HUB_OFFLINE": "1",
            **settings,
        }
        made = Deployment(folder, cluster, node, database, environment, [], [])
        if own_disk:
            ends.enter_context(_disk(folder / "indexer"))
        _prepare(made, kept, apis)
        made.apis.extend(_api(made, number) for number in range(1, apis + 1))
        made.indexers.extend(_indexer(made, number) for number in range(1, indexers + 1))
        for service in (*made.apis, *made.indexers):
            ends.callback(service.end)
            service.start()
        until(lambda: all(is_ready(url, parts=["database"]) for url in made.urls), "the APIs answer")
        yield made


def _end(*_: object) -> None:
    """End this process and with it all that it runs, at the first signal."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(1)


def _stores(ends: ExitStack) -> tuple[Cluster, PrivateNode]:
    binaries, java = installed(), tools()
    if binaries is None or java is None:
        sys.exit("PostgreSQL, Maven and a JDK of 21 or newer are needed; see the pages of tests/opensearch")
    cluster = ends.enter_context(private_cluster(binaries, DURABLE))
    return cluster, ends.enter_context(PrivateNode(java))


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Mount a file system in memory meanwhile, if that may be."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    yield
    if mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607 - the system's own


def _prepare(made: Deployment, kept: Path | None, apis: int) -> None:
    """Make the tables, the folders, and the encoder of queries, as the image of the API is built."""
    folders = [made.folder / "indexer", *(made.folder / f"api-{number}" for number in range(1, apis + 1))]
    for folder in folders:
        (folder / "index").mkdir(parents=True)
    if kept:
        shutil.copy(kept / "embeddings.sqlite", made.folder / "indexer")
        shutil.copytree(kept / "index" / "encoder", made.folder / "indexer" / "index" / "encoder")
    for arguments in (["db", "upgrade"], ["index", "export-encoder"]):
        done = made.run(*arguments)
        if done.returncode:
            sys.exit(f"holotype {' '.join(arguments)}: {done.stderr}")
    for folder in folders[1:]:
        shutil.copytree(made.folder / "indexer" / "index" / "encoder", folder / "index" / "encoder")


def _api(made: Deployment, number: int) -> Service:
    port, folder = free_port(), made.folder / f"api-{number}"
    own = {"HOLOTYPE_DATA": str(folder), "HOLOTYPE_PORT": str(port)}
    url = f"http://127.0.0.1:{port}"
    return Service(f"API {number}", ["api"], {**made.environment, **own}, folder / "log", url)


def _indexer(made: Deployment, number: int) -> Service:
    log = made.folder / f"indexer-{number}.log"
    return Service(f"indexer {number}", ["index", "run"], made.environment, log)
