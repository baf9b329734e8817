"""The commands, with their arguments and help."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.cli.client_commands import clients
from app.cli.index_commands import indexes

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="The data folder (HOLOTYPE_DATA, else .holotype).", show_default=False
    ),
]


class Mode(StrEnum):
    """What ranks the models that a search finds."""

    HYBRID = "hybrid"
    WORDS = "words"
    MEANING = "meaning"


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - Typer's signature
    if wanted:
        from app.version import VERSION  # noqa: PLC0415 - see the package

        typer.echo(f"holotype {VERSION}")
        raise typer.Exit


@app.callback()
def holotype(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """A registry for machine-learning models that can answer questions."""


@app.command()
def up(
    data: Data = None,
    host: Annotated[
        str | None,
        typer.Option(help="The address to listen on (HOLOTYPE_HOST, else 127.0.0.1).", show_default=False),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="The port to listen on (HOLOTYPE_PORT, else 8765).", show_default=False
        ),
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=64,
            help="How many processes answer as the API (HOLOTYPE_PROCESSES, else 1).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Serve the registry until Ctrl-C: the API and the indexer.

    Example: holotype up --data ./registry --port 8765
    """
    from app.cli.choosing import chosen_settings  # noqa: PLC0415 - see the package
    from app.cli.up import serve  # noqa: PLC0415

    serve(chosen_settings(data=data, host=host, port=port, processes=processes))


@app.command("import")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE...", show_default=False),
    ],
    data: Data = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            metavar="FILE",
            help="Write every reject to this file, as JSON Lines.",
            show_default=False,
        ),
    ] = None,
    *,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say what the import would do, and write nothing."),
    ] = False,
) -> None:
    """Import models from interchange files (.jsonl, .jsonl.gz).

    What is there already is left alone.

    Exit code 1 when a line was rejected; everything else is imported all the same.

    Example: holotype import models.jsonl.gz --data ./registry --rejects rejects.jsonl
    """
    from app.cli.choosing import chosen_settings  # noqa: PLC0415 - see the package
    from app.cli.importing import import_into, rehearse_import  # noqa: PLC0415

    do = rehearse_import if dry_run else import_into
    if do(chosen_settings(data=data), files, rejects):
        raise typer.Exit(1)


@app.command()
def export(
    out: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            metavar="FILE",
            help="Write to this file (.jsonl, .jsonl.gz) instead of standard output.",
            show_default=False,
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Export the registry as an interchange file, which `import` reads: natural keys, no ids, no history.

    Example: holotype export --out models.jsonl.gz --data ./registry
    """
    from app.cli.choosing import chosen_settings  # noqa: PLC0415 - see the package
    from app.cli.exporting import export_from  # noqa: PLC0415

    export_from(chosen_settings(data=data), out)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that is not there yet.")],
    data: Data = None,
) -> None:
    """Copy the registry with its ids and its history into one file, while it is served, and read it back.

    Example: holotype backup registry-2026-01-31.db --data ./registry
    """
    from app.cli.choosing import chosen_settings  # noqa: PLC0415 - see the package
    from app.cli.copying import back_up  # noqa: PLC0415

    back_up(chosen_settings(data=data), file)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `backup` has made.")],
    data: Data = None,
) -> None:
    """Put a backup into an empty data folder; the search index is made anew by `up`.

    Example: holotype restore registry-2026-01-31.db --data ./restored
    """
    from app.cli.choosing import chosen_settings  # noqa: PLC0415 - see the package
    from app.cli.copying import restore_from  # noqa: PLC0415

    restore_from(chosen_settings(data=data), file)


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="What is looked for, in plain words.", show_default=False)],
    url: Annotated[
        str, typer.Option(envvar="HOLOTYPE_URL", help="The address of the API.")
    ] = "http://127.0.0.1:8765",
    mode: Annotated[Mode, typer.Option(help="What ranks: words and meaning, or one of them.")] = Mode.HYBRID,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many models are shown.")] = 10,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print the API's answer as JSON.")] = False,
) -> None:
    """Find models by what they do, and see why each was found.

    Example: holotype search "small German sentiment classifier"
    """
    from app.cli.searching import show_search  # noqa: PLC0415 - see the package

    show_search(url, text, mode=mode.name, limit=limit, as_json=json)


app.add_typer(clients)
app.add_typer(indexes)
