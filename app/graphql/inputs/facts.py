"""What is stated of models, versions, metrics and datasets: the parts of the inputs of mutations."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from app.graphql.enums import DatasetRole, LineageRelation, MetricSource, NonFinite
from app.graphql.inputs.naming import DatasetBy
from app.graphql.inputs.provenance import CodeRevisionInput, EnvironmentInput, SignatureInput
from app.graphql.scalars import JSON, URI, BigInt


@strawberry.input(description="A typed value under a key.")
class TagInput:
    """A typed value under a key."""

    key: str = strawberry.field(description="The key.")
    value: JSON = strawberry.field(description="Any JSON value but null.")


@strawberry.input(description="A typed setting that a version was made with.")
class ParamInput:
    """A typed setting that a version was made with."""

    name: str = strawberry.field(description="The name.")
    value: JSON = strawberry.field(description="Any JSON value but null.")


@strawberry.input(description="A named value that tells two measurements apart.")
class ConditionInput:
    """A named value that tells two measurements apart."""

    name: str = strawberry.field(description="What is fixed, such as `hardware`.")
    value: str = strawberry.field(description="What it was fixed to.")


@strawberry.input(description="One measurement under its whole key.")
class MetricInput:
    """One measurement under its whole key."""

    name: str = strawberry.field(description="The metric's name.")
    value: float | None = strawberry.field(default=UNSET, description="The value, where it is finite.")
    non_finite: NonFinite | None = strawberry.field(default=UNSET, description="The value, where it is not.")
    dataset: str | None = strawberry.field(default=UNSET, description="What it was measured on.")
    split: str | None = strawberry.field(default=UNSET, description="The part of the dataset.")
    slice: str | None = strawberry.field(default=UNSET, description="The part of the split.")
    conditions: list[ConditionInput] | None = strawberry.field(
        default=UNSET, description="Named values, each name once."
    )
    source: MetricSource | None = strawberry.field(
        default=MetricSource.EVALUATION, description="Where it was measured."
    )
    step: BigInt | None = strawberry.field(
        default=UNSET, description="The step of the training; 0 without one."
    )
    unit: str | None = strawberry.field(default=UNSET, description="The unit, which is part of the key.")
    recorded_at: datetime | None = strawberry.field(
        default=UNSET, description="When it was measured; now by default."
    )


@strawberry.input(description="A dataset that a version was made with.")
class DatasetUseInput:
    """A dataset that a version was made with."""

    dataset: DatasetBy = strawberry.field(description="The dataset.")
    label: str | None = strawberry.field(default=UNSET, description="Its version; the newest by default.")
    role: DatasetRole = strawberry.field(description="What it was used for.")
    context: str | None = strawberry.field(default=UNSET, description="The use in your own words.")


@strawberry.input(one_of=True, description="The upper end of an edge.")
class LineageUpstream:
    """The upper end of an edge."""

    id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The id of a model version, a dataset version or an external node."
    )
    external_uri: str | None = strawberry.field(
        default=UNSET, description="The name of something outside the registry."
    )


@strawberry.input(description="What a version comes from.")
class ParentInput:
    """What a version comes from."""

    upstream: LineageUpstream = strawberry.field(description="The parent.")
    relation: LineageRelation = strawberry.field(description="How the version comes from it.")
    evidence: str | None = strawberry.field(default=UNSET, description="Where that was read.")


@strawberry.input(description="A dataset version.")
class DatasetVersionInput:
    """A dataset version."""

    label: str = strawberry.field(description="Its name among the dataset's versions.")
    digest: str | None = strawberry.field(default=UNSET, description="A digest of its content.")
    uri: URI | None = strawberry.field(default=UNSET, description="Where it is.")
    row_count: BigInt | None = strawberry.field(default=UNSET, description="How many rows it has.")
    license: str | None = strawberry.field(default=UNSET, description="Its licence.")
    contains_pii: bool | None = strawberry.field(
        default=UNSET, description="Whether it holds data about persons."
    )


@strawberry.input(description="New facts of a version; absent keeps, null clears.")
class VersionPatch:
    """New facts of a version."""

    description: str | None = strawberry.field(
        default=UNSET, description="What is particular to it, in Markdown."
    )
    semver: str | None = strawberry.field(
        default=UNSET, description="A semantic version, unique in the model."
    )
    released_at: datetime | None = strawberry.field(default=UNSET, description="When it was published.")


@strawberry.input(description="A version with everything that is known of it.")
class VersionInput:
    """A version with everything that is known of it."""

    semver: str | None = strawberry.field(
        default=UNSET, description="A semantic version, unique in the model."
    )
    description: str | None = strawberry.field(
        default=UNSET, description="What is particular to it, in Markdown."
    )
    source: str | None = strawberry.field(default=UNSET, description="Where it came from; mostly a URI.")
    run_id: str | None = strawberry.field(default=UNSET, description="The training run that it comes from.")
    framework: str | None = strawberry.field(default=UNSET, description="What it runs on.")
    parameter_count: BigInt | None = strawberry.field(default=UNSET, description="How many weights it has.")
    size_bytes: BigInt | None = strawberry.field(default=UNSET, description="How large it is, in bytes.")
    released_at: datetime | None = strawberry.field(default=UNSET, description="When it was published.")
    tags: list[TagInput] | None = strawberry.field(default=UNSET, description="Tags, each key once.")
    params: list[ParamInput] | None = strawberry.field(default=UNSET, description="Params, each name once.")
    metrics: list[MetricInput] | None = strawberry.field(default=UNSET, description="Measurements.")
    datasets: list[DatasetUseInput] | None = strawberry.field(
        default=UNSET, description="Datasets it was made with."
    )
    parents: list[ParentInput] | None = strawberry.field(default=UNSET, description="What it comes from.")
    environment: EnvironmentInput | None = strawberry.field(
        default=UNSET, description="The software and hardware that it was made in."
    )
    code_revision: CodeRevisionInput | None = strawberry.field(
        default=UNSET, description="The state of the code that it was made by."
    )
    signature: SignatureInput | None = strawberry.field(
        default=UNSET, description="What it takes in and gives out."
    )


@strawberry.input(description="The facts of a model; absent keeps what is there, null clears.")
class ModelPatch:
    """The facts of a model."""

    display_name: str | None = strawberry.field(default=UNSET, description="The name as its makers write it.")
    description: str | None = strawberry.field(default=UNSET, description="What the model is, in Markdown.")
    task: str | None = strawberry.field(default=UNSET, description="What it is for, by any name of a task.")
    domains: list[str] | None = strawberry.field(default=UNSET, description="The fields it is used in.")
    framework: str | None = strawberry.field(default=UNSET, description="What it runs on.")
    architecture: str | None = strawberry.field(default=UNSET, description="How it is built.")
    family: str | None = strawberry.field(default=UNSET, description="The family of models it belongs to.")
    license: str | None = strawberry.field(
        default=UNSET, description="The licence, by its SPDX id where there is one."
    )
    publisher: str | None = strawberry.field(default=UNSET, description="Who published it.")
    languages: list[str] | None = strawberry.field(
        default=UNSET, description="The languages it is for, by BCP 47."
    )
    paper_url: URI | None = strawberry.field(default=UNSET, description="Where its paper is.")
    code_url: URI | None = strawberry.field(default=UNSET, description="Where its code is.")
    page_url: URI | None = strawberry.field(default=UNSET, description="Where its page is.")
    owners: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="The ids of the principals who answer for it."
    )
