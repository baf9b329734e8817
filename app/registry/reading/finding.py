"""Finding entities by id or natural key; what is not there comes back with the nearest names."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam
from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.ids import kind_of, of_past
from app.db.text import fold, nearest
from app.errors import InvalidInput, NotFound
from app.registry.drafts import DatasetBy
from app.registry.drafts.rules import LATEST, check_characters, composed, numbered
from app.registry.reading.holding import hold_models_of, kept
from app.registry.reading.listing import known_namespaces
from app.registry.reading.redirects import redirected
from app.registry.reading.semver import highest_within
from app.registry.tables import Alias, Dataset, DatasetVersion, ModelVersion, Namespace, RegisteredModel

_NAMED = (
    select(RegisteredModel, Namespace)
    .join(Namespace, col(Namespace.id) == RegisteredModel.namespace_id)
    .where(
        Namespace.name == bindparam("namespace"),
        RegisteredModel.name == bindparam("name"),
        col(RegisteredModel.deleted_at).is_(None),
    )
)

KINDS = {
    "mdl": "a model",
    "ver": "a model version",
    "dst": "a dataset",
    "dsv": "a dataset version",
    "nsp": "a namespace",
    "tsk": "a task",
    "mtd": "a metric definition",
    "chg": "a change",
    "lin": "a lineage edge",
    "ext": "an external node",
    "env": "an environment",
    "cod": "a code revision",
    "sig": "a signature",
    "usr": "a user",
    "sva": "a service account",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelBy:
    """A model, by id or by name within a namespace."""

    id: str | None = None
    namespace: str = "default"
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionBy:
    """A version: by id, or by number, alias, stage or semantic version of a model; else its newest.

    The alias ``latest`` is the newest, ``v3`` is number 3. `semver` is a range
    (`app.registry.reading.semver`), which names the highest version within.
    """

    id: str | None = None
    model: ModelBy | None = None
    number: int | None = None
    alias: str | None = None
    semver: str | None = None
    stage: str | None = None


def require_kind(entity_id: str, *prefixes: str, field: Sequence[str] = ("id",)) -> str:
    """Return `entity_id` when it is a well-formed id of one of the kinds `prefixes`, or of any without them.

    Raises:
        InvalidInput: It is no id, the id of a past state, or the id of another kind of thing.
    """
    if past := of_past(entity_id):
        message = f"{entity_id} is the id of a past state, which only node looks up; {past[0]} is the thing's"
        raise InvalidInput(message, field=field, suggestions=past[:1])
    kind = kind_of(entity_id)
    prefixes = prefixes or tuple(KINDS)
    wanted = " or ".join(KINDS[prefix] for prefix in prefixes) if len(prefixes) < len(KINDS) else "a thing"
    if kind is None or kind not in KINDS:
        raise InvalidInput(f"{entity_id[:80]!r} is not an id; the id of {wanted} is needed", field=field)
    if kind not in prefixes:
        raise InvalidInput(f"{entity_id} is the id of {KINDS[kind]}; that of {wanted} is needed", field=field)
    return entity_id


def find_namespaces(session: ReadSession, names: Collection[str]) -> dict[str, Namespace]:
    """Return the namespaces with these names.

    Raises:
        NotFound: One of them does not exist; the nearest names are suggested.
    """
    rows = session.exec(select(Namespace).where(col(Namespace.name).in_(names)))
    found = {row.name: row for row in rows}
    known_namespaces(session).update((row.id, row) for row in found.values())
    for name in names:
        if name not in found:
            known = session.exec(select(Namespace.name)).all()
            raise NotFound(
                f"there is no namespace {name!r}", field=["namespace"], suggestions=nearest(name, known)
            )
    return found


def find_model(session: ReadSession, by: ModelBy) -> RegisteredModel:
    """Return the living model that `by` names, by its name or by one that it had.

    A writer holds what it finds: whoever changes a model, or anything of it, holds the model.

    Raises:
        InvalidInput: The id is malformed or of another kind.
        NotFound: There is none; the nearest names of the namespace are suggested.
    """
    if by.id is not None:
        statement = select(RegisteredModel).where(RegisteredModel.id == require_kind(by.id, "mdl"))
        living = statement.where(col(RegisteredModel.deleted_at).is_(None))
        found = session.exec(kept(session, living)).first()
        if found is None:
            raise NotFound(f"there is no model {by.id}", field=["id"])
        return found
    return _named(session, composed(by.namespace), composed(by.name))


def _named(session: ReadSession, namespace_name: str, name: str) -> RegisteredModel:
    statement = kept(session, _NAMED, of=RegisteredModel)
    for model, namespace in session.exec(statement, params={"namespace": namespace_name, "name": name}):
        known_namespaces(session)[namespace.id] = namespace
        return model
    owner = find_namespaces(session, [namespace_name])[namespace_name]
    if renamed := redirected(session, owner.id, name):
        return renamed
    raise NotFound(
        f"there is no model {name!r} in namespace {owner.name!r}",
        field=["name"],
        suggestions=[*_elsewhere(session, name), *nearest(name, _model_names(session, owner.id))],
    )


def _elsewhere(session: ReadSession, name: str) -> Sequence[str]:
    """Return the models of any namespace that have a name, as ``NAMESPACE/MODEL``."""
    statement = (
        select(Namespace.name, RegisteredModel.name)
        .join(RegisteredModel, col(RegisteredModel.namespace_id) == Namespace.id)
        .where(RegisteredModel.name_folded == fold(name), col(RegisteredModel.deleted_at).is_(None))
        .order_by(Namespace.name, RegisteredModel.name)
        .limit(5)
    )
    return [f"{namespace}/{model}" for namespace, model in session.exec(statement)]


def models_named(
    session: ReadSession, namespace_id: str, names: Collection[str]
) -> dict[str, RegisteredModel]:
    """Return the living models of a namespace that have one of these names, by name."""
    statement = select(RegisteredModel).where(
        RegisteredModel.namespace_id == namespace_id,
        col(RegisteredModel.name).in_(names),
        col(RegisteredModel.deleted_at).is_(None),
    )
    rows = session.exec(kept(session, statement.order_by(col(RegisteredModel.id))))
    return {row.name: row for row in rows}


def find_version(session: ReadSession, by: VersionBy) -> ModelVersion:
    """Return the living version that `by` names.

    Raises:
        InvalidInput: The id is malformed or of another kind.
        NotFound: There is none; the nearest numbers, aliases or versions are suggested.
    """
    living = select(ModelVersion).where(col(ModelVersion.deleted_at).is_(None))
    if by.id is not None:
        hold_models_of(session, [require_kind(by.id, "ver")])
        found = session.exec(living.where(ModelVersion.id == by.id)).first()
        if found is None:
            raise NotFound(f"there is no model version {by.id}", field=["id"])
        return found
    if by.model is None:
        raise InvalidInput("a version is named by its id or by its model", field=["model"])
    model = find_model(session, by.model)
    mine = living.where(ModelVersion.model_id == model.id).order_by(col(ModelVersion.number).desc())
    number = numbered(by.alias) if by.alias is not None else by.number
    if number is not None:
        mine = mine.where(ModelVersion.number == number)
    elif by.alias is not None and by.alias != LATEST:
        name = check_characters(by.alias)
        mine = mine.join(Alias, col(Alias.version_id) == ModelVersion.id).where(Alias.name == name)
    elif by.semver is not None:
        mine = mine.where(col(ModelVersion.semver).is_not(None))
    elif by.stage is not None:
        mine = mine.where(ModelVersion.stage == check_characters(by.stage))
    if by.semver is None:
        found = session.exec(mine.limit(1)).first()
    else:
        found = highest_within(session.exec(mine), by.semver)
    if found is None:
        raise _no_such_version(session, model, by)
    return found


def find_dataset(session: ReadSession, by: DatasetBy) -> Dataset:
    """Return the dataset that `by` names.

    Raises:
        InvalidInput: The id is malformed or of another kind.
        NotFound: There is none; the nearest names of the namespace are suggested.
    """
    if by.id is not None:
        found = session.exec(select(Dataset).where(Dataset.id == require_kind(by.id, "dst"))).first()
        if found is None:
            raise NotFound(f"there is no dataset {by.id}", field=["id"])
        return found
    name = by.name
    assert name is not None, "a DatasetBy names one way"  # noqa: S101 - held by the draft
    namespace = find_namespaces(session, [name.namespace])[name.namespace]
    mine = select(Dataset).where(Dataset.namespace_id == namespace.id)
    found = session.exec(mine.where(Dataset.name == name.name)).first()
    if found is None:
        known = session.exec(select(Dataset.name).where(Dataset.namespace_id == namespace.id)).all()
        raise NotFound(
            f"there is no dataset {name.name!r} in namespace {name.namespace!r}",
            field=["name"],
            suggestions=nearest(name.name, known),
        )
    return found


def find_dataset_version(session: ReadSession, dataset: Dataset, label: str | None) -> DatasetVersion:
    """Return the version `label` of a dataset, or its newest.

    Raises:
        NotFound: There is none; the labels that exist are suggested.
    """
    versions = session.exec(
        select(DatasetVersion)
        .where(DatasetVersion.dataset_id == dataset.id)
        .order_by(col(DatasetVersion.created_at).desc(), col(DatasetVersion.id).desc())
    ).all()
    for version in versions:
        if label in {None, version.label}:
            return version
    labels = [version.label for version in versions]
    wanted = f"version {label!r}" if label else "version yet"
    raise NotFound(
        f"dataset {dataset.name!r} has no {wanted}",
        field=["label"],
        suggestions=nearest(label, labels) if label else labels,
    )


def _model_names(session: ReadSession, namespace_id: str) -> Sequence[str]:
    return session.exec(
        select(RegisteredModel.name).where(
            RegisteredModel.namespace_id == namespace_id, col(RegisteredModel.deleted_at).is_(None)
        )
    ).all()


def _no_such_version(session: ReadSession, model: RegisteredModel, by: VersionBy) -> NotFound:
    """Say what the model has instead of what was asked for."""
    versions = session.exec(
        select(ModelVersion)
        .where(ModelVersion.model_id == model.id, col(ModelVersion.deleted_at).is_(None))
        .order_by(col(ModelVersion.number).desc())
    ).all()
    field, wanted, known = _asked_for(session, model, by, versions)
    if wanted is None:
        return NotFound(f"model {model.name!r} has no version yet", field=["model"])
    return NotFound(
        f"model {model.name!r} has no version with {field} {wanted!r}",
        field=[field],
        suggestions=list(dict.fromkeys(text for text in known if text))[:5],
    )


def _asked_for(
    session: ReadSession, model: RegisteredModel, by: VersionBy, versions: Sequence[ModelVersion]
) -> tuple[str, str | int | None, Iterable[str | None]]:
    """Return the field that was asked by, the value asked for, and what there is instead, best first."""
    if by.alias is not None:
        aliases = session.exec(select(Alias.name).where(Alias.model_id == model.id)).all()
        return "alias", by.alias, nearest(by.alias, aliases) or aliases
    if by.number is not None:
        wanted = by.number
        numbers = sorted((version.number for version in versions), key=lambda number: abs(number - wanted))
        return "number", wanted, map(str, numbers)
    if by.semver is not None:
        semvers = [version.semver for version in versions if version.semver]
        return "range", by.semver, nearest(by.semver, semvers) or semvers
    return "stage", by.stage, (version.stage for version in versions)
