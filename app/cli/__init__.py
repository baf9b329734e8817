"""The `holotype` command.

This file and `commands` import only what showing the help needs; each command loads the rest when it runs.
"""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from app.cli.commands import app  # noqa: PLC0415 - a child process runs a module of this package alone

        app()
    except KeyboardInterrupt:
        sys.exit(130)
