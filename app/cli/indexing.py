"""`holotype index`: the commands of the indexer, which is a process of its own."""

import os
import sys
from typing import NoReturn

from app.settings import Settings


def become_indexer(settings: Settings, command: str, *, as_json: bool) -> NoReturn:
    """Go on as the indexer with one of its commands, on the same terminal and to its exit code."""
    options = ["--json"] if as_json else []
    arguments = [sys.executable, "-m", "indexer", command, "--data", str(settings.data), *options]
    os.execv(sys.executable, arguments)  # noqa: S606 - our own module
