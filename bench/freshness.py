"""How soon a model is found by words after it was registered: in a quiet registry, and during an import.

A registry that `holotype up` serves is asked over HTTP: a model is registered, and searched by a word of its
own until it is found. Run as `python -m bench.freshness [FILE [COUNT]]`; FILE is what is imported
meanwhile, the shipped sample if none is named.
"""

import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import numpy as np

from bench.serving import HOLOTYPE, SAMPLE, free_port, running

REGISTER = "mutation($name: String!) { registerModel(input: {name: $name}) { userErrors { message } } }"
SEARCH = "query($text: String!) { search(text: $text, mode: WORDS) { totalCount } }"
PATIENCE_SECONDS = 120.0


def main() -> None:
    """Measure, and print both distributions."""
    file = sys.argv[1] if sys.argv[1:] else str(SAMPLE)
    count = int(sys.argv[2]) if sys.argv[2:] else 40
    with tempfile.TemporaryDirectory() as data, served(data) as url:
        tell("idle", [found_after(url) for _ in range(count)])
        importing = subprocess.Popen(
            [HOLOTYPE, "import", file, "--data", data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        seconds = []
        while importing.poll() is None:
            seconds.append(found_after(url))
        tell("during an import", seconds)


def found_after(url: str) -> float:
    """Register a model; return after how many seconds a search finds it."""
    word = f"w{uuid.uuid4().hex[:12]}"
    refused = ask(url, REGISTER, name=word)["registerModel"]["userErrors"]
    if refused:
        raise RuntimeError(refused)
    began = time.perf_counter()
    while not ask(url, SEARCH, text=word)["search"]["totalCount"]:
        if time.perf_counter() - began > PATIENCE_SECONDS:
            return PATIENCE_SECONDS
        time.sleep(0.005)
    return time.perf_counter() - began


def ask(url: str, query: str, **variables: Any) -> dict[str, Any]:
    """Ask the API."""
    answer = httpx2.post(f"{url}/graphql", json={"query": query, "variables": variables}, timeout=60)
    data: dict[str, Any] = answer.json()["data"]
    return data


def tell(when: str, seconds: list[float]) -> None:
    """Print a distribution."""
    p50, p95, most = np.percentile(seconds, [50, 95, 100])
    said = f"p50 {p50:.2f} s, p95 {p95:.2f} s, at most {most:.2f} s"
    print(f"{when}: {len(seconds)} models found by words after {said}")


@contextmanager
def served(data: str) -> Iterator[str]:
    """Serve a new registry until the end; give its address once it has an index."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running([HOLOTYPE, "up", "--data", data, "--port", str(port)], port, {}):
        while httpx2.get(f"{url}/readyz", timeout=10).json()["parts"]["index"] != "ready":
            time.sleep(0.2)
        yield url


if __name__ == "__main__":
    main()
