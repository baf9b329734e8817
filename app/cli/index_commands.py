"""The commands that look after the search indexes of a data folder, with their arguments and help."""

from pathlib import Path
from typing import Annotated

import typer

indexes = typer.Typer(
    name="index",
    help="Look after the search indexes: status, check, rebuild.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="The data folder (HOLOTYPE_DATA, else .holotype).", show_default=False
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@indexes.command()
def status(data: Data = None, *, json: Json = False) -> None:
    """Show how far each index is behind the registry, its size, and what could not be indexed.

    Exit code 1 when an index cannot be used as it is.

    Example: holotype index status --data ./registry
    """
    _run("status", data, as_json=json)


@indexes.command()
def check(data: Data = None, *, json: Json = False) -> None:
    """Compare each index with the registry and name every difference.

    The indexer stands by for a moment meanwhile. Exit code 1 when there is a difference.

    Example: holotype index check --data ./registry
    """
    _run("check", data, as_json=json)


@indexes.command()
def rebuild(data: Data = None, *, json: Json = False) -> None:
    """Make each index anew, beside the one that is searched, which it then replaces at once.

    A registry that is served goes on being served and changed. No text is encoded twice. Stopped, it exits
    with code 130, and the next rebuild goes on where it was.

    Example: holotype index rebuild --data ./registry
    """
    _run("rebuild", data, as_json=json)


def _run(command: str, data: Path | None, *, as_json: bool) -> None:
    from app.cli.choosing import chosen_settings  # noqa: PLC0415 - see the package
    from app.cli.indexing import become_indexer  # noqa: PLC0415

    become_indexer(chosen_settings(data=data), command, as_json=as_json)
