"""How soon a model is found by words after it was registered: in a quiet registry, and while others write.

A registry that `holotype up` serves is asked over HTTP: a model is registered, and searched by a word of its
own until it is found. The others write 20 models a second through the API, and then a file is imported. Run
as `python -m bench.freshness [--file FILE] [--count COUNT] [--opensearch [URL]] [--postgresql [URL]]`.
"""

import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import numpy as np

from bench.pacing import ask, register, writing
from bench.serving import HOLOTYPE, SAMPLE, free_port, running
from bench.stores import engines, stores

SEARCH = "query($text: String!) { search(text: $text, mode: WORDS) { totalCount degraded { code } } }"
PATIENCE_SECONDS = 120.0
WRITES_A_SECOND = 20


def main() -> None:
    """Measure, and print the distributions."""
    arguments = engines(__doc__)
    arguments.add_argument("--file", type=Path, default=SAMPLE, help="what is imported (default: the sample)")
    arguments.add_argument("--count", type=int, default=40, help="how many models are looked for")
    options = arguments.parse_args()
    with (
        stores(options),
        tempfile.TemporaryDirectory() as data,
        served(data) as url,
        httpx2.Client(base_url=url, trust_env=False, timeout=60) as http,
    ):
        tell("idle", [found_after(http) for _ in range(options.count)])
        with writing(url, WRITES_A_SECOND) as written:
            began = time.perf_counter()
            seconds = [found_after(http) for _ in range(options.count)]
            rate = len(written) / (time.perf_counter() - began)
        tell(f"beside {rate:.0f} writes a second", seconds)
        tell("during an import", list(_during_import(http, options.file, data)))


def found_after(http: httpx2.Client) -> float:
    """Register a model; return after how many seconds a search finds it."""
    word = f"w{uuid.uuid4().hex[:12]}"
    register(http, word)
    began = time.perf_counter()
    while not ask(http, SEARCH, text=word)["search"]["totalCount"]:
        if time.perf_counter() - began > PATIENCE_SECONDS:
            return PATIENCE_SECONDS
        time.sleep(0.005)
    return time.perf_counter() - began


def tell(when: str, seconds: list[float]) -> None:
    """Print a distribution."""
    p50, p95, most = np.percentile(seconds, [50, 95, 100])
    said = f"p50 {p50:.2f} s, p95 {p95:.2f} s, at most {most:.2f} s"
    print(f"{when}: {len(seconds)} models found by words after {said}", flush=True)


@contextmanager
def served(data: str) -> Iterator[str]:
    """Serve a new registry until the end; give its address once it has an index."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running([HOLOTYPE, "up", "--data", data, "--port", str(port)], port, {}):
        while httpx2.get(f"{url}/readyz", timeout=10).json()["parts"]["index"] != "ready":
            time.sleep(0.2)
        yield url


def _during_import(http: httpx2.Client, file: Path, data: str) -> Iterator[float]:
    command = [HOLOTYPE, "import", str(file), "--data", data]
    importing = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while importing.poll() is None:
        yield found_after(http)


if __name__ == "__main__":
    main()
