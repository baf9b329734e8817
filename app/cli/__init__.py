"""The `holotype` command.

This file and `commands` import only what showing the help needs; each command loads the rest when it runs.
"""

import os
import sys


def main() -> None:
    """Run the command line."""
    if sys.stdout is None:
        # Before anything is done of which nobody is told; and a file that is opened would take its place.
        sys.exit("holotype: standard output is closed; send it to /dev/null where it is not wanted")
    try:
        try:
            from app.cli.commands import app  # noqa: PLC0415 - a child process runs a module of this package alone

            app()
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        if not _is_unwritable():
            raise
        # What is still to be written would be tried again at the end, and fail with a trace.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            sys.exit(1)
        sys.exit(f"holotype: standard output cannot be written: {error.strerror}")


def _is_unwritable() -> bool:
    """Return whether standard output still holds what it cannot write."""
    try:
        sys.stdout.flush()
    except OSError:
        return True
    return False
