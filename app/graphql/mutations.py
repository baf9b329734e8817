"""The root of all writing: each mutation is one transaction, and its answer is read after the commit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

import strawberry
from pydantic.alias_generators import to_camel

from app.db.engine import ReadSession
from app.errors import AlreadyExists, HolotypeError, Refusals
from app.graphql.context import Info
from app.graphql.inputs import MetricInput, drafted
from app.graphql.loading.nodes import load_nodes
from app.graphql.mutation_inputs import (
    CreateModelVersionInput,
    CreateNamespaceInput,
    LogMetricsInput,
    RegisterModelInput,
    SetAliasInput,
    SetTagsInput,
    TransitionStageInput,
)
from app.graphql.naming import below, named_model, named_version
from app.graphql.payloads import (
    CreateModelVersionPayload,
    CreateNamespacePayload,
    LogMetricsPayload,
    Payload,
    RegisterModelPayload,
    SetAliasPayload,
    SetTagsPayload,
    TransitionStagePayload,
    user_error,
)
from app.graphql.selection import Selection, selected
from app.identity.session import WriteSession
from app.registry.drafts import (
    FactsDraft,
    MetricDraft,
    ModelDraft,
    NamespaceDraft,
    TagsDraft,
    TransitionDraft,
    VersionDraft,
)
from app.registry.labels import set_alias, set_tags
from app.registry.metrics import log_metrics
from app.registry.namespaces import create_namespaces
from app.registry.registration import create_versions, register_models
from app.registry.stages import transition_stage

AnyPayload = TypeVar("AnyPayload", bound=Payload)


@dataclass(frozen=True, slots=True)
class Done:
    """What a mutation did.

    Attributes:
        things: By field of the payload, the id of the thing that answers it, or several.
        values: Further fields of the payload.
    """

    things: Mapping[str, str | list[str] | None]
    values: Mapping[str, Any] = field(default_factory=dict)


@strawberry.type(description="The root of all writing.")
class Mutation:
    """The root of all writing."""

    @strawberry.mutation(description="Make a namespace; nothing else makes one.")
    async def create_namespace(
        self,
        info: Info,
        input: Annotated[CreateNamespaceInput, strawberry.argument(description="The namespace.")],  # noqa: A002 - the name of the argument in the schema
    ) -> CreateNamespacePayload | None:
        """Make a namespace."""

        def work(session: WriteSession) -> Done:
            [namespace] = create_namespaces(session, [drafted(NamespaceDraft, input, "name", "description")])
            return Done({"namespace": namespace.id})

        return await _mutate(info, input, CreateNamespacePayload, work)

    @strawberry.mutation(description="Register a model and, if given, its first version, in one transaction.")
    async def register_model(
        self,
        info: Info,
        input: Annotated[RegisterModelInput, strawberry.argument(description="The model.")],  # noqa: A002 - the name of the argument in the schema
    ) -> RegisterModelPayload | None:
        """Register a model and, if given, its first version."""

        def work(session: WriteSession) -> Done:
            given = drafted(ModelDraft, input, "namespace", "name", "tags")
            with below("facts"):
                facts = drafted(FactsDraft, input.facts) if input.facts else FactsDraft()
            with below("version"):
                version = drafted(VersionDraft, input.version) if input.version else None
            [model] = register_models(session, [given.model_copy(update=dict(facts))])
            with below("version"):
                made = create_versions(session, [(model, version)]) if version else []
            return Done({"registered_model": model.id, "model_version": made[0].id if made else None})

        return await _mutate(info, input, RegisterModelPayload, work)

    @strawberry.mutation(description="Create the next version of a model.")
    async def create_model_version(
        self,
        info: Info,
        input: Annotated[CreateModelVersionInput, strawberry.argument(description="The version.")],  # noqa: A002 - the name of the argument in the schema
    ) -> CreateModelVersionPayload | None:
        """Create the next version of a model."""

        def work(session: WriteSession) -> Done:
            with below("model"):
                model = named_model(session, input.model)
            with below("version"):
                [made] = create_versions(session, [(model, drafted(VersionDraft, input.version))])
            return Done({"model_version": made.id})

        return await _mutate(info, input, CreateModelVersionPayload, work)

    @strawberry.mutation(description="Log up to 1,000 measurements of a version, as one change.")
    async def log_metrics(
        self,
        info: Info,
        input: Annotated[LogMetricsInput, strawberry.argument(description="The measurements.")],  # noqa: A002 - the name of the argument in the schema
    ) -> LogMetricsPayload | None:
        """Log measurements of a version."""

        def work(session: WriteSession) -> Done:
            with below("version"):
                version = named_version(session, input.version)
            metrics = [_metric(index, one) for index, one in enumerate(input.metrics)]
            return Done({"model_version": version.id}, {"logged": log_metrics(session, version, metrics)})

        return await _mutate(info, input, LogMetricsPayload, work)

    @strawberry.mutation(description="Set tags on a model, a version or a dataset; others are left alone.")
    async def set_tags(
        self,
        info: Info,
        input: Annotated[SetTagsInput, strawberry.argument(description="The tags.")],  # noqa: A002 - the name of the argument in the schema
    ) -> SetTagsPayload | None:
        """Set tags on a model, a version or a dataset."""

        def work(session: WriteSession) -> Done:
            set_tags(session, str(input.subject), drafted(TagsDraft, input, "tags").tags)
            return Done({"subject": str(input.subject)})

        return await _mutate(info, input, SetTagsPayload, work)

    @strawberry.mutation(description="Point an alias at a version of its model.")
    async def set_alias(
        self,
        info: Info,
        input: Annotated[SetAliasInput, strawberry.argument(description="The alias.")],  # noqa: A002 - the name of the argument in the schema
    ) -> SetAliasPayload | None:
        """Point an alias at a version of its model."""

        def work(session: WriteSession) -> Done:
            with below("version"):
                version = named_version(session, input.version)
            previous = set_alias(session, version, input.alias)
            return Done({"model_version": version.id, "previous": previous.id if previous else None})

        return await _mutate(info, input, SetAliasPayload, work)

    @strawberry.mutation(description="Move a version into a stage; a reader sees the whole move or none.")
    async def transition_stage(
        self,
        info: Info,
        input: Annotated[TransitionStageInput, strawberry.argument(description="The move.")],  # noqa: A002 - the name of the argument in the schema
    ) -> TransitionStagePayload | None:
        """Move a version into a stage."""

        def work(session: WriteSession) -> Done:
            with below("version"):
                version = named_version(session, input.version)
            names = ("to", "archive_incumbents", "expected_revision", "comment")
            archived = transition_stage(session, version, drafted(TransitionDraft, input, *names))
            return Done({"model_version": version.id, "archived": [one.id for one in archived]})

        return await _mutate(info, input, TransitionStagePayload, work)


def _metric(index: int, given: MetricInput) -> MetricDraft:
    with below("metrics", str(index)):
        return drafted(MetricDraft, given)


async def _mutate(
    info: Info, given: Any, kind: type[AnyPayload], work: Callable[[WriteSession], Done]
) -> AnyPayload:
    """Do the work in one transaction, then read what it left, or say why it was refused."""
    selection = selected(info)
    echo: dict[str, Any] = {"client_mutation_id": given.client_mutation_id or None}

    def run(session: WriteSession) -> tuple[Done, str | None]:
        done = work(session)
        return done, session.logged[0].id if session.logged else None

    try:
        done, change = await info.context.write(run)
    except (HolotypeError, Refusals) as refused:
        errors = refused.errors if isinstance(refused, Refusals) else (refused,)
        found = await info.context.read(lambda session: _in_the_way(session, errors, selection))
        return kind(user_errors=[user_error(error, node) for error, node in found], **echo)
    things = {**done.things, "change": change}
    loaded = await info.context.read(lambda session: _load(session, things, selection))
    return kind(**loaded, **done.values, **echo)


def _load(
    session: ReadSession, things: Mapping[str, str | list[str] | None], selection: Selection
) -> dict[str, Any]:
    """Read the things of a payload that are asked for; one that cannot be read is the error of its field."""
    loaded: dict[str, Any] = {}
    for name, wanted in things.items():
        asked = selection.below(to_camel(name))
        ids = wanted if isinstance(wanted, list) else [wanted] if wanted else []
        try:
            nodes = load_nodes(session, ids, asked) if to_camel(name) in selection else {}
        except Exception as failure:  # noqa: BLE001 - the change is committed and must not look failed
            loaded[name] = failure
            continue
        found = [nodes[one] for one in ids if one in nodes]
        loaded[name] = found if isinstance(wanted, list) else next(iter(found), None)
    return loaded


def _in_the_way(
    session: ReadSession, errors: Sequence[HolotypeError], selection: Selection
) -> list[tuple[HolotypeError, Any]]:
    """Read what stands in the way of refused names."""
    asked = selection.below("userErrors").on("Conflict").below("existing")
    ids = [error.existing for error in errors if isinstance(error, AlreadyExists) and error.existing]
    nodes = load_nodes(session, ids, asked)
    return [(error, nodes.get(getattr(error, "existing", None) or "")) for error in errors]
