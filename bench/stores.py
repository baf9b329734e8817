"""Where a bench keeps its registry: on the disk of this machine, or in OpenSearch and PostgreSQL.

Both servers are private ones, which end with the bench, unless the address of another is given. What is
chosen is put into the environment, so that the programs that a bench starts agree with what it calls itself.
"""

import argparse
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

from sqlalchemy import make_url

from bench.deployment import DURABLE
from bench.serving import HOLOTYPE, run, sample
from tests.opensearch.node import OLDEST_JAVA, NodeNotStarted, PrivateNode, own_prefix, tools
from tests.postgresql import Server, installed, private_cluster

OPENSEARCH, PREFIX = "HOLOTYPE_OPENSEARCH_URL", "HOLOTYPE_OPENSEARCH_PREFIX"
DATABASE = "HOLOTYPE_DATABASE_URL"
PRIVATE = "private"


def engines(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of what each bench takes that can use more than one engine."""
    made = argparse.ArgumentParser(description=description)
    for name, what in (("opensearch", "the search index"), ("postgresql", "the database")):
        where = f"keep {what} there, or in a private server"
        made.add_argument(f"--{name}", nargs="?", const=PRIVATE, metavar="URL", help=where)
    return made


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of what those take besides that measure a registry."""
    made = engines(description)
    made.add_argument("--data", type=Path, help="the data folder of a registry (default: the sample)")
    return made


@contextmanager
def stores(options: argparse.Namespace) -> Iterator[None]:
    """Keep the registry meanwhile where the options say; end the bench where a server is not to be had."""
    # Who is ended by a signal ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with ExitStack() as ends:
        if options.opensearch:
            url = options.opensearch
            if url == PRIVATE:
                url = ends.enter_context(private_node()).address
            ends.enter_context(indexes_in(url))
        if options.postgresql:
            ends.enter_context(database_of(ends.enter_context(postgresql(options.postgresql))))
        yield


@contextmanager
def private_node() -> Iterator[PrivateNode]:
    """Run an OpenSearch that may be killed."""
    found = tools()
    if found is None:
        _leave_out(f"OpenSearch (a JDK of {OLDEST_JAVA} or newer, and Maven)")
    try:
        node = PrivateNode(found)
    except NodeNotStarted as failure:
        _leave_out(f"OpenSearch ({failure})")
    with node:
        yield node


@contextmanager
def indexes_in(url: str) -> Iterator[None]:
    """Keep the indexes meanwhile in an OpenSearch, under names of our own."""
    with own_prefix(url) as prefix, _set(**{OPENSEARCH: url, PREFIX: prefix}):
        yield


def registry(options: argparse.Namespace, scratch: Path, *, indexed: bool = True) -> Path:
    """Return the data folder of the registry that is measured, with its index if wanted.

    A folder that was named is used as it is where nothing but the disk of this machine is, else copied.
    """
    if options.data and not (options.opensearch or options.postgresql):
        return Path(options.data)
    if not options.data:
        return sample(scratch, indexed=indexed)
    data = scratch / "data"
    _copy(options.data, data, database=not options.postgresql)
    if options.postgresql:
        file = scratch / "registry.jsonl"
        with _set(**{DATABASE: None}):
            run(HOLOTYPE, "export", "--out", str(file), "--data", str(options.data))
        run(HOLOTYPE, "import", str(file), "--data", str(data))
    if indexed:
        run(sys.executable, "-m", "indexer", "run", "--once", HOLOTYPE_DATA=str(data))
    return data


def _copy(source: Path, data: Path, *, database: bool) -> None:
    """Copy what of a data folder is no index: the vectors that were made, what encodes, and the database."""
    shutil.copytree(source / "index" / "encoder", data / "index" / "encoder")
    for name in ["embeddings.sqlite", *(["registry.db"] if database else [])]:
        shutil.copy(source / name, data)


@contextmanager
def postgresql(url: str) -> Iterator[Server]:
    """Give the PostgreSQL at `url`, or run a private one meanwhile."""
    if url != PRIVATE:
        yield Server(make_url(url))
        return
    binaries = installed()
    if binaries is None:
        _leave_out("PostgreSQL")
    with private_cluster(binaries, DURABLE) as cluster:
        yield cluster.server


@contextmanager
def database_of(server: Server | None) -> Iterator[None]:
    """Keep the registry meanwhile in a database of its own; in its data folder where there is no server."""
    if server is None:
        yield
        return
    with server.fresh() as database, _set(**{DATABASE: database}):
        yield


@contextmanager
def _set(**variables: str | None) -> Iterator[None]:
    """Set variables of the environment meanwhile, or remove those that are None."""
    before = {name: os.environ.get(name) for name in variables}
    _change(variables)
    try:
        yield
    finally:
        _change(before)


def _change(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _leave_out(what: str) -> NoReturn:
    """End the bench, which is no failure."""
    print(f"left out: {what} was not found")
    sys.exit(0)
