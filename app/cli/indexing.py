"""`holotype index`: the commands of the indexer, which is a process of its own."""

import os
import sys
from typing import NoReturn

from app.settings import Settings


def become_indexer(settings: Settings, command: str, *options: str) -> NoReturn:
    """Go on as the indexer with one of its commands, on the same terminal and to its exit code."""
    arguments = [sys.executable, "-m", "indexer", command, *options]
    environment = {**os.environ, "HOLOTYPE_DATA": str(settings.data)}
    os.execve(sys.executable, arguments, environment)  # noqa: S606 - our own module
