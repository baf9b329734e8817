"""The models of some lines as they stand in the registry, read a few statements for many lines."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.statements import VALUES_A_STATEMENT, batched
from app.identity.principals import principals_by_id
from app.registry.drafts import QualifiedName
from app.registry.reading.finding import models_named
from app.registry.reading.listing import tags_of
from app.registry.tables import Alias, ModelVersion, Namespace, Param, RegisteredModel
from app.transfer.interchange import ModelLine
from app.transfer.standing import namespace_ids


@dataclass(frozen=True, slots=True)
class StandingVersion:
    """A version that is there, last changed at `updated_at`, before the lines were settled."""

    row: ModelVersion
    updated_at: datetime
    params: Mapping[str, Any]
    tags: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StandingModel:
    """A model that is there.

    Attributes:
        updated_at: When it was last changed, before the lines were settled.
        retired: Whether it was retired before.
        owners: The names of its owners.
        replacement: The name of what to take instead, when it is retired and says so.
        versions: Its versions by number.
        aliases: The numbers that its aliases point at.
    """

    row: RegisteredModel
    updated_at: datetime
    retired: bool
    owners: Sequence[str]
    replacement: QualifiedName | None
    tags: Mapping[str, Any]
    versions: Mapping[int, StandingVersion]
    aliases: Mapping[str, int]


def standing_models(
    session: ReadSession, records: Sequence[ModelLine]
) -> dict[tuple[str, str], StandingModel]:
    """Return the models of `records` that are there, by namespace and name."""
    rows = models_at(session, records)
    ids = sorted(row.id for row in rows.values())
    if not ids:
        return {}
    versions = _versions(session, ids)
    tags = tags_of(session, ids)
    aliases = _aliases(session, ids)
    people = principals_by_id(session, {owner for row in rows.values() for owner in row.owners})
    replacements = _names(session, {row.replacement_id for row in rows.values() if row.replacement_id})
    return {
        key: StandingModel(
            row=row,
            updated_at=row.updated_at,
            retired=row.retired_at is not None,
            owners=[people[owner].name for owner in row.owners],
            replacement=replacements.get(row.replacement_id or ""),
            tags=tags.get(row.id, {}),
            versions=versions.get(row.id, {}),
            aliases=aliases.get(row.id, {}),
        )
        for key, row in rows.items()
    }


def models_at(
    session: ReadSession, places: Iterable[ModelLine | QualifiedName]
) -> dict[tuple[str, str], RegisteredModel]:
    """Return the models that are there of those with these names, by namespace and name."""
    wanted = {(place.namespace, place.name) for place in places}
    rows = {}
    for namespace, namespace_id in namespace_ids(session, {namespace for namespace, _ in wanted}).items():
        names = sorted(name for within, name in wanted if within == namespace)
        for some in batched(names, VALUES_A_STATEMENT):
            for name, row in models_named(session, namespace_id, some).items():
                rows[namespace, name] = row
    return rows


def _versions(session: ReadSession, model_ids: Sequence[str]) -> dict[str, dict[int, StandingVersion]]:
    rows: list[ModelVersion] = []
    for some in batched(model_ids, VALUES_A_STATEMENT):
        rows += session.exec(select(ModelVersion).where(col(ModelVersion.model_id).in_(some)))
    ids = sorted(row.id for row in rows)
    tags, params = tags_of(session, ids), _params(session, ids)
    versions: dict[str, dict[int, StandingVersion]] = defaultdict(dict)
    for row in rows:
        versions[row.model_id][row.number] = StandingVersion(
            row, row.updated_at, params.get(row.id, {}), tags.get(row.id, {})
        )
    return versions


def _params(session: ReadSession, version_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    params: dict[str, dict[str, Any]] = defaultdict(dict)
    for some in batched(version_ids, VALUES_A_STATEMENT):
        statement = select(Param.version_id, Param.name, Param.value).where(col(Param.version_id).in_(some))
        for version_id, name, value in session.execute(statement):
            params[version_id][name] = value
    return params


def _aliases(session: ReadSession, model_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    aliases: dict[str, dict[str, int]] = defaultdict(dict)
    for some in batched(model_ids, VALUES_A_STATEMENT):
        statement = (
            select(Alias.model_id, Alias.name, ModelVersion.number)
            .join(ModelVersion, col(ModelVersion.id) == Alias.version_id)
            .where(col(Alias.model_id).in_(some))
        )
        for model_id, name, number in session.execute(statement):
            aliases[model_id][name] = number
    return aliases


def _names(session: ReadSession, model_ids: Iterable[str]) -> dict[str, QualifiedName]:
    named = (
        select(RegisteredModel.id, Namespace.name, RegisteredModel.name)
        .join(Namespace, col(Namespace.id) == RegisteredModel.namespace_id)
        .where(col(RegisteredModel.id).in_(model_ids))
    )
    return {
        model_id: QualifiedName.model_construct(namespace=namespace, name=name)
        for model_id, namespace, name in session.execute(named)
    }
