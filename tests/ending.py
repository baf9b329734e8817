"""What is to happen at the end of the tests even where they are cut off."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def at_the_end(command: Sequence[str | Path]) -> Iterator[None]:
    """Run a command when the block ends, or when this process does, however it ends.

    A shell in a session of its own waits at a pipe that this process alone holds open: a signal to the tests,
    SIGKILL too, closes it and does not reach the shell.
    """
    waiting = subprocess.Popen(
        ["sh", "-c", 'cat; exec "$@"', "sh", *command],  # noqa: S607 - the system's own
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        waiting.communicate()
