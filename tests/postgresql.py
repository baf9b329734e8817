"""A private PostgreSQL for one test run, and a fresh database for each test that wants one."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from pwd import getpwnam

import psycopg
import pytest
from sqlalchemy import URL, make_url

from app.registry.opening import open_registry

ADDRESS = "HOLOTYPE_TEST_DATABASE_URL"
INSTALLED = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
# What the server still writes while it ends can keep its folder from being removed.
END = 'read pid < "$0/data/postmaster.pid" && kill -QUIT "$pid"; until rm -rf "$0"; do sleep 0.1; done'
# What is written is thrown away, so that nothing needs to reach the disk.
OPTIONS = "-c fsync=off -c full_page_writes=off -c max_connections=200 -c listen_addresses="
FRESH = "CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8' LOCALE '{locale}'"

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server in which databases may be made."""

    url: URL

    def make(self, template: str = "template0", *, locale: str = "C") -> URL:
        """Make a database and return its URL."""
        name = f"holotype_test_{os.getpid()}_{next(_numbers)}"
        self._run(FRESH.format(name=name, template=template, locale=locale))
        return self.url.set(database=name)

    def drop(self, url: URL) -> None:
        """Remove a database, whoever is using it."""
        self._run(f"DROP DATABASE {url.database} WITH (FORCE)")

    @contextmanager
    def fresh(self, template: str = "template0") -> Iterator[str]:
        """Give the URL of a database that is there meanwhile."""
        url = self.make(template)
        yield text_of(url)
        self.drop(url)

    def _run(self, statement: str) -> None:
        with psycopg.connect(text_of(self.url), autocommit=True) as connection:
            connection.execute(statement.encode())


def text_of(url: URL) -> str:
    """Return a URL as it is written in the environment."""
    return url.render_as_string(hide_password=False)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server of our own, on a socket in its folder, run by an ordinary user where root runs the tests."""

    binaries: Path
    folder: Path
    account: str | None
    options: str = OPTIONS

    @property
    def server(self) -> Server:
        """The server, once it is started."""
        return Server(make_url(f"postgresql://holotype@/postgres?host={self.folder}"))

    def make(self) -> None:
        """Make the files of the server."""
        self._own()
        self._run(
            "initdb", "--username=holotype", "--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8"
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._run(
            "pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", f"{self.options} -k {self.folder}", "start"
        )

    @contextmanager
    def replica(self) -> Iterator["Cluster"]:
        """Run a streaming replica of the server meanwhile."""
        with _folder() as folder:
            copy = Cluster(self.binaries, folder, self.account)
            copy._own()
            source = ["--host", str(self.folder), "--username", "holotype"]
            copy._run("pg_basebackup", *source, "--write-recovery-conf", "--checkpoint=fast", "--no-sync")
            with copy.running():
                yield copy

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run the server meanwhile."""
        self.start()
        try:
            yield
        finally:
            self.stop()

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server: at once as when it is killed, or ``fast``, once it has ended what goes on."""
        self._run("pg_ctl", "-m", mode, "stop")

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the server stand still meanwhile; its connections stay."""
        processes = self.processes()
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)

    def processes(self) -> list[int]:
        """Return the processes of the server, first the one that started the others."""
        first = int((self.folder / "data/postmaster.pid").read_text().split()[0])
        others = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, others)]

    def _own(self) -> None:
        if self.account:
            shutil.chown(self.folder, self.account)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), "-D", str(self.folder / "data"), *arguments]
        groups: list[int] | None = [] if self.account else None
        with (self.folder / "output").open("ab") as log:
            subprocess.run(
                command,
                check=True,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self.account,
                extra_groups=groups,
            )


@contextmanager
def private_cluster(binaries: Path, options: str = OPTIONS) -> Iterator[Cluster]:
    """Run a server of our own meanwhile."""
    with _folder() as folder:
        cluster = Cluster(binaries, folder, _account(), options)
        cluster.make()
        with cluster.running():
            yield cluster


@contextmanager
def _folder() -> Iterator[Path]:
    """Make a folder whose path is short enough for a socket in it."""
    folder = Path(tempfile.mkdtemp(prefix="holotype-pg-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgresql(require_engine: Callable[[str, bool], None]) -> Iterator[Server]:
    """Give a server: the one that HOLOTYPE_TEST_DATABASE_URL names, or a private one."""
    if address := os.environ.get(ADDRESS):
        yield Server(make_url(address))
        return
    with private_cluster(require_binaries(require_engine)) as cluster:
        yield cluster.server


@pytest.fixture
def cluster(require_engine: Callable[[str, bool], None]) -> Iterator[Cluster]:
    """Give a private server, which a test may stop and start."""
    with private_cluster(require_binaries(require_engine)) as running:
        yield running


@pytest.fixture(scope="session")
def seeded_database(postgresql: Server) -> Iterator[str]:
    """Return the name of a database in which nothing has happened yet but a registry's seeding."""
    url = postgresql.make()
    open_registry(text_of(url)).close()
    yield str(url.database)
    postgresql.drop(url)


def require_binaries(require_engine: Callable[[str, bool], None]) -> Path:
    """Return the folder of the newest PostgreSQL that is installed here, which a test needs."""
    binaries = installed()
    require_engine("PostgreSQL", binaries is not None)
    assert binaries is not None
    return binaries


def installed() -> Path | None:
    """Return the folder of the newest PostgreSQL that is installed here."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = [path for pattern in INSTALLED for path in Path("/").glob(pattern[1:])]
    return max((path for path in folders if (path / "initdb").exists()), default=None)


def _account() -> str | None:
    """Return the user that runs the server; it refuses to be run by root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return getpwnam(name).pw_name
        except KeyError:
            continue
    return None
