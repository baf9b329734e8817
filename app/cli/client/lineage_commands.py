"""The commands that ask where things come from and what hangs on them, with their arguments and help."""

from enum import StrEnum
from typing import Annotated

import typer

from app.cli.client.commands import LOCAL, Json, Url

lineages = typer.Typer()

Node = Annotated[
    str,
    typer.Argument(
        metavar="THING",
        help="[NAMESPACE/]MODEL (its newest version), with @ALIAS or /VERSION for another; "
        "dataset:[NAMESPACE/]NAME (its newest version); or an id.",
    ),
]
Depth = Annotated[int, typer.Option(metavar="HOPS", min=0, max=50, help="How many hops are gone at most.")]


class Direction(StrEnum):
    """Which way lineage is shown."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"
    BOTH = "both"


class Format(StrEnum):
    """How lineage is written."""

    TREE = "tree"
    MERMAID = "mermaid"
    DOT = "dot"
    JSON = "json"
    GRAPHML = "graphml"


@lineages.command()
def lineage(
    thing: Node,
    url: Url = LOCAL,
    depth: Depth = 3,
    direction: Annotated[
        Direction, typer.Option(help="What it comes from, what came from it, or both.")
    ] = Direction.UPSTREAM,
    nodes: Annotated[
        int, typer.Option(metavar="NUMBER", min=1, max=5000, help="How many nodes are shown, nearest first.")
    ] = 500,
    format_: Annotated[
        Format, typer.Option("--format", help="How it is written: for people, for drawing, for programs.")
    ] = Format.TREE,
) -> None:
    """Show where a thing comes from, or what came from it.

    Exit code 3 when it is not there.

    Example: holotype lineage support-ticket-router --depth 3 --format mermaid
    """
    from app.cli.client.lineage import show_lineage  # noqa: PLC0415 - see the package

    arguments = {"direction": direction.name, "depth": depth, "nodes": nodes}
    show_lineage(url, thing, arguments, written=format_.value)


@lineages.command()
def impact(thing: Node, url: Url = LOCAL, depth: Depth = 50, *, json: Json = False) -> None:
    """Show the versions in live stages that hang on a thing.

    Exit code 1 when one of them is in PRODUCTION, or when more lies below than HOPS reach; 3 when the thing
    is not there.

    Example: holotype impact support-ticket-router@champion
    """
    from app.cli.client.lineage import show_impact  # noqa: PLC0415 - see the package

    show_impact(url, thing, depth=depth, as_json=json)
