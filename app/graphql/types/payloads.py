"""What mutations answer: the changed object, the change, and what was refused."""

from typing import Any

import strawberry

from app import errors
from app.graphql.enums import UserErrorCode
from app.graphql.types.changes import Change
from app.graphql.types.datasets import Dataset, DatasetVersion
from app.graphql.types.lineage import LineageEdge, LineagePath
from app.graphql.types.metrics import MetricDefinition
from app.graphql.types.principals import Node
from app.graphql.types.registered import ModelVersion, Namespace, RegisteredModel, SimilarModel
from app.graphql.types.tasks import Task


@strawberry.interface(description="Why a request was refused, and how to mend it.")
class UserError:
    """Why a request was refused, and how to mend it."""

    code: UserErrorCode = strawberry.field(description="The reason, for programs.")
    field: list[str] | None = strawberry.field(description="The path of the input field at fault.")
    message: str = strawberry.field(description="The reason and the fix, for people.")
    suggestions: list[str] = strawberry.field(description="The nearest values that would do, best first.")


@strawberry.type(description="A value breaks a rule or leads nowhere.")
class InvalidInput(UserError):
    """A value breaks a rule or leads nowhere."""


@strawberry.type(description="The request contradicts the present state.")
class Conflict(UserError):
    """The request contradicts the present state."""

    existing: Node | None = strawberry.field(description="What is in the way.")
    current_revision: int | None = strawberry.field(
        description="The revision now, where another was expected."
    )


@strawberry.type(description="The edge would make a node its own ancestor.")
class CycleFound(UserError):
    """The edge would make a node its own ancestor."""

    path: LineagePath = strawberry.field(
        description="The way that is there already: from the edge's upper end up to its lower end."
    )


@strawberry.type(description="What every mutation answers.")
class Payload:
    """What every mutation answers; its fields are those of each payload, it is no type of the schema."""

    change: Change | None = strawberry.field(
        default=None, description="The change; null when nothing changed."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="What was refused; empty on success."
    )
    client_mutation_id: str | None = strawberry.field(default=None, description="Echoed from the input.")


@strawberry.type(description="The namespace that was made.")
class CreateNamespacePayload(Payload):
    """The namespace that was made."""

    namespace: Namespace | None = strawberry.field(default=None, description="The namespace.")


@strawberry.type(description="The model that was registered.")
class RegisterModelPayload(Payload):
    """The model that was registered."""

    registered_model: RegisteredModel | None = strawberry.field(default=None, description="The model.")
    model_version: ModelVersion | None = strawberry.field(
        default=None, description="Its first version, if one was given."
    )
    neighbours: list[SimilarModel] | None = strawberry.field(
        default=None, description="What is there already and alike; null when the index cannot tell."
    )


@strawberry.type(description="The version that was created.")
class CreateModelVersionPayload(Payload):
    """The version that was created."""

    model_version: ModelVersion | None = strawberry.field(default=None, description="The version.")


@strawberry.type(description="What was logged.")
class LogMetricsPayload(Payload):
    """What was logged."""

    model_version: ModelVersion | None = strawberry.field(default=None, description="The version.")
    logged: int | None = strawberry.field(default=None, description="How many points were new.")


@strawberry.type(description="What was tagged.")
class SetTagsPayload(Payload):
    """What was tagged."""

    subject: Node | None = strawberry.field(default=None, description="What was tagged.")


@strawberry.type(description="Where the alias points.")
class SetAliasPayload(Payload):
    """Where the alias points."""

    model_version: ModelVersion | None = strawberry.field(
        default=None, description="The version that it names now."
    )
    previous: ModelVersion | None = strawberry.field(
        default=None, description="The version that it named before."
    )


@strawberry.type(description="The version in its stage.")
class TransitionStagePayload(Payload):
    """The version in its stage."""

    model_version: ModelVersion | None = strawberry.field(default=None, description="The version.")
    archived: list[ModelVersion] | None = strawberry.field(
        default=None, description="The incumbents that were archived for it."
    )


@strawberry.type(description="The model as it is now.")
class UpdateModelPayload(Payload):
    """The model as it is now."""

    registered_model: RegisteredModel | None = strawberry.field(default=None, description="The model.")


@strawberry.type(description="The model under its new name.")
class RenameModelPayload(Payload):
    """The model under its new name."""

    registered_model: RegisteredModel | None = strawberry.field(default=None, description="The model.")


@strawberry.type(description="The retired model.")
class RetireModelPayload(Payload):
    """The retired model."""

    registered_model: RegisteredModel | None = strawberry.field(default=None, description="The model.")


@strawberry.type(description="What was deleted.")
class DeleteModelPayload(Payload):
    """What was deleted."""

    deleted_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id of the deleted model."
    )


@strawberry.type(description="The model that is back.")
class RestoreModelPayload(Payload):
    """The model that is back."""

    registered_model: RegisteredModel | None = strawberry.field(default=None, description="The model.")


@strawberry.type(description="The version as it ended.")
class FinalizeModelVersionPayload(Payload):
    """The version as it ended."""

    model_version: ModelVersion | None = strawberry.field(default=None, description="The version.")


@strawberry.type(description="The version as it is now.")
class UpdateModelVersionPayload(Payload):
    """The version as it is now."""

    model_version: ModelVersion | None = strawberry.field(default=None, description="The version.")


@strawberry.type(description="What was deleted.")
class DeleteModelVersionPayload(Payload):
    """What was deleted."""

    deleted_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id of the deleted version."
    )


@strawberry.type(description="The metric that was defined.")
class DefineMetricPayload(Payload):
    """The metric that was defined."""

    metric_definition: MetricDefinition | None = strawberry.field(default=None, description="The definition.")


@strawberry.type(description="The task that was defined.")
class DefineTaskPayload(Payload):
    """The task that was defined."""

    task: Task | None = strawberry.field(default=None, description="The task.")


@strawberry.type(description="What the tags were removed from.")
class RemoveTagsPayload(Payload):
    """What the tags were removed from."""

    subject: Node | None = strawberry.field(default=None, description="What had the tags.")


@strawberry.type(description="The model without the alias.")
class RemoveAliasPayload(Payload):
    """The model without the alias."""

    registered_model: RegisteredModel | None = strawberry.field(default=None, description="The model.")


@strawberry.type(description="The dataset.")
class RegisterDatasetPayload(Payload):
    """The dataset."""

    dataset: Dataset | None = strawberry.field(default=None, description="The dataset.")
    dataset_version: DatasetVersion | None = strawberry.field(
        default=None, description="The version, if one was given."
    )


@strawberry.type(description="The dataset version as it is now.")
class UpdateDatasetVersionPayload(Payload):
    """The dataset version as it is now."""

    dataset_version: DatasetVersion | None = strawberry.field(
        default=None, description="The dataset version."
    )


@strawberry.type(description="The edge that was added.")
class AddLineagePayload(Payload):
    """The edge that was added."""

    edge: LineageEdge | None = strawberry.field(default=None, description="The edge.")


@strawberry.type(description="The edge that ended.")
class EndLineagePayload(Payload):
    """The edge that ended."""

    edge: LineageEdge | None = strawberry.field(default=None, description="The edge.")


@strawberry.type(description="The edge with its exceptions.")
class SetLineageExceptionsPayload(Payload):
    """The edge with its exceptions."""

    edge: LineageEdge | None = strawberry.field(default=None, description="The edge.")


def user_error(refusal: errors.HolotypeError, in_the_way: Any = None) -> UserError:
    """Make a user error of a refusal; `in_the_way` is the node that is, or the way that would be closed."""
    shared: dict[str, Any] = {
        "code": UserErrorCode[refusal.code],
        "field": list(refusal.field) or None,
        "message": refusal.message,
        "suggestions": list(refusal.suggestions),
    }
    if isinstance(refusal, errors.AlreadyExists | errors.Conflict | errors.Immutable):
        current = refusal.current if isinstance(refusal, errors.StaleRevision) else None
        return Conflict(**shared, existing=in_the_way, current_revision=current)
    if isinstance(refusal, errors.CycleFound):
        return CycleFound(**shared, path=in_the_way)
    return InvalidInput(**shared)
