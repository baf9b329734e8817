"""What commands print to: results on standard output, everything else on standard error."""

import sys
from collections.abc import Sequence
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


def counted(number: int, thing: str) -> str:
    """Return a number of things in words, such as ``1 version`` and ``2,708 versions``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def suggested(names: Sequence[str]) -> str:
    """Return suggestions as an end of a sentence; nothing without any."""
    *first, last = names or [""]
    meant = f"{', '.join(first)} or {last}" if first else last
    return f" (did you mean {meant}?)" if meant else ""


def fail(message: str, code: int = FAILED) -> NoReturn:
    """End the command with one line that says what is wrong and what to do."""
    say(f"holotype: {message}")
    raise typer.Exit(code)
