"""What all tests share: registries, and engines that not every machine has.

A test that lacks its engine is left out, which is said at the end.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

from tests.opensearch import node
from tests.opensearch.node import opensearch, opensearch_prefix, private_opensearch
from tests.postgresql import cluster, postgresql, seeded_database
from tests.store import seeded_file, shared_store, store

__all__ = [
    "cluster",
    "opensearch",
    "opensearch_prefix",
    "postgresql",
    "private_opensearch",
    "seeded_database",
    "seeded_file",
    "shared_store",
    "store",
]

# How long an example takes says more of the machine than of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Programs are started by the hundred: what Python compiles of them is kept, whatever the environment says.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

REQUIRED = "HOLOTYPE_REQUIRE_ENGINES"
SMALL_DISK = 64 * 2**20


def pytest_configure(config: pytest.Config) -> None:
    # In the background of a shell it is ignored, and whatever the tests start would ignore it too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        config.add_cleanup(node.offer())


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return the kind of database that a test works in."""
    return str(getattr(request, "param", "sqlite"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("both_databases") and "database_kind" in metafunc.fixturenames:
        metafunc.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="session")
def require_engine() -> Callable[[str, bool], None]:
    """Give what a test calls with the name of an engine it needs and whether the machine has it.

    Without the engine the test is skipped, or fails when HOLOTYPE_REQUIRE_ENGINES is 1.
    """

    def require(name: str, found: bool) -> None:  # noqa: FBT001 - reads as a sentence: require_engine("node", found)
        if found:
            return
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{name} is needed here ({REQUIRED}=1) and was not found")
        _leave_out(name)

    return require


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 64 MiB in memory; only root may, and not in every container."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        _leave_out("the right to mount a file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607 - the system's own


def _leave_out(name: str) -> NoReturn:
    pytest.skip(f"{name} was not found")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = Counter(report.longrepr[2] for report in terminalreporter.getreports("skipped"))
    each = ", ".join(
        f"{count} tests ({reason.removeprefix('Skipped: ')})" for reason, count in reasons.items()
    )
    terminalreporter.write_line(f"Left out: {each}." if each else "Nothing was left out.")
