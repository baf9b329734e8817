"""The API as a process of its own, as `holotype up` runs it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.ports import free_port


@dataclass(frozen=True, slots=True)
class Served:
    """A running API."""

    process: subprocess.Popen[str]
    url: str

    def end(self) -> list[str]:
        """Ask the process to end, and return what it logged."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=30)[1].splitlines()


@contextmanager
def served(data: Path, **settings: str) -> Iterator[Served]:
    """Run the API over a data folder until it is ended."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", "app.main:create_app_from_environment"]
    command += ["--port", str(port), "--log-level", "warning", "--timeout-graceful-shutdown", "10"]
    process = subprocess.Popen(
        command,
        env={**os.environ, "HOLOTYPE_DATA": str(data), **settings},
        cwd=Path(__file__).parents[2],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _await(process, f"{url}/healthz")
        yield Served(process, url)
    finally:
        process.kill()
        process.communicate()


def _await(process: subprocess.Popen[str], url: str) -> None:
    for _ in range(600):
        try:
            httpx2.get(url, trust_env=False)
        except httpx2.TransportError:
            assert process.poll() is None
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the API does not answer")
