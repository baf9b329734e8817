"""What versions were made with: environments, code revisions and signatures, each kept once."""

import strawberry

from app.graphql.scalars import JSON, URI
from app.graphql.types.principals import Node
from app.registry import tables as rows


@strawberry.type(description="A package that was installed.")
class Package:
    """A package that was installed."""

    name: str = strawberry.field(description="Its name, as the package index writes it.")
    version: str = strawberry.field(description="Its version, as it was sent.")


@strawberry.type(description="The software and hardware that versions were made in; it never changes.")
class Environment(Node):
    """The software and hardware that versions were made in."""

    digest: str = strawberry.field(
        description="SHA-256 over the canonical text (RFC 8785) of all that is stated, in hexadecimal."
    )
    python: str | None = strawberry.field(description="The version of Python.")
    packages: list[Package] = strawberry.field(
        description="The installed packages, in the order of their names."
    )
    hardware: str | None = strawberry.field(description="What it ran on, such as `8x A100 80GB`.")
    os: str | None = strawberry.field(description="The operating system.")
    container: str | None = strawberry.field(description="The container image, at best with its digest.")
    seeds: JSON | None = strawberry.field(description="The seeds of random numbers.")
    command_line: str | None = strawberry.field(description="The command that was run.")


@strawberry.type(description="The state of the code that versions were made by; it never changes.")
class CodeRevision(Node):
    """The state of the code that versions were made by."""

    repository: URI | None = strawberry.field(description="Where the code is.")
    commit: str | None = strawberry.field(description="The commit.")
    dirty: bool = strawberry.field(description="Whether there were changes beside the commit.")
    patch_digest: str | None = strawberry.field(description="A digest of those changes.")


@strawberry.type(description="What versions take in and give out; it never changes.")
class Signature(Node):
    """What versions take in and give out."""

    inputs: JSON | None = strawberry.field(description="What goes in, in the terms of the framework.")
    outputs: JSON | None = strawberry.field(description="What comes out, likewise.")
    digest: str = strawberry.field(
        description="SHA-256 over the canonical text (RFC 8785) of all that is stated, in hexadecimal."
    )


def environment(row: rows.Environment) -> Environment:
    """Make an environment from its row."""
    return Environment(
        id=strawberry.ID(row.id),
        digest=row.digest,
        python=row.python,
        packages=[Package(name=package["name"], version=package["version"]) for package in row.packages],
        hardware=row.hardware,
        os=row.os,
        container=row.container,
        seeds=row.seeds,
        command_line=row.command_line,
    )


def code_revision(row: rows.CodeRevision) -> CodeRevision:
    """Make a code revision from its row."""
    return CodeRevision(
        id=strawberry.ID(row.id),
        repository=None if row.repository is None else URI(row.repository),
        commit=row.commit,
        dirty=row.dirty,
        patch_digest=row.patch_digest,
    )


def signature(row: rows.Signature) -> Signature:
    """Make a signature from its row."""
    return Signature(id=strawberry.ID(row.id), inputs=row.inputs, outputs=row.outputs, digest=row.digest)
