"""The one argument that each mutation takes."""

import strawberry
from strawberry import UNSET

from app.graphql.enums import MetricDirection, VersionOutcome
from app.graphql.inputs.facts import (
    DatasetVersionInput,
    MetricInput,
    ModelPatch,
    TagInput,
    VersionInput,
    VersionPatch,
)
from app.graphql.inputs.naming import ModelVersionBy, RegisteredModelBy


@strawberry.input(description="What every mutation takes.")
class MutationInput:
    """What every mutation takes; its fields are those of each input, it is no type of the schema."""

    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="16 to 128 printable ASCII characters of your own, for one input of this mutation. Sent "
        "again within 48 hours, the input does nothing and is answered with what it did, as that is by then; "
        "another input is refused. What was refused may be sent anew under its key.",
    )
    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Echoed in the answer.")


@strawberry.input(description="A namespace to be made.")
class CreateNamespaceInput(MutationInput):
    """A namespace to be made."""

    name: str = strawberry.field(
        description="Its name: 1 to 256 characters, no `/`, `:` or control characters."
    )
    description: str | None = strawberry.field(default=UNSET, description="What it is for.")


@strawberry.input(description="A model to be registered.")
class RegisterModelInput(MutationInput):
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


@strawberry.input(description="A version to be created.")
class CreateModelVersionInput(MutationInput):
    """A version to be created."""

    model: RegisteredModelBy = strawberry.field(description="The model.")
    version: VersionInput = strawberry.field(description="The version.")
    draft: bool | None = strawberry.field(
        default=False, description="Whether it stays PENDING until it is finalized."
    )


@strawberry.input(description="Measurements to be logged.")
class LogMetricsInput(MutationInput):
    """Measurements to be logged."""

    version: ModelVersionBy = strawberry.field(description="What was measured.")
    metrics: list[MetricInput] = strawberry.field(description="Up to 1,000 measurements.")


@strawberry.input(description="Tags to be set.")
class SetTagsInput(MutationInput):
    """Tags to be set."""

    subject: strawberry.ID = strawberry.field(description="The id of a model, a version or a dataset.")
    tags: list[TagInput] = strawberry.field(description="The tags, each key once.")


@strawberry.input(description="An alias to be pointed at a version.")
class SetAliasInput(MutationInput):
    """An alias to be pointed at a version."""

    version: ModelVersionBy = strawberry.field(description="The version.")
    alias: str = strawberry.field(description="1 to 255 letters, digits, `_` or `-`; not `latest`, not `v1`.")


@strawberry.input(description="A version's move into a stage.")
class TransitionStageInput(MutationInput):
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


@strawberry.input(description="New facts of a model.")
class UpdateModelInput(MutationInput):
    """New facts of a model."""

    model: RegisteredModelBy = strawberry.field(description="The model.")
    expected_revision: int | None = strawberry.field(
        default=UNSET, description="The model's revision as you read it; refused if it has moved on."
    )
    patch: ModelPatch = strawberry.field(description="What changes.")


@strawberry.input(description="A new name of a model.")
class RenameModelInput(MutationInput):
    """A new name of a model."""

    model: RegisteredModelBy = strawberry.field(description="The model.")
    name: str = strawberry.field(
        description="The new name; the old one leads to the model until it is taken."
    )
    expected_revision: int | None = strawberry.field(
        default=UNSET, description="The model's revision as you read it; refused if it has moved on."
    )


@strawberry.input(description="A model's retirement.")
class RetireModelInput(MutationInput):
    """A model's retirement."""

    model: RegisteredModelBy = strawberry.field(description="The model.")
    reason: str = strawberry.field(description="Why it should not be taken any more.")
    replacement: RegisteredModelBy | None = strawberry.field(
        default=UNSET, description="What to take instead."
    )


@strawberry.input(description="A model to be deleted.")
class DeleteModelInput(MutationInput):
    """A model to be deleted."""

    model: RegisteredModelBy = strawberry.field(description="The model.")
    expected_revision: int | None = strawberry.field(
        default=UNSET, description="The model's revision as you read it; refused if it has moved on."
    )


@strawberry.input(description="A deleted model to be brought back.")
class RestoreModelInput(MutationInput):
    """A deleted model to be brought back."""

    id: strawberry.ID = strawberry.field(description="The model's id.")


@strawberry.input(description="The end of a draft.")
class FinalizeModelVersionInput(MutationInput):
    """The end of a draft."""

    version: ModelVersionBy = strawberry.field(description="The version.")
    outcome: VersionOutcome | None = strawberry.field(
        default=VersionOutcome.READY, description="How it ended."
    )
    message: str | None = strawberry.field(default=UNSET, description="What there is to say of it.")


@strawberry.input(description="New facts of a version.")
class UpdateModelVersionInput(MutationInput):
    """New facts of a version."""

    version: ModelVersionBy = strawberry.field(description="The version.")
    expected_revision: int | None = strawberry.field(
        default=UNSET, description="The version's revision as you read it; refused if it has moved on."
    )
    patch: VersionPatch = strawberry.field(description="What changes.")


@strawberry.input(description="A version to be deleted.")
class DeleteModelVersionInput(MutationInput):
    """A version to be deleted."""

    version: ModelVersionBy = strawberry.field(description="The version.")
    expected_revision: int | None = strawberry.field(
        default=UNSET, description="The version's revision as you read it; refused if it has moved on."
    )


@strawberry.input(description="A metric to be defined.")
class DefineMetricInput(MutationInput):
    """A metric to be defined."""

    name: str = strawberry.field(description="The metric's name.")
    direction: MetricDirection = strawberry.field(description="Which way it gets better.")
    unit: str | None = strawberry.field(default=UNSET, description="The unit, where it is always the same.")
    description: str | None = strawberry.field(default=UNSET, description="What it measures.")


@strawberry.input(description="A task to be defined.")
class DefineTaskInput(MutationInput):
    """A task to be defined."""

    name: str = strawberry.field(description="The canonical name, such as `cat_herding`.")
    title: str = strawberry.field(description="The name as on a page.")
    description: str = strawberry.field(description="One line in plain words, as a person would ask for it.")
    synonyms: list[str] | None = strawberry.field(
        default=UNSET, description="Other names that mean this task."
    )


@strawberry.input(description="Tags to be removed.")
class RemoveTagsInput(MutationInput):
    """Tags to be removed."""

    subject: strawberry.ID = strawberry.field(description="The id of a model, a version or a dataset.")
    keys: list[str] = strawberry.field(description="Their keys; unknown ones are no error.")


@strawberry.input(description="An alias to be removed.")
class RemoveAliasInput(MutationInput):
    """An alias to be removed."""

    model: RegisteredModelBy = strawberry.field(description="The model.")
    alias: str = strawberry.field(description="The alias.")


@strawberry.input(description="A dataset to be registered, or a further version of one.")
class RegisterDatasetInput(MutationInput):
    """A dataset to be registered, or a further version of one."""

    namespace: str | None = strawberry.field(
        default="default", description="The namespace, which must exist."
    )
    name: str = strawberry.field(description="Its name.")
    description: str | None = strawberry.field(default=UNSET, description="What it is, in Markdown.")
    tags: list[TagInput] | None = strawberry.field(default=UNSET, description="Tags, each key once.")
    version: DatasetVersionInput | None = strawberry.field(default=UNSET, description="A version of it.")


@strawberry.input(description="New facts of a dataset version; absent keeps, null clears.")
class UpdateDatasetVersionInput(MutationInput):
    """New facts of a dataset version; absent keeps, null clears."""

    id: strawberry.ID = strawberry.field(description="The dataset version.")
    license: str | None = strawberry.field(default=UNSET, description="Its licence.")
    contains_pii: bool | None = strawberry.field(
        default=UNSET, description="Whether it holds data about persons."
    )
    revoked: bool | None = strawberry.field(default=UNSET, description="Whether it may not be used any more.")
    reason: str | None = strawberry.field(default=UNSET, description="Why, for the log.")
