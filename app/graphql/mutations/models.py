"""Mutations of models."""

from typing import Annotated

import strawberry

from app.db.engine import ReadSession
from app.graphql.context import Info
from app.graphql.inputs import facts
from app.graphql.inputs.drafting import below, drafted, stated
from app.graphql.inputs.mutations import (
    DeleteModelInput,
    RegisterModelInput,
    RenameModelInput,
    RestoreModelInput,
    RetireModelInput,
    UpdateModelInput,
)
from app.graphql.inputs.naming import named_model
from app.graphql.loading.similar import load_similar
from app.graphql.mutations.running import Done, Reader, mutate
from app.graphql.selection import Selection
from app.graphql.types.payloads import (
    DeleteModelPayload,
    RegisterModelPayload,
    RenameModelPayload,
    RestoreModelPayload,
    RetireModelPayload,
    UpdateModelPayload,
)
from app.graphql.types.registered import SimilarModel
from app.identity.session import WriteSession
from app.registry.drafts import FactsDraft, ModelDraft, ModelPatch, RenameDraft, RetirementDraft, VersionDraft
from app.registry.reading.listing import models_by_id
from app.registry.writing.editing import rename_model, retire_model, update_model
from app.registry.writing.registration import create_versions, register_models
from app.registry.writing.removal import delete_model, restore_model
from app.registry.writing.revising import require_revision


@strawberry.type(description="Mutations of models.")
class ModelMutations:
    """Mutations of models."""

    @strawberry.mutation(description="Register a model and, if given, its first version, in one transaction.")
    async def register_model(
        self,
        info: Info,
        input: Annotated[RegisterModelInput, strawberry.argument(description="The model.")],
    ) -> RegisterModelPayload | None:
        """Register a model and, if given, its first version."""

        def work(session: WriteSession) -> Done:
            given = drafted(ModelDraft, input, "namespace", "name", "tags")
            with below("facts"):
                facts = _facts(input.facts)
            with below("version"):
                version = drafted(VersionDraft, input.version) if input.version else None
            owners = [str(owner) for owner in (input.facts.owners or ())] if input.facts else []
            [model] = register_models(session, [given.model_copy(update=dict(facts))], owners=owners)
            with below("version"):
                made = create_versions(session, [(model, version)]) if version else []
            return Done({"registered_model": model.id, "model_version": made[0].id if made else None})

        return await mutate(info, input, RegisterModelPayload, work, also=_neighbours)

    @strawberry.mutation(description="Give a model new facts; what is left out stays.")
    async def update_model(
        self,
        info: Info,
        input: Annotated[UpdateModelInput, strawberry.argument(description="The new facts.")],
    ) -> UpdateModelPayload | None:
        """Give a model new facts; what is left out stays."""

        def work(session: WriteSession) -> Done:
            with below("model"):
                model = named_model(session, input.model)
            expected = stated(input.expected_revision)
            require_revision(model, expected)
            with below("patch"):
                patch = drafted(ModelPatch, input.patch, nulls=True)
                update_model(session, model, patch, expected=expected)
            return Done({"registered_model": model.id})

        return await mutate(info, input, UpdateModelPayload, work)

    @strawberry.mutation(description="Give a model a new name; the old one leads to it until it is taken.")
    async def rename_model(
        self, info: Info, input: Annotated[RenameModelInput, strawberry.argument(description="The new name.")]
    ) -> RenameModelPayload | None:
        """Give a model a new name; the old one leads to it until it is taken."""

        def work(session: WriteSession) -> Done:
            with below("model"):
                model = named_model(session, input.model)
            name = drafted(RenameDraft, input, "name").name
            rename_model(session, model, name, expected=stated(input.expected_revision))
            return Done({"registered_model": model.id})

        return await mutate(info, input, RenameModelPayload, work)

    @strawberry.mutation(
        description="Say that a model should not be taken any more, and what to take instead."
    )
    async def retire_model(
        self,
        info: Info,
        input: Annotated[RetireModelInput, strawberry.argument(description="The retirement.")],
    ) -> RetireModelPayload | None:
        """Say that a model should not be taken any more, and what to take instead."""

        def work(session: WriteSession) -> Done:
            with below("model"):
                model = named_model(session, input.model)
            retirement = drafted(RetirementDraft, input, "reason")
            with below("replacement"):
                replacement = named_model(session, input.replacement) if input.replacement else None
            retire_model(session, model, retirement.reason, replacement)
            return Done({"registered_model": model.id})

        return await mutate(info, input, RetireModelPayload, work)

    @strawberry.mutation(
        description="Delete a model with its versions; it can be restored, and its name is free."
    )
    async def delete_model(
        self, info: Info, input: Annotated[DeleteModelInput, strawberry.argument(description="The model.")]
    ) -> DeleteModelPayload | None:
        """Delete a model with its versions; it can be restored, and its name is free."""

        def work(session: WriteSession) -> Done:
            with below("model"):
                model = named_model(session, input.model)
            delete_model(session, model, expected=stated(input.expected_revision))
            return Done({}, {"deleted_id": strawberry.ID(model.id)})

        return await mutate(info, input, DeleteModelPayload, work)

    @strawberry.mutation(
        description="Bring a deleted model back with the versions that were deleted with it."
    )
    async def restore_model(
        self, info: Info, input: Annotated[RestoreModelInput, strawberry.argument(description="The model.")]
    ) -> RestoreModelPayload | None:
        """Bring a deleted model back with the versions that were deleted with it."""

        def work(session: WriteSession) -> Done:
            return Done({"registered_model": restore_model(session, str(input.id)).id})

        return await mutate(info, input, RestoreModelPayload, work)


def _facts(given: facts.ModelPatch | None) -> FactsDraft:
    names = [name for name in FactsDraft.model_fields if name != "task_as_written"]
    return drafted(FactsDraft, given, *names) if given else FactsDraft()


def _neighbours(done: Done) -> dict[str, Reader]:
    """Tell how what is alike is read; the index being away is no error of the registration."""
    model_id = str(done.things["registered_model"])

    def read(session: ReadSession, selection: Selection) -> list[SimilarModel] | None:
        model = models_by_id(session, [model_id]).get(model_id)
        return load_similar(session, model, None, selection) if model else None

    return {"neighbours": read}
