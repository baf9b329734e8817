"""The commands that look after the search indexes of a data folder, with their arguments and help."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.client.commands import Json

indexes = typer.Typer(
    name="index",
    help="Look after the search indexes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="The data folder (HOLOTYPE_DATA, else .holotype).", show_default=False
    ),
]


@indexes.command()
def status(data: Data = None, *, json: Json = False) -> None:
    """Show how far each index is behind the registry, its size, and what could not be indexed.

    Exit code 1 when an index cannot be used as it is.

    Example: holotype index status --data ./registry
    """
    _run(data, "status", *_as_json(json))


@indexes.command()
def check(data: Data = None, *, json: Json = False) -> None:
    """Compare each index with the registry and name every difference.

    The indexer stands by for a moment meanwhile. Exit code 1 when there is a difference.

    Example: holotype index check --data ./registry
    """
    _run(data, "check", *_as_json(json))


@indexes.command()
def rebuild(data: Data = None, *, json: Json = False) -> None:
    """Make each index anew, beside the one that is searched, which it then replaces at once.

    A registry that is served goes on being served and changed. No text is encoded twice. Stopped, it exits
    with code 130, and the next rebuild goes on where it was.

    Example: holotype index rebuild --data ./registry
    """
    _run(data, "rebuild", *_as_json(json))


@indexes.command()
def rollback(data: Data = None, *, json: Json = False) -> None:
    """Let the indexes be searched again that the last rebuild replaced, where they are in OpenSearch.

    They are as they were then, and the indexer brings them up to date. Done twice, it undoes itself. Indexes
    in the data folder are not kept once they are replaced.

    Example: holotype index rollback --data ./registry
    """
    _run(data, "rollback", *_as_json(json))


@indexes.command()
def run(
    data: Data = None,
    *,
    once: Annotated[bool, typer.Option("--once", help="Stop when everything is indexed.")] = False,
) -> None:
    """Keep each index up to date until Ctrl-C, as `up` does; `api` is the rest of it.

    One works at each index, and any others stand by to take over.

    Example: holotype index run --data ./registry
    """
    _run(data, "run", *(["--once"] if once else []))


@indexes.command()
def export_encoder(data: Data = None) -> None:
    """Write what searches by meaning encode texts with, for an API that has no indexer beside it.

    The indexer does so too when it starts; needs what `pip install 'holotype[indexer]'` installs.

    Example: holotype index export-encoder --data ./registry
    """
    _run(data, "export-encoder")


def _as_json(wanted: bool) -> list[str]:  # noqa: FBT001 - reads as a sentence
    return ["--json"] if wanted else []


def _run(data: Path | None, command: str, *options: str) -> None:
    from app.cli.choosing import chosen_settings  # noqa: PLC0415 - see the package
    from app.cli.indexing import become_indexer  # noqa: PLC0415

    become_indexer(chosen_settings(data=data), command, *options)
