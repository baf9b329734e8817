"""Mutations of namespaces, tasks, metric definitions, datasets and tags."""

from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.inputs.drafting import below, drafted
from app.graphql.inputs.mutations import (
    CreateNamespaceInput,
    DefineMetricInput,
    DefineTaskInput,
    RegisterDatasetInput,
    RemoveTagsInput,
    SetTagsInput,
    UpdateDatasetVersionInput,
)
from app.graphql.mutations.running import Done, mutate
from app.graphql.types.payloads import (
    CreateNamespacePayload,
    DefineMetricPayload,
    DefineTaskPayload,
    RegisterDatasetPayload,
    RemoveTagsPayload,
    SetTagsPayload,
    UpdateDatasetVersionPayload,
)
from app.identity.session import WriteSession
from app.registry.drafts import (
    DatasetDraft,
    DatasetVersionDraft,
    DatasetVersionPatch,
    MetricDefinitionDraft,
    NamespaceDraft,
    TagsDraft,
    TaskDraft,
)
from app.registry.drafts.rules import check_characters
from app.registry.writing.datasets import register_dataset, update_dataset_version
from app.registry.writing.labels import set_tags
from app.registry.writing.metrics import define_metrics
from app.registry.writing.namespaces import create_namespaces
from app.registry.writing.removal import remove_tags
from app.registry.writing.tasks import define_tasks


@strawberry.type(description="Mutations of what models refer to.")
class CatalogueMutations:
    """Mutations of what models refer to."""

    @strawberry.mutation(description="Make a namespace; nothing else makes one.")
    async def create_namespace(
        self,
        info: Info,
        input: Annotated[CreateNamespaceInput, strawberry.argument(description="The namespace.")],
    ) -> CreateNamespacePayload | None:
        """Make a namespace."""

        def work(session: WriteSession) -> Done:
            [namespace] = create_namespaces(session, [drafted(NamespaceDraft, input, "name", "description")])
            return Done({"namespace": namespace.id})

        return await mutate(info, input, CreateNamespacePayload, work)

    @strawberry.mutation(description="Say what a metric means and which way is better.")
    async def define_metric(
        self,
        info: Info,
        input: Annotated[DefineMetricInput, strawberry.argument(description="The definition.")],
    ) -> DefineMetricPayload | None:
        """Say what a metric means and which way is better."""

        def work(session: WriteSession) -> Done:
            names = ("name", "direction", "unit", "description")
            [made] = define_metrics(session, [drafted(MetricDefinitionDraft, input, *names)])
            return Done({"metric_definition": made.id})

        return await mutate(info, input, DefineMetricPayload, work)

    @strawberry.mutation(
        description="Define a task of one's own, in plain words; models of that task are found by them."
    )
    async def define_task(
        self,
        info: Info,
        input: Annotated[DefineTaskInput, strawberry.argument(description="The definition.")],
    ) -> DefineTaskPayload | None:
        """Define a task of one's own, in plain words; models of that task are found by them."""

        def work(session: WriteSession) -> Done:
            names = ("name", "title", "description", "synonyms")
            [made] = define_tasks(session, [drafted(TaskDraft, input, *names)])
            return Done({"task": made.id})

        return await mutate(info, input, DefineTaskPayload, work)

    @strawberry.mutation(description="Register a dataset, or a further version of one that is there.")
    async def register_dataset(
        self,
        info: Info,
        input: Annotated[RegisterDatasetInput, strawberry.argument(description="The dataset.")],
    ) -> RegisterDatasetPayload | None:
        """Register a dataset, or a further version of one that is there."""

        def work(session: WriteSession) -> Done:
            given = drafted(DatasetDraft, input, "namespace", "name", "description", "tags")
            with below("version"):
                version = drafted(DatasetVersionDraft, input.version) if input.version else None
            dataset, version_id = register_dataset(session, given, version)
            return Done({"dataset": dataset.id, "dataset_version": version_id})

        return await mutate(info, input, RegisterDatasetPayload, work)

    @strawberry.mutation(description="Give a dataset version new facts, or revoke it.")
    async def update_dataset_version(
        self,
        info: Info,
        input: Annotated[UpdateDatasetVersionInput, strawberry.argument(description="The new facts.")],
    ) -> UpdateDatasetVersionPayload | None:
        """Give a dataset version new facts, or revoke it."""

        def work(session: WriteSession) -> Done:
            names = ("license", "contains_pii", "revoked", "reason")
            patch = drafted(DatasetVersionPatch, input, *names, nulls=True)
            update_dataset_version(session, str(input.id), patch)
            return Done({"dataset_version": str(input.id)})

        return await mutate(info, input, UpdateDatasetVersionPayload, work)

    @strawberry.mutation(description="Set tags on a model, a version or a dataset; others are left alone.")
    async def set_tags(
        self,
        info: Info,
        input: Annotated[SetTagsInput, strawberry.argument(description="The tags.")],
    ) -> SetTagsPayload | None:
        """Set tags on a model, a version or a dataset."""

        def work(session: WriteSession) -> Done:
            set_tags(session, str(input.subject), drafted(TagsDraft, input, "tags").tags)
            return Done({"subject": str(input.subject)})

        return await mutate(info, input, SetTagsPayload, work)

    @strawberry.mutation(description="Remove tags of a model, a version or a dataset.")
    async def remove_tags(
        self, info: Info, input: Annotated[RemoveTagsInput, strawberry.argument(description="The tags.")]
    ) -> RemoveTagsPayload | None:
        """Remove tags of a model, a version or a dataset."""

        def work(session: WriteSession) -> Done:
            for index, key in enumerate(input.keys):
                with below("keys", str(index)):
                    check_characters(key)
            remove_tags(session, str(input.subject), input.keys)
            return Done({"subject": str(input.subject)})

        return await mutate(info, input, RemoveTagsPayload, work)
