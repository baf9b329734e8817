"""The commands that ask the API, with their arguments and help."""

from enum import StrEnum
from typing import Annotated

import typer

clients = typer.Typer()
namespaces = typer.Typer(
    name="namespace",
    help="Make namespaces, which own the names of models.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Url = Annotated[
    str, typer.Option("--url", metavar="URL", envvar="HOLOTYPE_URL", help="The address of the API.")
]
LOCAL = "http://127.0.0.1:8765"
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Thing = Annotated[
    str, typer.Argument(metavar="MODEL", help="[NAMESPACE/]MODEL, with @ALIAS or /VERSION for a version.")
]
Version = Annotated[
    str, typer.Argument(metavar="VERSION", help="[NAMESPACE/]MODEL/VERSION or [NAMESPACE/]MODEL@ALIAS.")
]
Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="KEY=VALUE", help="A tag; may be repeated.")]


class Mode(StrEnum):
    """What ranks the models that a search finds."""

    HYBRID = "hybrid"
    WORDS = "words"
    MEANING = "meaning"


@clients.command()
def search(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="What is looked for, in plain words.", show_default=False)
    ],
    url: Url = LOCAL,
    mode: Annotated[Mode, typer.Option(help="What ranks: words and meaning, or one of them.")] = Mode.HYBRID,
    limit: Annotated[
        int, typer.Option(metavar="NUMBER", min=1, max=100, help="How many models are shown.")
    ] = 10,
    *,
    json: Json = False,
) -> None:
    """Find models by what they do, and see why each was found.

    Example: holotype search "small German sentiment classifier"
    """
    from app.cli.client.searching import show_search  # noqa: PLC0415 - see the package

    show_search(url, text, mode=mode.name, limit=limit, as_json=json)


@clients.command()
def show(model: Thing, url: Url = LOCAL, *, json: Json = False) -> None:
    """Show a model with its versions, or one version.

    Exit code 3 when it is not there.

    Example: holotype show support-ticket-router@champion
    """
    from app.cli.client.showing import show as show_target  # noqa: PLC0415 - see the package
    from app.cli.client.targets import parsed_target  # noqa: PLC0415

    show_target(url, parsed_target(model), as_json=json)


@clients.command()
def history(
    model: Thing,
    url: Url = LOCAL,
    limit: Annotated[
        int, typer.Option(metavar="NUMBER", min=1, max=100, help="How many changes are shown.")
    ] = 20,
    *,
    json: Json = False,
) -> None:
    """Show what was done to a model or a version, the newest last.

    Example: holotype history support-ticket-router --limit 5
    """
    from app.cli.client.history import show_history  # noqa: PLC0415
    from app.cli.client.targets import parsed_target  # noqa: PLC0415 - see the package

    show_history(url, parsed_target(model), limit=limit, as_json=json)


@clients.command()
def register(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="[NAMESPACE/]MODEL")],
    url: Url = LOCAL,
    *,
    description: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What it does, in plain words.")
    ] = None,
    task: Annotated[str | None, typer.Option(metavar="TASK", help="What it is made for.")] = None,
    framework: Annotated[str | None, typer.Option(metavar="NAME", help="What it runs in.")] = None,
    license_: Annotated[str | None, typer.Option("--license", metavar="NAME", help="Its licence.")] = None,
    tag: Tags = None,
    source: Annotated[
        str | None, typer.Option(metavar="URI", help="Where the files of the version are.")
    ] = None,
    semver: Annotated[
        str | None, typer.Option(metavar="SEMVER", help="The version's semantic version.")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="A param of the version; may be repeated.")
    ] = None,
    new_version: Annotated[
        bool, typer.Option("--new-version", help="Create the next version of a model that is there.")
    ] = False,
    json: Json = False,
) -> None:
    """Register a model, or its next version with --new-version.

    A model gets a first version when --source, --semver or --param say something of it. With --new-version,
    description, framework and tags are those of the version.

    Example: holotype register wren --task "bird song" --source s3://models/wren --tag team=audio
    """
    from app.cli.client import changing  # noqa: PLC0415 - see the package
    from app.cli.client.targets import parsed_target, parsed_values  # noqa: PLC0415

    target = parsed_target(model)
    tags, params = parsed_values(tag or ()), parsed_values(param or ())
    version = {"source": source, "semver": semver, "params": changing.named_values(params) or None}
    if new_version:
        if task or license_:
            raise typer.BadParameter("--task and --license are of the model, not of a version of it")
        facts = {"description": description, "framework": framework}
        changing.create_version(url, target, tags, {**version, **facts}, as_json=json)
        return
    facts = {"description": description, "task": task, "framework": framework, "license": license_}
    stated = version if any(version.values()) else None
    changing.register(url, target, facts, tags, stated, as_json=json)


@clients.command()
def log(
    version: Version,
    values: Annotated[
        list[str], typer.Argument(metavar="METRIC=NUMBER", help="What was measured, and how much it was.")
    ],
    url: Url = LOCAL,
    dataset: Annotated[str | None, typer.Option(metavar="NAME", help="What was measured on.")] = None,
    split: Annotated[str | None, typer.Option(metavar="NAME", help="Which part of it.")] = None,
    step: Annotated[int | None, typer.Option(metavar="NUMBER", help="The step of the training.")] = None,
    *,
    json: Json = False,
) -> None:
    """Log measurements of a version.

    Each is of the moment at which it is logged. NaN, inf and -inf are kept as such.

    Example: holotype log support-ticket-router/1 accuracy=0.76 "top-5 accuracy=0.93" --dataset tickets
    """
    from app.cli.client.changing import log_metrics  # noqa: PLC0415 - see the package
    from app.cli.client.targets import parsed_values, version_target  # noqa: PLC0415

    where = {"dataset": dataset, "split": split, "step": step}
    log_metrics(url, version_target(version), parsed_values(values), where, as_json=json)


@clients.command()
def tag(
    model: Thing,
    values: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE", help="Tags to set.", show_default=False)
    ] = None,
    url: Url = LOCAL,
    remove: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Remove a tag; may be repeated.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Set and remove tags of a model or a version.

    A value is JSON where it is JSON, else text.

    Example: holotype tag support-ticket-router team=vision quick=true --remove reviewed
    """
    from app.cli.client.changing import change_tags  # noqa: PLC0415 - see the package
    from app.cli.client.targets import parsed_target, parsed_values  # noqa: PLC0415

    change_tags(url, parsed_target(model), parsed_values(values or ()), remove or (), as_json=json)


@clients.command()
def alias(
    model: Thing,
    name: Annotated[str, typer.Argument(metavar="ALIAS", help="Letters, digits, `_` and `-`.")],
    url: Url = LOCAL,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the alias from the model.")] = False,
    json: Json = False,
) -> None:
    """Point an alias at a version, or remove it.

    It moves there from wherever it pointed before.

    Example: holotype alias support-ticket-router/3 champion
    """
    from app.cli.client.changing import point_alias, remove_alias  # noqa: PLC0415 - see the package
    from app.cli.client.targets import parsed_target, version_target  # noqa: PLC0415

    if remove:
        remove_alias(url, parsed_target(model), name, as_json=json)
    else:
        point_alias(url, version_target(model), name, as_json=json)


@clients.command()
def stage(
    version: Version,
    to: Annotated[str, typer.Argument(metavar="STAGE", help="DEVELOPMENT, STAGING, PRODUCTION or ARCHIVED.")],
    url: Url = LOCAL,
    *,
    archive_incumbents: Annotated[
        bool, typer.Option("--archive-incumbents", help="Archive the model's other versions in that stage.")
    ] = False,
    comment: Annotated[str | None, typer.Option(metavar="TEXT", help="Why, for the log.")] = None,
    json: Json = False,
) -> None:
    """Move a version into a stage.

    Example: holotype stage support-ticket-router/3 production --archive-incumbents --comment "twice as fast"
    """
    from app.cli.client.changing import move_to_stage  # noqa: PLC0415 - see the package
    from app.cli.client.targets import version_target  # noqa: PLC0415

    target = version_target(version)
    move_to_stage(url, target, to, comment, archiving=archive_incumbents, as_json=json)


@namespaces.command("create")
def namespace_create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A team, an organisation, a source.")],
    url: Url = LOCAL,
    description: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What belongs into it.", show_default=False)
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Make a namespace.

    Nothing else makes one, so that a misspelt name is no new namespace.

    Example: holotype namespace create audio --description "Models that listen"
    """
    from app.cli.client.changing import create_namespace  # noqa: PLC0415 - see the package

    create_namespace(url, name, description, as_json=json)
