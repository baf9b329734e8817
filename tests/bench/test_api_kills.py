"""The API killed while clients write."""

import subprocess
import sys


def test_nothing_is_lost_or_made_twice_when_the_api_is_killed() -> None:
    killing = subprocess.run(
        [sys.executable, "-m", "bench.api_kills", "3"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert killing.returncode == 0, killing.stdout + killing.stderr
    assert "0 differences between what was promised and what is there" in killing.stdout
    assert "is whole" in killing.stdout
