"""What commands print to: results on standard output, everything else on standard error."""

import sys
from typing import NoReturn

import typer
from rich.console import Console

WIDTH_OF_A_PIPE = 160
FAILED, USAGE, ABSENT = 1, 2, 3
"""Exit codes: it was refused or did not work; the command was not understood; what it names is not there."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_PIPE)
err = Console(stderr=True, highlight=False)


def say(message: str) -> None:
    """Print a line for the person who waits; it is no part of the result."""
    err.print(message, markup=False, soft_wrap=True)


def fail(message: str, code: int = FAILED) -> NoReturn:
    """End the command with one line that says what is wrong and what to do."""
    say(f"holotype: {message}")
    raise typer.Exit(code)
