"""What lists and searches are filtered by."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from app.graphql.enums import DeletedMode, MetricSource, VersionState
from app.graphql.inputs.facts import ConditionInput


@strawberry.input(
    one_of=True, description="A condition on text, without regard to case and to Unicode's variants."
)
class TextMatch:
    """A condition on text."""

    equals: str | None = strawberry.field(default=UNSET, description="It is this text.")
    in_: list[str] | None = strawberry.field(
        default=UNSET, name="in", description="It is one of these texts."
    )
    contains: str | None = strawberry.field(default=UNSET, description="It contains this text.")
    starts_with: str | None = strawberry.field(default=UNSET, description="It starts with this text.")
    exists: bool | None = strawberry.field(default=UNSET, description="Whether there is any text.")


@strawberry.input(description="A condition on a number; all parts that are given must hold.")
class NumberMatch:
    """A condition on a number."""

    equals: float | None = strawberry.field(default=UNSET, description="It is this number.")
    gt: float | None = strawberry.field(default=UNSET, description="It is greater than this.")
    gte: float | None = strawberry.field(default=UNSET, description="It is this or greater.")
    lt: float | None = strawberry.field(default=UNSET, description="It is less than this.")
    lte: float | None = strawberry.field(default=UNSET, description="It is this or less.")


@strawberry.input(description="A condition on a moment; all parts that are given must hold.")
class TimeMatch:
    """A condition on a moment."""

    after: datetime | None = strawberry.field(default=UNSET, description="It is later than this.")
    before: datetime | None = strawberry.field(default=UNSET, description="It is earlier than this.")


@strawberry.input(
    description="A condition on the value under a key; all parts that are given must hold, and with the key "
    "alone there is a value."
)
class PropertyMatch:
    """A condition on the value under a key."""

    key: str = strawberry.field(description="The key of the tag, or the name of the param.")
    text: TextMatch | None = strawberry.field(default=UNSET, description="The value is text like this.")
    number: NumberMatch | None = strawberry.field(
        default=UNSET, description="The value is a number like this."
    )
    boolean: bool | None = strawberry.field(default=UNSET, description="The value is this truth value.")


@strawberry.input(
    description="The key of a metric. Where one metric is meant, an absent part matches if that is "
    "unambiguous; in a filter it matches any. Null means that the metric has no such part."
)
class MetricKeyInput:
    """The key of a metric."""

    name: str = strawberry.field(
        description="The metric's name, without regard to case, blanks, `_` and `-`."
    )
    dataset: str | None = strawberry.field(default=UNSET, description="What it was measured on.")
    split: str | None = strawberry.field(default=UNSET, description="The part of the dataset.")
    slice: str | None = strawberry.field(default=UNSET, description="The part of the split.")
    conditions: list[ConditionInput] | None = strawberry.field(
        default=UNSET, description="All its named values; none where the list is empty."
    )
    source: MetricSource | None = strawberry.field(default=UNSET, description="Where it was measured.")
    unit: str | None = strawberry.field(default=UNSET, description="The unit of its values.")


@strawberry.input(description="A condition on the latest value of a metric.")
class MetricMatch:
    """A condition on the latest value of a metric."""

    key: MetricKeyInput = strawberry.field(description="The metric.")
    value: NumberMatch = strawberry.field(description="Its latest value; one that is not finite meets none.")


@strawberry.input(description="Which metrics are shown; all parts that are given must hold.")
class MetricFilter:
    """Which metrics are shown."""

    name: TextMatch | None = strawberry.field(
        default=UNSET, description="The metric's name; blanks, `_` and `-` are alike."
    )
    dataset: TextMatch | None = strawberry.field(default=UNSET, description="What it was measured on.")
    split: TextMatch | None = strawberry.field(default=UNSET, description="The part of the dataset.")
    source: list[MetricSource] | None = strawberry.field(
        default=UNSET, description="Where it was measured: any of these."
    )


@strawberry.input(description="Which models are admitted; all parts that are given must hold.")
class ModelFilter:
    """Which models are admitted."""

    and_: "list[ModelFilter] | None" = strawberry.field(
        default=UNSET, name="and", description="All of these hold."
    )
    or_: "list[ModelFilter] | None" = strawberry.field(
        default=UNSET, name="or", description="Any of these holds."
    )
    not_: "ModelFilter | None" = strawberry.field(
        default=UNSET, name="not", description="This does not hold."
    )
    namespace: TextMatch | None = strawberry.field(default=UNSET, description="The namespace's name.")
    name: TextMatch | None = strawberry.field(default=UNSET, description="The model's name.")
    task: TextMatch | None = strawberry.field(
        default=UNSET,
        description="The task; what it equals may be any of its names, the rest is of its canonical one.",
    )
    domain: TextMatch | None = strawberry.field(default=UNSET, description="Any of the domains.")
    framework: TextMatch | None = strawberry.field(default=UNSET, description="The framework.")
    architecture: TextMatch | None = strawberry.field(default=UNSET, description="The architecture.")
    family: TextMatch | None = strawberry.field(default=UNSET, description="The family.")
    license: TextMatch | None = strawberry.field(default=UNSET, description="The licence.")
    publisher: TextMatch | None = strawberry.field(default=UNSET, description="The publisher.")
    language: TextMatch | None = strawberry.field(default=UNSET, description="Any of the languages.")
    owner: strawberry.ID | None = strawberry.field(
        default=UNSET, description="A user or service account among the owners."
    )
    tag: PropertyMatch | None = strawberry.field(default=UNSET, description="A tag.")
    created_at: TimeMatch | None = strawberry.field(default=UNSET, description="When it was registered.")
    updated_at: TimeMatch | None = strawberry.field(default=UNSET, description="When it last changed.")
    any_version: "VersionFilter | None" = strawberry.field(
        default=UNSET, description="All of this holds for one and the same version."
    )
    latest_version: "VersionFilter | None" = strawberry.field(
        default=UNSET, description="This holds for the version with the highest number."
    )
    not_derived_from: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description="No version of it was made of, or learned from, any of these models, versions, datasets "
        "or external nodes, at any distance.",
    )
    deleted: DeletedMode | None = strawberry.field(
        default=DeletedMode.EXCLUDE,
        description="Whether deleted models are admitted; said in the outermost filter alone.",
    )


@strawberry.input(description="Which versions are admitted; all parts that are given must hold.")
class VersionFilter:
    """Which versions are admitted."""

    and_: "list[VersionFilter] | None" = strawberry.field(
        default=UNSET, name="and", description="All of these hold."
    )
    or_: "list[VersionFilter] | None" = strawberry.field(
        default=UNSET, name="or", description="Any of these holds."
    )
    not_: "VersionFilter | None" = strawberry.field(
        default=UNSET, name="not", description="This does not hold."
    )
    model: ModelFilter | None = strawberry.field(default=UNSET, description="Its model.")
    number: NumberMatch | None = strawberry.field(default=UNSET, description="Its number.")
    state: list[VersionState] | None = strawberry.field(default=UNSET, description="Its state: any of these.")
    stage: TextMatch | None = strawberry.field(default=UNSET, description="The name of its stage.")
    alias: TextMatch | None = strawberry.field(default=UNSET, description="Any alias that names it.")
    tag: PropertyMatch | None = strawberry.field(default=UNSET, description="A tag.")
    param: PropertyMatch | None = strawberry.field(default=UNSET, description="A param.")
    metric: MetricMatch | None = strawberry.field(default=UNSET, description="A metric.")
    dataset: strawberry.ID | None = strawberry.field(
        default=UNSET, description="A dataset, or one version of it, that it was made with."
    )
    made_with: strawberry.ID | None = strawberry.field(
        default=UNSET, description="An environment, a code revision or a signature that it was made with."
    )
    framework: TextMatch | None = strawberry.field(default=UNSET, description="What it runs on.")
    parameter_count: NumberMatch | None = strawberry.field(
        default=UNSET, description="How many weights it has."
    )
    size_bytes: NumberMatch | None = strawberry.field(default=UNSET, description="How large it is, in bytes.")
    created_at: TimeMatch | None = strawberry.field(default=UNSET, description="When it was registered.")
    released_at: TimeMatch | None = strawberry.field(default=UNSET, description="When it was published.")


@strawberry.input(description="Which datasets are admitted; all parts that are given must hold.")
class DatasetFilter:
    """Which datasets are admitted."""

    namespace: TextMatch | None = strawberry.field(default=UNSET, description="The namespace's name.")
    name: TextMatch | None = strawberry.field(default=UNSET, description="The dataset's name.")
    tag: PropertyMatch | None = strawberry.field(default=UNSET, description="A tag.")
    contains_pii: bool | None = strawberry.field(
        default=UNSET,
        description="What a version states of personal data; this, `revoked` and `license` hold for one and "
        "the same version.",
    )
    revoked: bool | None = strawberry.field(default=UNSET, description="Whether a version is revoked.")
    license: TextMatch | None = strawberry.field(default=UNSET, description="The licence of a version.")


@strawberry.input(description="Which changes are shown; all parts that are given must hold.")
class ChangeFilter:
    """Which changes are shown."""

    subject: strawberry.ID | None = strawberry.field(default=UNSET, description="What was changed.")
    actor: strawberry.ID | None = strawberry.field(default=UNSET, description="Who changed it.")
    action: TextMatch | None = strawberry.field(
        default=UNSET, description="What was done, such as `version.staged`."
    )
    at: TimeMatch | None = strawberry.field(default=UNSET, description="When.")
