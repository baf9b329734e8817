"""What processes and stores take: memory, sampled while they run, and bytes on disk."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SAMPLED_SECONDS = 1.0


def tree(process: int) -> list[int]:
    """Return a process and all that it started, each before those that it started."""
    try:
        children = [
            int(child)
            for task in Path(f"/proc/{process}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except (OSError, ProcessLookupError):
        return [process]
    return [process, *(below for child in children for below in tree(child))]


def memory(process: int) -> float:
    """Return the megabytes that a process and those that it started hold.

    What several share counts for each in equal parts (Pss of /proc/PID/smaps_rollup).
    """
    return sum(_held(one) for one in tree(process)) / 1024


def _held(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except (OSError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def size(folder: Path) -> int:
    """Return the bytes that a folder takes on its disk."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(Path(place) / name).st_blocks * 512
            except FileNotFoundError:  # stores remove files at any time
                continue
    return total


@contextmanager
def peaks(processes: Callable[[], Mapping[str, int]]) -> Iterator[dict[str, float]]:
    """Give the most megabytes that each process held meanwhile, by its name.

    Args:
        processes: Tells which processes there are now, by name.
    """
    most: dict[str, float] = {}
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(SAMPLED_SECONDS):
            for name, process in processes().items():
                most[name] = max(most.get(name, 0.0), memory(process))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield most
    finally:
        ended.set()
        watching.join()
