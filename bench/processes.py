"""One process of the API beside several, on one registry: requests a second, their slowest, and memory.

`wrk` asks for one model by its name, and then for searches, as often as each can answer, in turns; then each
process answers a thousand searches and its private memory is read. Run as
`python -m bench.processes [--data DATA] [--opensearch [URL]] [--postgresql [URL]]`; without `wrk` (a package
of most systems) only memory is shown.
"""

import http.client
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import fmean

import orjson

from bench.http_floor import ONE
from bench.search_floor import found, searches
from bench.serving import HOLOTYPE, Server, free_port, most_versions, running
from bench.stores import parser, registry, stores

MANY = 4
CONNECTIONS = 16
ROUNDS = 2
SEARCHES = 1_000
DIFFERENT = 50
WARM_UP = 5
UNITS = {"us": 0.001, "ms": 1.0, "s": 1_000.0}
PRIVATE = ("Private_Clean:", "Private_Dirty:")

WRK = """
local bodies = {%s}
local next = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
function request()
  next = next %% #bodies + 1
  return wrk.format(nil, nil, nil, bodies[next])
end
function response(status, _, body)
  if status ~= 200 or body:find('"errors":', 1, true) or body:find('"degraded":[{', 1, true) then
    io.stderr:write(body:sub(1, 1000), "\\n")
    os.exit(1)
  end
end
"""


@dataclass(frozen=True, slots=True)
class Case:
    """What wrk asks for, by which script and for how long."""

    title: str
    script: Path
    seconds: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What wrk says: requests a second, and two quantiles of their milliseconds."""

    rate: float
    median: float
    worst: float


def main() -> None:
    """Measure and print."""
    options = parser(__doc__).parse_args()
    with stores(options), tempfile.TemporaryDirectory() as scratch:
        data = registry(options, Path(scratch))
        if shutil.which("wrk"):
            for case in _cases(data, Path(scratch)):
                _beside_one(data, case)
        with _up(data, 1) as (port, parent):
            server = Server(http.client.HTTPConnection("127.0.0.1", port))
            for body in islice(searches(), SEARCHES):
                found(server.ask("/graphql", body)[1])
            print(f"after {SEARCHES:,} searches: {_memory(parent)}")


def _cases(data: Path, folder: Path) -> list[Case]:
    """Return what is asked for: the model with the most versions, and searches."""
    namespace, name = most_versions(data)
    one = orjson.dumps({"query": ONE, "variables": {"namespace": namespace, "name": name}})
    asked = [("one model", [one], 5), ("searches", list(islice(searches(), DIFFERENT)), 15)]
    cases = []
    for number, (title, bodies, seconds) in enumerate(asked):
        script = folder / f"{number}.lua"
        script.write_text(WRK % ", ".join(f"[==[{body.decode()}]==]" for body in bodies))
        cases.append(Case(title, script, seconds))
    return cases


def _beside_one(data: Path, case: Case) -> None:
    """Ask one process and many in turns, and print what each did and how the many compare."""
    rounds: dict[int, list[Asked]] = {1: [], MANY: []}
    for processes in (1, MANY) * ROUNDS:
        with _up(data, processes) as (port, _):
            _warm_up(port, processes)
            asked = _wrk(case.script, case.seconds, port)
        rounds[processes].append(asked)
        print(
            f"{case.title}, {processes} of them: {asked.rate:.1f} requests a second, "
            f"p50 {asked.median:.0f} ms, p99 {asked.worst:.0f} ms",
            flush=True,
        )
    rate = fmean(one.rate for one in rounds[MANY]) / fmean(one.rate for one in rounds[1])
    worst = fmean(one.worst for one in rounds[MANY]) / fmean(one.worst for one in rounds[1])
    print(f"{case.title}, {MANY} beside one: {rate:.2f} times the requests, {worst:.2f} times the p99")


@contextmanager
def _up(data: Path, processes: int) -> Iterator[tuple[int, int]]:
    """Serve a registry, and give the port and the process of `holotype up`."""
    port = free_port()
    command = [HOLOTYPE, "up", "--data", str(data), "--port", str(port), "--processes", str(processes)]
    with running(command, port, {}) as process:
        time.sleep(processes)  # the first that listens is not the last
        yield port, process


def _warm_up(port: int, processes: int) -> None:
    """Search by connections of their own, so that each process has loaded its encoder of queries."""
    for body in islice(searches(), WARM_UP * processes):
        Server(http.client.HTTPConnection("127.0.0.1", port)).ask("/graphql", body)


def _wrk(script: Path, seconds: int, port: int) -> Asked:
    command = ["wrk", "--latency", f"-c{CONNECTIONS}", "-t1", f"-d{seconds}s", "-s", str(script)]
    url = f"http://127.0.0.1:{port}/graphql"
    said = subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout
    [rate] = re.findall(r"Requests/sec:\s+(\S+)", said)
    if "Non-2xx" in said or not float(rate):
        raise RuntimeError(said)
    return Asked(float(rate), *(_quantile(said, share) for share in (50, 99)))


def _quantile(said: str, share: int) -> float:
    """Return a quantile of wrk's, in milliseconds."""
    [(number, unit)] = re.findall(rf" {share}%\s+([\d.]+)([a-z]+)", said)
    return float(number) * UNITS[unit]


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
