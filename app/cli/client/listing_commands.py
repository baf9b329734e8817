"""The command that lists what the registry holds, with its arguments and help."""

from enum import StrEnum
from typing import Annotated

import typer

from app.cli.client.commands import LOCAL, Json, Url

listings = typer.Typer()


class Kind(StrEnum):
    """What is listed."""

    MODELS = "models"
    NAMESPACES = "namespaces"


class Stage(StrEnum):
    """The stages of versions."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"
    ARCHIVED = "archived"


@listings.command("list")
def list_(
    kind: Annotated[Kind, typer.Argument(help="What is listed.")] = Kind.MODELS,
    url: Url = LOCAL,
    *,
    namespace: Annotated[str | None, typer.Option(metavar="NAME", help="Only models in it.")] = None,
    task: Annotated[str | None, typer.Option(metavar="TASK", help="Only models made for this task.")] = None,
    stage: Annotated[
        Stage | None,
        typer.Option(case_sensitive=False, help="Only models with a version in this stage."),
    ] = None,
    limit: Annotated[int, typer.Option(metavar="NUMBER", min=1, max=100, help="How many are shown.")] = 20,
    json: Json = False,
) -> None:
    """List models or namespaces, by name.

    `search` finds models by what they do.

    Example: holotype list models --stage production
    """
    from app.cli.client.listing import Wanted, list_models, list_namespaces  # noqa: PLC0415 - see the package

    if kind is Kind.MODELS:
        list_models(url, Wanted(namespace, task, stage and stage.name), limit=limit, as_json=json)
    elif namespace or task or stage:
        raise typer.BadParameter("--namespace, --task and --stage are of models", param_hint="namespaces")
    else:
        list_namespaces(url, limit=limit, as_json=json)
