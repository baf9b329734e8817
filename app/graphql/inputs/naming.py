"""Naming a model, version or dataset, and finding it; what is not there names the input's own field."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

import strawberry
from strawberry import UNSET

from app.db.engine import ReadSession
from app.errors import HolotypeError, NotFound
from app.graphql.inputs.drafting import below
from app.registry import drafts
from app.registry import tables as rows
from app.registry.drafts.rules import composed
from app.registry.reading.finding import (
    ModelBy,
    VersionBy,
    find_dataset,
    find_model,
    find_namespaces,
    find_version,
)
from app.registry.reading.finding_many import known_versions

By = TypeVar("By", ModelBy, VersionBy)
Found = TypeVar("Found", rows.RegisteredModel, rows.ModelVersion)

MODEL_FIELDS = {"namespace", "name"}


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
    alias: str = strawberry.field(
        description="The alias; `latest` is the version with the highest number, in any state."
    )


@strawberry.input(description="Names the highest semantic version within a range.")
class VersionBySemver:
    """Names the highest semantic version within a range."""

    model: QualifiedName = strawberry.field(description="The model.")
    range: str = strawberry.field(
        description="A version or a range as npm writes it: `1.4.2`, `^1.4`, `~1.2.3`, `>=1.0 <2`. A range "
        "leads only to what is READY, and to a prerelease only where it names one of the same version."
    )


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
    semver: VersionBySemver | None = strawberry.field(
        default=UNSET, description="The highest semantic version within a range."
    )
    stage: VersionByStage | None = strawberry.field(default=UNSET, description="The newest in a stage.")


@strawberry.input(one_of=True, description="Names a dataset, one way.")
class DatasetBy:
    """Names a dataset, one way."""

    id: strawberry.ID | None = strawberry.field(default=UNSET, description="By its id.")
    name: QualifiedName | None = strawberry.field(default=UNSET, description="By its name.")


def named_namespace(session: ReadSession, name: str) -> rows.Namespace:
    """Return the namespace `name`.

    Raises:
        InvalidInput: The name is text that no store can keep.
        NotFound: There is none; the nearest names are suggested.
    """
    with below("name"):
        wanted = composed(name)
    try:
        return find_namespaces(session, [wanted])[wanted]
    except NotFound as missing:
        missing.field = ("name",)
        raise


def named_model(session: ReadSession, by: RegisteredModelBy) -> rows.RegisteredModel:
    """Return the model that `by` names.

    Raises:
        InvalidInput: The id is malformed or of another kind.
        NotFound: There is none; the nearest names are suggested.
    """
    if by.name:
        with below("name"):
            return _found(session, find_model, _qualified(by.name))
    return _found(session, find_model, ModelBy(id=str(by.id)))


def named_dataset(session: ReadSession, by: DatasetBy) -> rows.Dataset:
    """Return the dataset that `by` names.

    Raises:
        InvalidInput: The id is malformed or of another kind, or the name is text that no store can keep.
        NotFound: There is none; the nearest names are suggested.
    """
    # What is looked up need not obey the rules of what is registered.
    if not by.name:
        return find_dataset(session, drafts.DatasetBy.model_construct(id=str(by.id), name=None))
    with below("name"):
        with below("namespace"):
            namespace = composed(by.name.namespace or "default")
        with below("name"):
            name = composed(by.name.name)
        qualified = drafts.QualifiedName.model_construct(namespace=namespace, name=name)
        return find_dataset(session, drafts.DatasetBy.model_construct(id=None, name=qualified))


def named_version(session: ReadSession, by: ModelVersionBy) -> rows.ModelVersion:
    """Return the version that `by` names.

    Raises:
        InvalidInput: The id is malformed or of another kind.
        NotFound: There is none; the nearest are suggested.
    """
    way, wanted = _asked(by)
    try:
        return _found(session, find_version, wanted)
    except HolotypeError as refusal:
        if wanted.model is None:
            raise
        inner = ("model",) if refusal.field[:1] and refusal.field[0] in MODEL_FIELDS else ()
        raise refusal.within(way, *inner) from None


def named_versions(session: ReadSession, given: Sequence[ModelVersionBy]) -> list[rows.ModelVersion]:
    """Return the versions that `given` names, in its order; those named plainly are read at once.

    Raises:
        InvalidInput: An id is malformed or of another kind.
        NotFound: There is none; the nearest are suggested.
    """
    known = known_versions(session, {_asked(by)[1] for by in given})
    found = []
    for index, by in enumerate(given):
        with below(str(index)):
            found.append(known.get(_asked(by)[1]) or named_version(session, by))
    return found


def _found(session: ReadSession, find: Callable[[ReadSession, By], Found], by: By) -> Found:
    """Find what `by` names; say of what was not there in the past when it was made, if it is there by now.

    Raises:
        InvalidInput: The id is malformed or of another kind.
        NotFound: There is none, or none as of the session's moment.
    """
    try:
        return find(session, by)
    except NotFound as missing:
        if session.as_of is None:
            raise
        missing.message += f", as of {session.as_of.at.isoformat()}"
        with suppress(NotFound):
            row = find(session.present, by)
            if row.created_at > session.as_of.at:
                missing.message += f"; {row.id} was registered at {row.created_at.isoformat()}"
        raise


def _asked(by: ModelVersionBy) -> tuple[str, VersionBy]:
    """Return the field of the input that names the version, and how the registry is asked for it."""
    if by.number:
        return "number", VersionBy(model=_qualified(by.number.model), number=by.number.number)
    if by.alias:
        return "alias", VersionBy(model=_qualified(by.alias.model), alias=by.alias.alias)
    if by.semver:
        return "semver", VersionBy(model=_qualified(by.semver.model), semver=by.semver.range)
    if by.stage:
        return "stage", VersionBy(model=_qualified(by.stage.model), stage=by.stage.stage)
    return "id", VersionBy(id=str(by.id))


def _qualified(given: QualifiedName) -> ModelBy:
    return ModelBy(namespace=given.namespace or "default", name=given.name)
