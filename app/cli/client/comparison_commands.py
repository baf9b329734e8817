"""The commands that say which version is better, with their arguments and help."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.cli.client.commands import LOCAL, Json, Url
from app.cli.client.formats import Format

comparisons = typer.Typer()

Shape = Annotated[Format, typer.Option("--format", help="How the result is written.")]
Objectives = Annotated[
    list[str] | None,
    typer.Option(
        "--objective",
        metavar="NAME",
        help="[-|+]METRIC[@DATASET[:SPLIT]], `parameters` or `size`; - if less is better, + if more.",
    ),
]
Scaled = Annotated[
    list[str] | None,
    typer.Option(
        "--objective",
        metavar="NAME",
        help="[-|+]METRIC[@DATASET[:SPLIT]][=WORST..BEST], `parameters` or `size`; - if less is better, + if "
        "more. Without a scale it is measured by the baseline.",
    ),
]
Task = Annotated[str | None, typer.Option(metavar="TASK", help="Only models made for this task.")]
Limit = Annotated[int, typer.Option(metavar="NUMBER", min=1, max=100, help="How many versions are shown.")]


class Direction(StrEnum):
    """Which way a metric gets better."""

    MAXIMIZE = "maximize"
    MINIMIZE = "minimize"


@comparisons.command()
def compare(
    versions: Annotated[
        list[str],
        typer.Argument(
            metavar="VERSION", help="2 to 50: [NAMESPACE/]MODEL/VERSION or [NAMESPACE/]MODEL@ALIAS."
        ),
    ],
    url: Url = LOCAL,
    baseline: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="The version that differences refer to, one of them."),
    ] = None,
    objective: Scaled = None,
    shape: Shape = Format.TABLE,
    *,
    differing: Annotated[bool, typer.Option("--differing", help="Only what the versions differ in.")] = False,
    json: Json = False,
) -> None:
    """Put versions side by side, and say which one to take.

    What differs comes first and the best is marked. Objectives decide which one to take.

    Example: holotype compare support-ticket-router/1 support-ticket-router/3 --objective F1
    """
    from app.cli.client.comparing import show_comparison  # noqa: PLC0415 - see the package
    from app.cli.client.targets import version_target  # noqa: PLC0415

    show_comparison(
        url,
        [version_target(one) for one in versions],
        version_target(baseline) if baseline else None,
        objective or (),
        differing=differing,
        shape=Format.JSON if json else shape,
    )


@comparisons.command()
def leaderboard(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="The metric's name.")],
    url: Url = LOCAL,
    dataset: Annotated[str | None, typer.Option(metavar="NAME", help="What it was measured on.")] = None,
    split: Annotated[str | None, typer.Option(metavar="NAME", help="Which part of it.")] = None,
    *,
    direction: Annotated[
        Direction | None, typer.Option(help="Which way it gets better, if no definition says it.")
    ] = None,
    task: Task = None,
    limit: Limit = 20,
    shape: Shape = Format.TABLE,
    json: Json = False,
) -> None:
    """List versions by a metric, the best first.

    Equal values share a rank.

    Example: holotype leaderboard F1 --dataset "support tickets"
    """
    from app.cli.client.comparing import show_leaderboard  # noqa: PLC0415 - see the package

    stated = {"name": metric, "dataset": dataset, "split": split}
    key = {name: value for name, value in stated.items() if value is not None}
    way = direction.name if direction else None
    show_leaderboard(url, key, way, task, limit=limit, shape=Format.JSON if json else shape)


@comparisons.command()
def tradeoff(
    url: Url = LOCAL,
    objective: Objectives = None,
    task: Task = None,
    limit: Limit = 50,
    shape: Shape = Format.TABLE,
    *,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw the front of two objectives, too, as .png or .svg; needs holotype[plots].",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """List the versions that no other beats: the Pareto front.

    It is that of the whole registry, or of one task: in every objective at least as good, in one better.

    Example: holotype tradeoff --objective "F1@support tickets" --objective -latency
    """
    from app.cli.client.comparing import show_tradeoff  # noqa: PLC0415 - see the package

    if plot:
        from app.cli.client.plots import check_plot  # noqa: PLC0415 - likewise

        check_plot(plot, len(objective or ()))
    found = show_tradeoff(url, objective or (), task, limit=limit, shape=Format.JSON if json else shape)
    if plot:
        from app.cli.client.plots import draw_front  # noqa: PLC0415 - likewise

        draw_front(plot, found)
