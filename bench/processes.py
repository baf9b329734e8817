"""One process of the API beside several, on one registry: requests a second, their slowest, and memory.

`wrk` asks for one model by its name, as often as each can answer, in turns; then each process answers a
thousand searches and its private memory is read. Run as `python -m bench.processes [--data DATA]`; without
`wrk` (a package of most systems) only memory is shown.
"""

import argparse
import http.client
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import orjson

from bench.http_floor import ONE
from bench.search_floor import searches
from bench.serving import HOLOTYPE, Server, free_port, most_versions, running, sample

MANY = 4
CONNECTIONS = 16
SECONDS = 5
ROUNDS = 2
SEARCHES = 1_000
PRIVATE = ("Private_Clean:", "Private_Dirty:")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the data folder of an indexed registry")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data = options.data or sample(Path(scratch), indexed=True)
        script = Path(scratch) / "one.lua"
        script.write_text(_script(data))
        for processes in (1, MANY) * (ROUNDS if shutil.which("wrk") else 0):
            with _up(data, processes) as (port, _):
                print(f"{processes} of them: {_asked(script, port)}")
        with _up(data, 1) as (port, parent):
            server = Server(http.client.HTTPConnection("127.0.0.1", port))
            for body in islice(searches(data), SEARCHES):
                server.ask("/graphql", body)
            print(f"after {SEARCHES:,} searches: {_memory(parent)}")


def _script(data: Path) -> str:
    """Return what wrk sends: a search for the model with the most versions."""
    namespace, name = most_versions(data)
    body = orjson.dumps({"query": ONE, "variables": {"namespace": namespace, "name": name}}).decode()
    return (
        f'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = [==[{body}]==]\n'
    )


@contextmanager
def _up(data: Path, processes: int) -> Iterator[tuple[int, int]]:
    """Serve a registry, and give the port and the process of `holotype up`."""
    port = free_port()
    command = [HOLOTYPE, "up", "--data", str(data), "--port", str(port), "--processes", str(processes)]
    with running(command, port, {}) as process:
        time.sleep(processes)  # the first that listens is not the last
        yield port, process


def _asked(script: Path, port: int) -> str:
    command = ["wrk", "--latency", f"-c{CONNECTIONS}", "-t1", f"-d{SECONDS}s", "-s", str(script)]
    said = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/graphql"], check=True, capture_output=True, text=True
    )
    assert "Non-2xx" not in said.stdout, said.stdout
    [rate] = re.findall(r"Requests/sec:\s+(\S+)", said.stdout)
    [median], [worst] = (re.findall(rf" {share}%\s+(\S+)", said.stdout) for share in (50, 99))
    return f"{rate} requests a second, p50 {median}, p99 {worst}"


def _memory(parent: int) -> str:
    """Return what the process of the API holds for itself, and what of it is a file that could be dropped."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    [api] = [
        child for child in children if "app.cli.serving.api" in Path(f"/proc/{child}/cmdline").read_text()
    ]
    held = dict.fromkeys(PRIVATE, 0)
    for line in Path(f"/proc/{api}/smaps_rollup").read_text().splitlines():
        name, *rest = line.split()
        if name in held:
            held[name] = int(rest[0])
    clean, dirty = (held[name] / 1024 for name in PRIVATE)
    return f"{dirty:.0f} MB of private memory, and {clean:.0f} MB of files that no other process maps"


if __name__ == "__main__":
    main()
