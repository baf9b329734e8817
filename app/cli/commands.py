"""The commands, with their arguments and help."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.client.commands import LOCAL, Json, Url, clients, namespaces
from app.cli.client.comparison_commands import comparisons
from app.cli.client.lineage_commands import lineages
from app.cli.client.listing_commands import listings
from app.cli.db_commands import databases
from app.cli.index_commands import Data, indexes

EXIT_CODES = {
    0: "it is done",
    1: "it was refused, or did not work; an import has rejected lines; production hangs on what is asked for",
    2: "the command was not understood",
    3: "what it names is not there",
    4: "no Holotype answers at the address",
    130: "it was stopped by Ctrl-C",
}

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + ".",
)


Host = Annotated[
    str | None,
    typer.Option(
        metavar="HOST",
        help="The address to listen on (HOLOTYPE_HOST, else 127.0.0.1).",
        show_default=False,
    ),
]
Port = Annotated[
    int | None,
    typer.Option(
        metavar="PORT",
        min=1,
        max=65535,
        help="The port to listen on (HOLOTYPE_PORT, else 8765).",
        show_default=False,
    ),
]
Processes = Annotated[
    int | None,
    typer.Option(
        metavar="NUMBER",
        min=1,
        max=64,
        help="How many processes answer as the API (HOLOTYPE_PROCESSES, else 1).",
        show_default=False,
    ),
]
Addresses = Annotated[bool, typer.Option("--json", help="Print the addresses as JSON once it answers.")]


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
    host: Host = None,
    port: Port = None,
    processes: Processes = None,
    *,
    json: Addresses = False,
) -> None:
    """Serve the registry until Ctrl-C: the API and the indexer.

    Example: holotype up --data ./registry --port 8765
    """
    from app.cli.choosing import chosen_settings  # noqa: PLC0415 - see the package
    from app.cli.serving.up import serve  # noqa: PLC0415

    settings = chosen_settings(data=data, host=host, port=port, processes=processes)
    serve(settings, as_json=json)


@app.command()
def api(
    data: Data = None,
    host: Host = None,
    port: Port = None,
    processes: Processes = None,
    *,
    json: Addresses = False,
) -> None:
    """Serve the API alone until Ctrl-C; `index run` is the indexer.

    Example: holotype api --processes 4
    """
    from app.cli.choosing import chosen_settings  # noqa: PLC0415 - see the package
    from app.cli.serving.up import serve  # noqa: PLC0415

    settings = chosen_settings(data=data, host=host, port=port, processes=processes)
    serve(settings, indexing=False, as_json=json)


@app.command("import")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(
            exists=True,
            dir_okay=False,
            readable=True,
            metavar="FILE",
            help="Interchange files, read one after the other.",
            show_default=False,
        ),
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
    json: Json = False,
) -> None:
    """Import models from interchange files (.jsonl, .jsonl.gz).

    What is there already is left alone: an import that was stopped goes on when it is run again. Exit code 1
    when a line was rejected; everything else is imported all the same.

    Example: holotype import models.jsonl.gz --data ./registry --rejects rejects.jsonl
    """
    from app.cli.choosing import chosen_settings  # noqa: PLC0415 - see the package
    from app.cli.importing import import_into, rehearse_import  # noqa: PLC0415

    do = rehearse_import if dry_run else import_into
    if do(chosen_settings(data=data), files, rejects, as_json=json):
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
    *,
    json: Annotated[
        bool, typer.Option("--json", help="Print what was written as JSON; needs --out.")
    ] = False,
) -> None:
    """Export the registry as an interchange file.

    `import` reads it: natural keys, times and authors, but no ids and no history. `backup` keeps everything.

    Example: holotype export --out models.jsonl.gz --data ./registry
    """
    from app.cli.choosing import chosen_settings  # noqa: PLC0415 - see the package
    from app.cli.exporting import export_from  # noqa: PLC0415

    if json and out is None:
        raise typer.BadParameter("standard output is the export itself: give --out FILE", param_hint="--json")
    export_from(chosen_settings(data=data), out, as_json=json)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that is not there yet.")],
    data: Data = None,
    *,
    json: Json = False,
) -> None:
    """Copy the whole registry into one file, while it is served.

    Ids and history are in it; it is of one moment, and read back from the first change to the last.

    Example: holotype backup registry-2026-01-31.db --data ./registry
    """
    from app.cli.choosing import chosen_settings  # noqa: PLC0415 - see the package
    from app.cli.copying import back_up  # noqa: PLC0415

    back_up(chosen_settings(data=data), file, as_json=json)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `backup` has made.")],
    data: Data = None,
    *,
    json: Json = False,
) -> None:
    """Put a backup into an empty data folder.

    It is proved whole first; `up` makes the search index anew.

    Example: holotype restore registry-2026-01-31.db --data ./restored
    """
    from app.cli.choosing import chosen_settings  # noqa: PLC0415 - see the package
    from app.cli.copying import restore_from  # noqa: PLC0415

    restore_from(chosen_settings(data=data), file, as_json=json)


@app.command()
def config(data: Data = None, url: Url = LOCAL, *, json: Json = False) -> None:
    """Show every setting, and where its value comes from.

    Example: holotype config --json
    """
    from app.cli.configuration import show_settings  # noqa: PLC0415 - see the package

    show_settings(data, url, as_json=json)


app.add_typer(databases)
app.add_typer(indexes)
app.add_typer(clients)
app.add_typer(listings)
app.add_typer(comparisons)
app.add_typer(lineages)
app.add_typer(namespaces)
