"""What commands print to: results on standard output, everything else on standard error."""

import sys
from typing import Any, NoReturn

import orjson
import typer
from rich.console import Console

WIDTH_OF_A_PIPE = 160
FAILED, USAGE, ABSENT, UNREACHABLE, INTERRUPTED = 1, 2, 3, 4, 130
"""Exit codes beside 0; `app.cli.commands.EXIT_CODES` says what they mean."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_PIPE)
err = Console(stderr=True, highlight=False)


def say(message: str) -> None:
    """Print a line for the person who waits; it is no part of the result."""
    err.print(message, markup=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print a result for programs: one JSON value."""
    out.out(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode(), highlight=False)


def fail(message: str, code: int = FAILED) -> NoReturn:
    """End the command with one line that says what is wrong and what to do."""
    say(f"holotype: {message}")
    raise typer.Exit(code)
