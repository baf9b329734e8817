"""Mutations of versions, their metrics, aliases and stages."""

from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.inputs.drafting import below, drafted, stated
from app.graphql.inputs.facts import MetricInput
from app.graphql.inputs.mutations import (
    CreateModelVersionInput,
    DeleteModelVersionInput,
    FinalizeModelVersionInput,
    LogMetricsInput,
    RemoveAliasInput,
    SetAliasInput,
    TransitionStageInput,
    UpdateModelVersionInput,
)
from app.graphql.inputs.naming import named_model, named_version
from app.graphql.mutations.running import Done, mutate
from app.graphql.types.payloads import (
    CreateModelVersionPayload,
    DeleteModelVersionPayload,
    FinalizeModelVersionPayload,
    LogMetricsPayload,
    RemoveAliasPayload,
    SetAliasPayload,
    TransitionStagePayload,
    UpdateModelVersionPayload,
)
from app.identity.session import WriteSession
from app.registry.drafts import (
    MetricDraft,
    OutcomeDraft,
    TransitionDraft,
    VersionDraft,
    VersionPatch,
    VersionState,
)
from app.registry.writing.editing import finalize_version, update_version
from app.registry.writing.labels import set_alias
from app.registry.writing.metrics import log_metrics
from app.registry.writing.registration import create_versions
from app.registry.writing.removal import delete_version, remove_alias
from app.registry.writing.stages import transition_stage


@strawberry.type(description="Mutations of versions.")
class VersionMutations:
    """Mutations of versions."""

    @strawberry.mutation(description="Create the next version of a model.")
    async def create_model_version(
        self,
        info: Info,
        input: Annotated[CreateModelVersionInput, strawberry.argument(description="The version.")],
    ) -> CreateModelVersionPayload | None:
        """Create the next version of a model."""

        def work(session: WriteSession) -> Done:
            with below("model"):
                model = named_model(session, input.model)
            with below("version"):
                given = drafted(VersionDraft, input.version)
                state = VersionState.PENDING if input.draft else VersionState.READY
                [made] = create_versions(session, [(model, given)], state=state)
            return Done({"model_version": made.id})

        return await mutate(info, input, CreateModelVersionPayload, work)

    @strawberry.mutation(description="End a draft: READY, after which nothing of it changes, or FAILED.")
    async def finalize_model_version(
        self,
        info: Info,
        input: Annotated[FinalizeModelVersionInput, strawberry.argument(description="The end.")],
    ) -> FinalizeModelVersionPayload | None:
        """End a draft: READY, after which nothing of it changes, or FAILED."""

        def work(session: WriteSession) -> Done:
            with below("version"):
                version = named_version(session, input.version)
            finalize_version(session, version, drafted(OutcomeDraft, input, "outcome", "message"))
            return Done({"model_version": version.id})

        return await mutate(info, input, FinalizeModelVersionPayload, work)

    @strawberry.mutation(description="Give a version new facts; what it was made of and with never changes.")
    async def update_model_version(
        self,
        info: Info,
        input: Annotated[UpdateModelVersionInput, strawberry.argument(description="The new facts.")],
    ) -> UpdateModelVersionPayload | None:
        """Give a version new facts; what it was made of and with never changes."""

        def work(session: WriteSession) -> Done:
            with below("version"):
                version = named_version(session, input.version)
            with below("patch"):
                patch = drafted(VersionPatch, input.patch, nulls=True)
            update_version(session, version, patch, expected=stated(input.expected_revision))
            return Done({"model_version": version.id})

        return await mutate(info, input, UpdateModelVersionPayload, work)

    @strawberry.mutation(
        description="Delete a version and the aliases on it; its number is never used again."
    )
    async def delete_model_version(
        self,
        info: Info,
        input: Annotated[DeleteModelVersionInput, strawberry.argument(description="The version.")],
    ) -> DeleteModelVersionPayload | None:
        """Delete a version and the aliases on it; its number is never used again."""

        def work(session: WriteSession) -> Done:
            with below("version"):
                version = named_version(session, input.version)
            delete_version(session, version, expected=stated(input.expected_revision))
            return Done({}, {"deleted_id": strawberry.ID(version.id)})

        return await mutate(info, input, DeleteModelVersionPayload, work)

    @strawberry.mutation(description="Log up to 1,000 measurements of a version, as one change.")
    async def log_metrics(
        self,
        info: Info,
        input: Annotated[LogMetricsInput, strawberry.argument(description="The measurements.")],
    ) -> LogMetricsPayload | None:
        """Log measurements of a version."""

        def work(session: WriteSession) -> Done:
            with below("version"):
                version = named_version(session, input.version)
            metrics = [_metric(index, one) for index, one in enumerate(input.metrics)]
            return Done({"model_version": version.id}, {"logged": log_metrics(session, version, metrics)})

        return await mutate(info, input, LogMetricsPayload, work)

    @strawberry.mutation(description="Point an alias at a version of its model that is READY.")
    async def set_alias(
        self,
        info: Info,
        input: Annotated[SetAliasInput, strawberry.argument(description="The alias.")],
    ) -> SetAliasPayload | None:
        """Point an alias at a version of its model."""

        def work(session: WriteSession) -> Done:
            with below("version"):
                version = named_version(session, input.version)
            previous = set_alias(session, version, input.alias)
            return Done({"model_version": version.id, "previous": previous.id if previous else None})

        return await mutate(info, input, SetAliasPayload, work)

    @strawberry.mutation(description="Remove an alias of a model.")
    async def remove_alias(
        self, info: Info, input: Annotated[RemoveAliasInput, strawberry.argument(description="The alias.")]
    ) -> RemoveAliasPayload | None:
        """Remove an alias of a model."""

        def work(session: WriteSession) -> Done:
            with below("model"):
                model = named_model(session, input.model)
            remove_alias(session, model, input.alias)
            return Done({"registered_model": model.id})

        return await mutate(info, input, RemoveAliasPayload, work)

    @strawberry.mutation(
        description="Move a version into a stage; a reader sees the whole move or none. One that is not "
        "READY may be in DEVELOPMENT or ARCHIVED alone."
    )
    async def transition_stage(
        self,
        info: Info,
        input: Annotated[TransitionStageInput, strawberry.argument(description="The move.")],
    ) -> TransitionStagePayload | None:
        """Move a version into a stage."""

        def work(session: WriteSession) -> Done:
            with below("version"):
                version = named_version(session, input.version)
            names = ("to", "archive_incumbents", "expected_revision", "comment")
            archived = transition_stage(session, version, drafted(TransitionDraft, input, *names))
            return Done({"model_version": version.id, "archived": [one.id for one in archived]})

        return await mutate(info, input, TransitionStagePayload, work)


def _metric(index: int, given: MetricInput) -> MetricDraft:
    with below("metrics", str(index)):
        return drafted(MetricDraft, given)
