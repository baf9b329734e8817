"""The inputs of queries and mutations, and how they become what the registry takes."""

from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import strawberry
from pydantic.alias_generators import to_camel, to_snake
from strawberry import UNSET

from app.errors import InvalidInput, Refusals
from app.graphql.enums import DatasetRole, LineageRelation, MetricSource, NonFinite
from app.graphql.scalars import JSON, URI, BigInt
from app.registry.drafts import AnyDraft, draft


@strawberry.input(description="A name within a namespace.")
class QualifiedName:
    """A name within a namespace."""

    namespace: str | None = strawberry.field(default="default", description="The namespace's name.")
    name: str = strawberry.field(description="The name.")


@strawberry.input(one_of=True, description="Names a model, one way.")
class RegisteredModelBy:
    """Names a model, one way."""

    id: strawberry.ID | None = strawberry.field(default=UNSET, description="By its id.")
    name: QualifiedName | None = strawberry.field(default=UNSET, description="By its name.")


@strawberry.input(description="Names a version by its number.")
class VersionByNumber:
    """Names a version by its number."""

    model: QualifiedName = strawberry.field(description="The model.")
    number: int = strawberry.field(description="The version's number.")


@strawberry.input(description="Names a version by an alias.")
class VersionByAlias:
    """Names a version by an alias."""

    model: QualifiedName = strawberry.field(description="The model.")
    alias: str = strawberry.field(description="The alias; `latest` is the version with the highest number.")


@strawberry.input(description="Names the newest version in a stage.")
class VersionByStage:
    """Names the newest version in a stage."""

    model: QualifiedName = strawberry.field(description="The model.")
    stage: str = strawberry.field(description="The stage.")


@strawberry.input(one_of=True, description="Names a version, one way.")
class ModelVersionBy:
    """Names a version, one way."""

    id: strawberry.ID | None = strawberry.field(default=UNSET, description="By its id.")
    number: VersionByNumber | None = strawberry.field(default=UNSET, description="By its number.")
    alias: VersionByAlias | None = strawberry.field(default=UNSET, description="By an alias.")
    stage: VersionByStage | None = strawberry.field(default=UNSET, description="The newest in a stage.")


@strawberry.input(one_of=True, description="Names a dataset, one way.")
class DatasetBy:
    """Names a dataset, one way."""

    id: strawberry.ID | None = strawberry.field(default=UNSET, description="By its id.")
    name: QualifiedName | None = strawberry.field(default=UNSET, description="By its name.")


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


@strawberry.input(description="The facts of a model; what is absent is not stated.")
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


PAIRS = {"tags": "key", "params": "name", "conditions": "name"}
"""Lists of pairs that the registry takes as mappings, and what each entry is told apart by."""


def drafted(kind: type[AnyDraft], given: Any, *names: str) -> AnyDraft:
    """Check an input, or those of its fields that `names` lists, and make a draft of it.

    Raises:
        Refusals: Every rule that a value breaks, each with the path of its field in the input.
        InvalidInput: A key stands twice in a list of pairs.
    """
    values = plain(given)
    wanted = {to_camel(name) for name in names} or values.keys()
    try:
        return draft(kind, {name: value for name, value in values.items() if name in wanted})
    except Refusals as refusals:
        for error in refusals.errors:
            error.field = _path_in(given, error.field)
        raise


def plain(given: Any, path: tuple[str, ...] = ()) -> Any:
    """Return an input as plain values by the names of its fields; what is absent or null is left out.

    Raises:
        InvalidInput: A key stands twice in a list of pairs.
    """
    if isinstance(given, Enum):
        return given.name
    if isinstance(given, list):
        return [plain(item, (*path, str(index))) for index, item in enumerate(given)]
    if not is_dataclass(given):
        return given
    values: dict[str, Any] = {}
    for field in fields(given):
        value = getattr(given, field.name)
        if value is UNSET or value is None:
            continue
        name = to_camel(field.name)
        values[name] = _mapping(value, (*path, name)) if name in PAIRS else plain(value, (*path, name))
    return values


def _path_in(given: Any, path: tuple[str, ...]) -> tuple[str, ...]:
    """Return a path through an input as the client wrote it: an entry of a list of pairs by its place."""
    found: list[str] = []
    here, name = given, ""
    for part in path:
        if not isinstance(here, list):
            here, name = getattr(here, to_snake(part), None), part
            found.append(part)
            continue
        if name in PAIRS:
            places = [str(index) for index, pair in enumerate(here) if getattr(pair, PAIRS[name]) == part]
            return (*found, *places[:1])
        here, name = here[int(part)], ""
        found.append(part)
    return tuple(found)


def _mapping(pairs: list[Any], path: tuple[str, ...]) -> dict[str, Any]:
    name = PAIRS[path[-1]]
    values: dict[str, Any] = {}
    for index, pair in enumerate(pairs):
        key = getattr(pair, name)
        if key in values:
            raise InvalidInput(f"{path[-1]}: {key!r} is given twice", field=[*path, str(index), name])
        values[key] = pair.value
    return values
