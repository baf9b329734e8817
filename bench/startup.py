"""From the start of a process of the API to its first answer, beside importing the libraries that it uses.

The best of some rounds of each counts, because other work on the machine only adds. Run as
`python -m bench.startup [--data DATA]`.
"""

import argparse
import http.client
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.serving import HOLOTYPE, ROOT, Server, free_port, sample

LIBRARIES = (
    "alembic, anyio, graphql, httptools, numpy, onnxruntime, orjson, prometheus_client, pydantic_settings, "
    "sqlalchemy, sqlmodel, starlette, strawberry, tantivy, tokenizers, uvicorn, uvloop"
)
ROUNDS = 7
PATIENCE_SECONDS = 60


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the data folder of an indexed registry")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data = options.data or sample(Path(scratch), indexed=True)
        answered = min(_answered(data) for _ in range(ROUNDS))
    imported = min(_ran(sys.executable, "-c", f"import {LIBRARIES}") for _ in range(ROUNDS))
    shown = min(_ran(HOLOTYPE, "--help") for _ in range(ROUNDS))
    print(f"first answer: {answered:.2f} s; its libraries: {imported:.2f} s; ratio {answered / imported:.1f}")
    print(f"holotype --help: {shown:.2f} s")


def _answered(data: Path) -> float:
    port = free_port()
    environment = {**os.environ, "HOLOTYPE_DATA": str(data), "HOLOTYPE_PORT": str(port)}
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "app.cli.serving.api"], cwd=ROOT, env=environment
    ) as process:
        try:
            while not _answers(port):
                assert process.poll() is None
                assert time.perf_counter() - began < PATIENCE_SECONDS
                time.sleep(0.005)
            return time.perf_counter() - began
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    try:
        _, answer = Server(http.client.HTTPConnection("127.0.0.1", port)).ask(
            "/graphql", b'{"query": "{__typename}"}'
        )
    except ConnectionError:
        return False
    return b'"__typename":"Query"' in answer


def _ran(*command: str) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
