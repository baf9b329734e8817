"""Namespaces, models, versions and what hangs on them.

Fields that take arguments answer from `loaded`, which `app.graphql.loading` filled under the field's name in
the response: nothing is read while a query is being resolved.
"""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from app.graphql.enums import DatasetRole, VersionState
from app.graphql.inputs.filters import MetricFilter, MetricKeyInput, ModelFilter, VersionFilter
from app.graphql.inputs.lineage import Kinds, MaxDepth, MaxNodes, Relations, Way
from app.graphql.inputs.ordering import ModelOrder, VersionOrder
from app.graphql.inputs.paging import After, Before, First, Last
from app.graphql.scalars import JSON, URI, BigInt
from app.graphql.types.connections import Connection
from app.graphql.types.datasets import DatasetUse
from app.graphql.types.entities import Entity, Loaded, answer
from app.graphql.types.lineage import InheritedFact, LineageGraph
from app.graphql.types.metrics import Metric
from app.graphql.types.principals import Node, Principal
from app.graphql.types.provenance import CodeRevision, Environment, Signature
from app.graphql.types.stages import Stage


@strawberry.type(description="The owner of names: a team, an organisation.")
class Namespace(Node):
    """The owner of names."""

    loaded: Loaded
    name: str = strawberry.field(description="Its name, unique.")
    description: str | None = strawberry.field(description="What it is for.")
    created_at: datetime = strawberry.field(description="When it was made.")
    stages: list[Stage] = strawberry.field(description="The stages of its models' versions, in their order.")

    @strawberry.field(description="Its models, by name unless another order is asked for.")
    def registered_models(  # noqa: PLR0917 - the arguments of the schema
        self,
        info: strawberry.Info,
        filter: Annotated[ModelFilter | None, strawberry.argument(description="Only these.")] = UNSET,
        order_by: Annotated[ModelOrder | None, strawberry.argument(description="The order.")] = UNSET,
        first: First = 20,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection["RegisteredModel"] | None:
        """Return a page of its models."""
        return answer(self.loaded, info)  # type: ignore[no-any-return]


@strawberry.type(description="A typed setting that a version was made with; it never changes.")
class Param:
    """A typed setting that a version was made with."""

    name: str = strawberry.field(description="The name, unique in the version.")
    value: JSON = strawberry.field(description="The value as it was written.")


@strawberry.type(description="A movable name on one version of a model.")
class Alias:
    """A movable name on one version of a model."""

    name: str = strawberry.field(description="The name; case matters.")
    version: "ModelVersion" = strawberry.field(description="The version that it names.")
    protected: bool = strawberry.field(description="Whether moving it needs a permission of its own.")
    since: datetime = strawberry.field(description="Since when it names this version.")


@strawberry.type(description="Why a model should not be taken any more, and what to take instead.")
class Retirement:
    """Why a model should not be taken any more."""

    reason: str = strawberry.field(description="Why.")
    replacement: "RegisteredModel | None" = strawberry.field(description="What to take instead.")
    at: datetime = strawberry.field(description="Since when.")
    by: Principal = strawberry.field(description="Who said so.")


@strawberry.type(description="A model that is like another.")
class SimilarModel:
    """A model that is like another."""

    model: "RegisteredModel" = strawberry.field(description="The model.")
    score: float = strawberry.field(description="0 to 1, from the meaning of both.")
    because: list[str] = strawberry.field(description="What the two have in common.")


@strawberry.type(description="A named line of versions.")
class RegisteredModel(Entity):
    """A named line of versions."""

    namespace: Namespace = strawberry.field(description="The namespace that owns the name.")
    name: str = strawberry.field(description="The name, unique in its namespace.")
    display_name: str | None = strawberry.field(description="The name as its makers write it.")
    description: str | None = strawberry.field(description="What the model is, in Markdown.")
    task: str | None = strawberry.field(
        description="The canonical task, or the task as written if it names none."
    )
    domains: list[str] = strawberry.field(description="The fields it is used in, such as `computer vision`.")
    framework: str | None = strawberry.field(description="What it runs on.")
    architecture: str | None = strawberry.field(description="How it is built.")
    family: str | None = strawberry.field(description="The family of models it belongs to.")
    license: str | None = strawberry.field(description="The licence, by its SPDX id where there is one.")
    publisher: str | None = strawberry.field(description="Who published it.")
    languages: list[str] = strawberry.field(description="The languages it is for, by BCP 47.")
    paper_url: URI | None = strawberry.field(description="Where its paper is.")
    code_url: URI | None = strawberry.field(description="Where its code is.")
    page_url: URI | None = strawberry.field(description="Where its page is.")
    aliases: list[Alias] = strawberry.field(description="Its aliases, in the order of their names.")
    owners: list[Principal] = strawberry.field(description="Who answers for it.")
    retirement: Retirement | None = strawberry.field(description="Set when it should not be taken any more.")
    revision: int = strawberry.field(description="Counts the changes of the model's own fields.")
    created_at: datetime = strawberry.field(description="When it was registered.")
    updated_at: datetime = strawberry.field(
        description="When it last changed; moves also when a version is made or staged."
    )
    deleted_at: datetime | None = strawberry.field(description="When it was deleted.")
    created_by: Principal = strawberry.field(description="Who registered it.")

    @strawberry.field(description="The version with the highest number, in any state.")
    def latest_version(
        self,
        info: strawberry.Info,
        stage: Annotated[str | None, strawberry.argument(description="Only versions in this stage.")] = UNSET,
    ) -> "ModelVersion | None":
        """Return the version with the highest number, within a stage if one is given."""
        return answer(self.loaded, info)  # type: ignore[no-any-return]

    @strawberry.field(description="Models that are like it, by meaning; null when the index cannot tell.")
    def similar(
        self,
        info: strawberry.Info,
        limit: Annotated[int | None, strawberry.argument(description="How many at most, 1 to 50.")] = 10,
    ) -> list[SimilarModel] | None:
        """Return models that are like it."""
        return answer(self.loaded, info)  # type: ignore[no-any-return]

    @strawberry.field(
        description="A metric over its versions, by number: the newest `limit` of those that have it. What "
        "the key leaves out has to be the same for all, else it is AMBIGUOUS."
    )
    def metric_trend(
        self,
        info: strawberry.Info,
        metric: Annotated[MetricKeyInput, strawberry.argument(description="The metric.")],
        limit: Annotated[int | None, strawberry.argument(description="How many at most, 1 to 100.")] = 100,
    ) -> list["MetricTrendPoint"] | None:
        """Return a metric over its versions."""
        return answer(self.loaded, info)  # type: ignore[no-any-return]

    @strawberry.field(description="Its versions, the highest number first unless another order is asked for.")
    def versions(  # noqa: PLR0917 - the arguments of the schema
        self,
        info: strawberry.Info,
        filter: Annotated[VersionFilter | None, strawberry.argument(description="Only these.")] = UNSET,
        order_by: Annotated[VersionOrder | None, strawberry.argument(description="The order.")] = UNSET,
        first: First = 20,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection["ModelVersion"] | None:
        """Return a page of its versions."""
        return answer(self.loaded, info)  # type: ignore[no-any-return]


@strawberry.type(description="One candidate of a model.")
class ModelVersion(Entity):
    """One candidate of a model."""

    registered_model: RegisteredModel = strawberry.field(description="The model that it is a version of.")
    number: int = strawberry.field(description="Its number, never used twice in a model.")
    semver: str | None = strawberry.field(description="Its semantic version, unique in the model.")
    state: VersionState = strawberry.field(description="Whether it is finished.")
    state_message: str | None = strawberry.field(
        description="Why it failed, or what there was to say when it was finished."
    )
    stage: Stage = strawberry.field(description="The stage it is in.")
    stage_since: datetime = strawberry.field(description="Since when it is in that stage.")
    aliases: list[Alias] = strawberry.field(
        description="The aliases that name it, in the order of their names."
    )
    description: str | None = strawberry.field(description="What is particular to it, in Markdown.")
    source: str | None = strawberry.field(description="Where it came from, kept as sent; mostly a URI.")
    run_id: str | None = strawberry.field(description="The training run that it comes from.")
    framework: str | None = strawberry.field(description="What it runs on.")
    parameter_count: BigInt | None = strawberry.field(description="How many weights it has.")
    size_bytes: BigInt | None = strawberry.field(description="How large it is, in bytes.")
    released_at: datetime | None = strawberry.field(description="When it was published.")
    environment: Environment | None = strawberry.field(
        description="The software and hardware that it was made in."
    )
    code_revision: CodeRevision | None = strawberry.field(
        description="The state of the code that it was made by."
    )
    signature: Signature | None = strawberry.field(description="What it takes in and gives out.")
    revision: int = strawberry.field(description="Counts the changes of the version's own fields.")
    created_at: datetime = strawberry.field(description="When it was registered.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    created_by: Principal = strawberry.field(description="Who registered it.")

    @strawberry.field(description="Its params, in the order of their names.")
    def params(
        self,
        info: strawberry.Info,
        first: First = 100,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Param] | None:
        """Return a page of its params."""
        return answer(self.loaded, info)  # type: ignore[no-any-return]

    @strawberry.field(description="One param by its name.")
    def param(
        self,
        info: strawberry.Info,
        name: Annotated[str, strawberry.argument(description="The param's name.")],
    ) -> Param | None:
        """Return one param by its name."""
        return answer(self.loaded, info)  # type: ignore[no-any-return]

    @strawberry.field(description="Its metrics, in the order of their names.")
    def metrics(
        self,
        info: strawberry.Info,
        filter: Annotated[MetricFilter | None, strawberry.argument(description="Only these.")] = UNSET,
        first: First = 100,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Metric] | None:
        """Return a page of its metrics."""
        return answer(self.loaded, info)  # type: ignore[no-any-return]

    @strawberry.field(
        description="One metric by its key; where several match, the error AMBIGUOUS names the choices."
    )
    def metric(
        self,
        info: strawberry.Info,
        key: Annotated[MetricKeyInput, strawberry.argument(description="The metric's key.")],
    ) -> Metric | None:
        """Return one metric by its key.

        Raises:
            Ambiguous: Several metrics match.
        """
        return answer(self.loaded, info)  # type: ignore[no-any-return]

    @strawberry.field(description="The datasets it was made with.")
    def datasets(
        self,
        info: strawberry.Info,
        role: Annotated[
            DatasetRole | None, strawberry.argument(description="Only uses in this role.")
        ] = UNSET,
        first: First = 50,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[DatasetUse] | None:
        """Return a page of the datasets it was made with."""
        return answer(self.loaded, info)  # type: ignore[no-any-return]

    @strawberry.field(description="What it comes from or what came from it.")
    def lineage(
        self,
        info: strawberry.Info,
        direction: Way,
        max_depth: MaxDepth = 1,
        relations: Relations = UNSET,
        kinds: Kinds = UNSET,
        max_nodes: MaxNodes = 500,
    ) -> LineageGraph | None:
        """Return the graph above or below it."""
        return answer(self.loaded, info)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Licences, personal data and revoked datasets of what it comes from, by kind and nearest "
        "first; an edge may except a fact."
    )
    def inherited_facts(self, info: strawberry.Info) -> list[InheritedFact] | None:
        """Return the facts that it inherits."""
        return answer(self.loaded, info)  # type: ignore[no-any-return]


@strawberry.type(description="A metric of a version, and what it changed by since the version before.")
class MetricTrendPoint:
    """A metric of a version, and what it changed by."""

    version: ModelVersion = strawberry.field(description="The version.")
    metric: Metric = strawberry.field(description="The metric.")
    delta: float | None = strawberry.field(
        description="Its value minus that of the version before that has one; null where there is none."
    )
