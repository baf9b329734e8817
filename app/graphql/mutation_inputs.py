"""The one argument that each mutation takes."""

import strawberry
from strawberry import UNSET

from app.graphql.inputs import (
    MetricInput,
    ModelPatch,
    ModelVersionBy,
    RegisteredModelBy,
    TagInput,
    VersionInput,
)


@strawberry.input(description="A namespace to be made.")
class CreateNamespaceInput:
    """A namespace to be made."""

    name: str = strawberry.field(
        description="Its name: 1 to 256 characters, no `/`, `:` or control characters."
    )
    description: str | None = strawberry.field(default=UNSET, description="What it is for.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Echoed in the answer.")


@strawberry.input(description="A model to be registered.")
class RegisterModelInput:
    """A model to be registered."""

    namespace: str | None = strawberry.field(
        default="default", description="The namespace, which must exist."
    )
    name: str = strawberry.field(
        description="Its name: 1 to 256 characters, no `/`, `:` or control characters."
    )
    facts: ModelPatch | None = strawberry.field(default=UNSET, description="What is known of it.")
    tags: list[TagInput] | None = strawberry.field(default=UNSET, description="Tags, each key once.")
    version: VersionInput | None = strawberry.field(default=UNSET, description="Its first version.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Echoed in the answer.")


@strawberry.input(description="A version to be created.")
class CreateModelVersionInput:
    """A version to be created."""

    model: RegisteredModelBy = strawberry.field(description="The model.")
    version: VersionInput = strawberry.field(description="The version.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Echoed in the answer.")


@strawberry.input(description="Measurements to be logged.")
class LogMetricsInput:
    """Measurements to be logged."""

    version: ModelVersionBy = strawberry.field(description="What was measured.")
    metrics: list[MetricInput] = strawberry.field(description="Up to 1,000 measurements.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Echoed in the answer.")


@strawberry.input(description="Tags to be set.")
class SetTagsInput:
    """Tags to be set."""

    subject: strawberry.ID = strawberry.field(description="The id of a model, a version or a dataset.")
    tags: list[TagInput] = strawberry.field(description="The tags, each key once.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Echoed in the answer.")


@strawberry.input(description="An alias to be pointed at a version.")
class SetAliasInput:
    """An alias to be pointed at a version."""

    version: ModelVersionBy = strawberry.field(description="The version.")
    alias: str = strawberry.field(description="1 to 255 letters, digits, `_` or `-`; not `latest`, not `v1`.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Echoed in the answer.")


@strawberry.input(description="A version's move into a stage.")
class TransitionStageInput:
    """A version's move into a stage."""

    version: ModelVersionBy = strawberry.field(description="The version.")
    to: str = strawberry.field(description="The stage.")
    archive_incumbents: bool | None = strawberry.field(
        default=False, description="Whether the other versions in that stage are archived with it."
    )
    expected_revision: int | None = strawberry.field(
        default=UNSET, description="The version's revision as you read it; refused if it has moved on."
    )
    comment: str | None = strawberry.field(default=UNSET, description="Why, for the log.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Echoed in the answer.")
