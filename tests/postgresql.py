"""A private PostgreSQL for one test run, and a fresh database for each test that wants one."""

import os
import shutil
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


@contextmanager
def private_server(binaries: Path) -> Iterator[Server]:
    """Run a server on a socket of its own, as an ordinary user where root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="holotype-pg-"))
    account = _account()
    if account:
        shutil.chown(folder, account)

    def run(program: str, *arguments: str) -> None:
        command = [str(binaries / program), "-D", str(folder / "data"), *arguments]
        log = (folder / "output").open("ab")
        with log:
            subprocess.run(
                command, check=True, stdout=log, stderr=log, user=account, cwd=folder, extra_groups=_groups()
            )

    run("initdb", "--username=holotype", "--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8")
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", f"{OPTIONS} -k {folder}", "start")
    try:
        yield Server(make_url(f"postgresql://holotype@/postgres?host={folder}"))
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgresql(require_engine: Callable[[str, bool], None]) -> Iterator[Server]:
    """Give a server: the one that HOLOTYPE_TEST_DATABASE_URL names, or a private one."""
    if address := os.environ.get(ADDRESS):
        yield Server(make_url(address))
        return
    binaries = installed()
    require_engine("PostgreSQL", binaries is not None)
    assert binaries is not None
    with private_server(binaries) as server:
        yield server


@pytest.fixture(scope="session")
def seeded_database(postgresql: Server) -> Iterator[str]:
    """Return the name of a database in which nothing has happened yet but a registry's seeding."""
    url = postgresql.make()
    open_registry(text_of(url)).close()
    yield str(url.database)
    postgresql.drop(url)


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


def _groups() -> list[int] | None:
    return [] if os.geteuid() == 0 else None
