"""What commands do where their output cannot be written."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import HOLOTYPE
from tests.routes.serving import served


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("served")) as api:
        yield api.url


def shell(command: str, url: str, folder: Path) -> tuple[int, str]:
    """Run a line of Bash, and return the exit code of its first command and all messages."""
    done = subprocess.run(
        ["/bin/bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"],
        cwd=folder,
        env={"HOLOTYPE_URL": url, "PATH": f"{HOLOTYPE.parent}:/usr/bin:/bin"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr


COMMANDS = ["list namespaces", "list namespaces --json", "config", "--version", "--help", "export --data ."]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_output_is_told_in_one_line(url: str, tmp_path: Path, zoo: Path, command: str) -> None:
    code, messages = shell(f"holotype {command.replace('.', str(zoo))} > /dev/full", url, tmp_path)
    assert code == 1
    assert "Traceback" not in messages
    assert messages.splitlines()[-1].startswith("holotype: ")
    assert "No space left on device" in messages.splitlines()[-1]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_closed_output_is_told_in_one_line(url: str, tmp_path: Path, command: str) -> None:
    code, messages = shell(f"holotype {command} >&-", url, tmp_path)
    told = "holotype: standard output is closed; send it to /dev/null where it is not wanted\n"
    assert (code, messages) == (1, told)


@pytest.mark.parametrize("command", COMMANDS[:-1])
def test_nobody_is_told_that_nobody_reads(url: str, tmp_path: Path, command: str) -> None:
    # The pipe is closed before anything is written to it.
    code, messages = shell(f"(sleep 0.5; holotype {command}) | true", url, tmp_path)
    assert code == 1
    assert [line for line in messages.splitlines() if not line.endswith("1 namespace")] == []
