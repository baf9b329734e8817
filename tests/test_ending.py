"""What is to happen at the end happens when the process that wanted it is killed."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ending import at_the_end
from tests.waiting import wait_until

HOLDER = """
import sys, time
from tests.ending import at_the_end

with at_the_end(["touch", sys.argv[1]]):
    print("begun", flush=True)
    time.sleep(60)
"""


def test_it_happens_behind_the_block_and_not_before(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with at_the_end(["touch", trace]):
        assert not trace.exists()
    assert trace.exists()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_it_happens_when_the_process_is_ended(end: signal.Signals, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    command = [sys.executable, "-c", HOLDER, str(trace)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"begun\n"
        assert not trace.exists()
        holder.send_signal(end)
    wait_until(trace.exists)
