"""What a version was made with, as it is stated."""

import strawberry
from strawberry import UNSET

from app.graphql.scalars import JSON, URI


@strawberry.input(description="A package that was installed.")
class PackageInput:
    """A package that was installed."""

    name: str = strawberry.field(description="Its name; `Scikit_Learn` is kept as `scikit-learn`.")
    version: str = strawberry.field(description="Its version, kept as it is.")


@strawberry.input(description="The software and hardware that a version was made in.")
class EnvironmentInput:
    """The software and hardware that a version was made in."""

    python: str | None = strawberry.field(default=UNSET, description="The version of Python.")
    packages: list[PackageInput] | None = strawberry.field(
        default=UNSET, description="The installed packages, each once, at most 5,000."
    )
    hardware: str | None = strawberry.field(default=UNSET, description="What it ran on.")
    os: str | None = strawberry.field(default=UNSET, description="The operating system.")
    container: str | None = strawberry.field(default=UNSET, description="The container image.")
    seeds: JSON | None = strawberry.field(default=UNSET, description="The seeds of random numbers.")
    command_line: str | None = strawberry.field(default=UNSET, description="The command that was run.")


@strawberry.input(description="The state of the code that a version was made by.")
class CodeRevisionInput:
    """The state of the code that a version was made by."""

    repository: URI | None = strawberry.field(default=UNSET, description="Where the code is.")
    commit: str | None = strawberry.field(default=UNSET, description="The commit.")
    dirty: bool | None = strawberry.field(
        default=False, description="Whether there were changes beside the commit."
    )
    patch_digest: str | None = strawberry.field(default=UNSET, description="A digest of those changes.")


@strawberry.input(description="What a version takes in and gives out, in the terms of its framework.")
class SignatureInput:
    """What a version takes in and gives out."""

    inputs: JSON | None = strawberry.field(default=UNSET, description="What goes in.")
    outputs: JSON | None = strawberry.field(default=UNSET, description="What comes out.")
