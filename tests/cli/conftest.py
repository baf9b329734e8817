"""The `holotype` command as a process."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.transfer.files import ZOO, interchange

HOLOTYPE = Path(sys.executable).with_name("holotype")

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Give what starts the command in an empty folder; what still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOLOTYPE_")}

    def begin(*arguments: object, **variables: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [HOLOTYPE, *map(str, arguments)],
            cwd=tmp_path,
            env={**environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def run(start: Start) -> Callable[..., tuple[int, str, str]]:
    """Give what runs the command to its end and returns its exit code, its output and its messages."""

    def to_the_end(*arguments: object, **variables: str) -> tuple[int, str, str]:
        process = start(*arguments, **variables)
        output, messages = process.communicate(timeout=60)
        return process.returncode, output, messages

    return to_the_end


@pytest.fixture(scope="session")
def imported_zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with the zoo in it, which is there to be copied."""
    folder = tmp_path_factory.mktemp("imported")
    (folder / "zoo.jsonl").write_bytes(interchange(ZOO))
    subprocess.run([HOLOTYPE, "import", "zoo.jsonl", "--data", "zoo"], cwd=folder, check=True)
    return folder / "zoo"


@pytest.fixture
def zoo(imported_zoo: Path, tmp_path: Path) -> Path:
    """Return the data folder of a registry with something in it."""
    return Path(shutil.copytree(imported_zoo, tmp_path / "zoo"))
