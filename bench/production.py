"""A registry is filled while clients read it and its indexer is killed every 20 seconds.

PostgreSQL, OpenSearch, two APIs and two indexers run as processes of this machine. `holotype import` fills
the registry with FILE (default: the shipped sample), four clients search and read through both APIs without a
pause, and whichever indexer works is killed with SIGKILL every 20 seconds and started again. In the end the
index has to be what the registry says, and the registry what the file says. Run as
`python -m bench.production [FILE] [--kept DATA]`.
"""

import argparse
import gzip
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import orjson
import psycopg
import urllib3
from rich.console import Console
from rich.table import Table

from bench.clients import Reading, failures, reading, send, tabled
from bench.consumption import peaks, size
from bench.deployment import Deployment, deployed, is_ready, until
from bench.serving import SAMPLE

LONGEST_SECONDS = 3_600.0
COUNTED = """{ registeredModels { totalCount } modelVersions { totalCount } datasets { totalCount }
  search(text: "model", mode: HYBRID, first: 1) { degraded { code message } } }"""


@dataclass(slots=True)
class Killing:
    """What was done to the indexers.

    Attributes:
        killed: How many were killed.
        outages: For each, after how many seconds another worked.
    """

    killed: int = 0
    outages: list[float] = field(default_factory=list)


def main() -> int:
    """Run it, print what came of it, and return 0 if nothing failed and nothing differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=SAMPLE, help="what is imported")
    parser.add_argument("--kept", type=Path, help="a data folder whose vectors and encoder are taken")
    parser.add_argument("--every", type=float, default=20.0, help="seconds between two kills")
    parser.add_argument("--clients", type=int, default=4, help="how many clients read")
    options = parser.parse_args()
    console = Console(width=140, highlight=False)
    with deployed(kept=options.kept) as made, peaks(lambda: _processes(made)) as most:
        until(lambda: all(map(is_ready, made.urls)), "the APIs are ready")
        with reading(made.urls, options.clients) as readers:
            with killing(made, options.every, console) as done:
                wrong = _imported(made, options.file, console)
            wrong += _followed(made, console)
        readings = [one for reader in readers for one in reader.readings]
        _tell(readings, done, console)
        wrong += [f"{count} times: {failure}" for failure, count in failures(readings).items()]
        wrong += _proved(made, options.file, console)
        console.print(_sizes(made, most))
    console.print(f"{len(wrong)} things are wrong", *wrong, sep="\n")
    return bool(wrong)


def _imported(made: Deployment, file: Path, console: Console) -> list[str]:
    """Import a file; return what went wrong."""
    began = time.monotonic()
    done = made.run("import", file)
    console.print(f"imported in {time.monotonic() - began:.1f} s")
    return [f"the import: {done.stdout}{done.stderr}"] if done.returncode else []


def _followed(made: Deployment, console: Console) -> list[str]:
    """Wait until all of it is found; return what went wrong."""
    try:
        seconds = until(lambda: _is_caught_up(made), "the index is through the log", seconds=LONGEST_SECONDS)
    except TimeoutError as late:
        return [str(late)]
    console.print(f"everything was found, by meaning too, {seconds:.1f} s later")
    return []


def _is_caught_up(made: Deployment) -> bool:
    """Tell whether every index is through the last change, in words and meaning."""
    done = made.run("index", "status", "--json")
    if done.returncode:
        return False
    kinds = orjson.loads(done.stdout).values()
    return all(kind["words_lag"] == kind["meaning_lag"] == 0 for kind in kinds)


@contextmanager
def killing(made: Deployment, every: float, console: Console) -> Iterator[Killing]:
    """Kill whichever indexer works, again and again, and start it again as a supervisor does."""
    done, ended = Killing(), threading.Event()

    def kill() -> None:
        while not ended.wait(every):
            victim = made.active()
            victim.kill()
            began = time.monotonic()
            victim.start()
            done.killed += 1
            made.active()
            done.outages.append(time.monotonic() - began)
            console.print(f"{victim.name} killed; {made.active().name} works {done.outages[-1]:.1f} s later")

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield done
    finally:
        ended.set()
        thread.join()


def _tell(readings: list[Reading], done: Killing, console: Console) -> None:
    console.print(tabled(readings))
    longest = max(done.outages, default=0.0)
    console.print(
        f"the working indexer was killed {done.killed} times; another worked after {longest:.1f} s at most"
    )


def _proved(made: Deployment, file: Path, console: Console) -> list[str]:
    """Compare the index with the registry, and the registry with the file; return what differs."""
    wrong = []
    for arguments in (["index", "check"], ["db", "check"]):
        done = made.run(*arguments)
        console.print(f"holotype {' '.join(arguments)}: {' '.join(done.stdout.split())}")
        if done.returncode:
            wrong.append(f"holotype {' '.join(arguments)}: {done.stdout}{done.stderr}")
    wanted = _counted(file)
    with httpx2.Client(trust_env=False, timeout=60) as http:
        data, failure, _ = send(http, made.urls, {"query": COUNTED})
    if data is None or failure:
        return [*wrong, f"the count: {failure}"]
    for kind, root in (("model", "registeredModels"), ("version", "modelVersions"), ("dataset", "datasets")):
        found = data[root]["totalCount"]
        console.print(f"{kind}s: {wanted[kind]:,} in the file, {found:,} in the registry")
        if found != wanted[kind]:
            wrong.append(f"{kind}s: {wanted[kind]} in the file, {found} in the registry")
    wrong += [f"degraded: {one['message']}" for one in data["search"]["degraded"]]
    return wrong


def _counted(file: Path) -> Counter[str]:
    """Return how many models, versions and datasets a file has."""
    counts: Counter[str] = Counter()
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
        for line in filter(None, map(bytes.strip, lines)):
            content = orjson.loads(line)
            counts[content["type"]] += 1
            if content["type"] == "model":
                counts["version"] += len(content.get("versions") or ())
    return counts


def _processes(made: Deployment) -> dict[str, int]:
    """Return what runs now; each number with all that it started."""
    services = {one.name: one.number for one in (*made.apis, *made.indexers) if one.number}
    return {**services, "PostgreSQL": made.cluster.processes()[0], "OpenSearch": made.node.number}


def _sizes(made: Deployment, most: dict[str, float]) -> Table:
    table = Table("what", "size", box=None)
    for name, megabytes in sorted(most.items()):
        table.add_row(f"memory of {name}, at its peak", f"{megabytes:,.0f} MB")
    for name, taken in _disk(made):
        table.add_row(name, f"{taken / 1e6:,.0f} MB")
    return table


def _disk(made: Deployment) -> Iterator[tuple[str, int]]:
    with psycopg.connect(made.database) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    yield "database", row[0] if row else 0
    yield "folder of PostgreSQL, with its write-ahead log", size(made.cluster.folder)
    listed = urllib3.request("GET", f"{made.node.address}/_cat/indices?format=json&bytes=b").json()
    for index in sorted(listed, key=lambda one: str(one["index"])):
        yield f"index {index['index']}", int(index["store.size"])
    yield "folder of OpenSearch", size(made.node.folder)
    yield "data folder of the indexers", size(made.folder / "indexer")
    yield (
        "of it, vectors kept (embeddings.sqlite)",
        (made.folder / "indexer/embeddings.sqlite").stat().st_size,
    )
    yield "data folder of an API", size(made.folder / "api-1")


if __name__ == "__main__":
    sys.exit(main())
