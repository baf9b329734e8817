"""The models of some lines as they stand in the registry, read a few statements for many lines."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.statements import batched
from app.registry.finding import models_named
from app.registry.tables import Alias, ModelVersion, Param, RegisteredModel
from app.transfer.interchange import ModelLine
from app.transfer.standing import IDS_A_STATEMENT, namespace_ids, tags_of


@dataclass(frozen=True, slots=True)
class StandingVersion:
    """A version that is there."""

    row: ModelVersion
    params: Mapping[str, Any]
    tags: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StandingModel:
    """A model that is there.

    Attributes:
        versions: Its versions by number.
        aliases: The numbers that its aliases point at.
    """

    row: RegisteredModel
    tags: Mapping[str, Any]
    versions: Mapping[int, StandingVersion]
    aliases: Mapping[str, int]


def standing_models(
    session: ReadSession, records: Sequence[ModelLine]
) -> dict[tuple[str, str], StandingModel]:
    """Return the models of `records` that are there, by namespace and name."""
    rows = _rows(session, records)
    ids = sorted(row.id for row in rows.values())
    if not ids:
        return {}
    versions = _versions(session, ids)
    tags = tags_of(session, ids)
    aliases = _aliases(session, ids)
    return {
        key: StandingModel(row, tags.get(row.id, {}), versions.get(row.id, {}), aliases.get(row.id, {}))
        for key, row in rows.items()
    }


def _rows(session: ReadSession, records: Sequence[ModelLine]) -> dict[tuple[str, str], RegisteredModel]:
    rows = {}
    for namespace, namespace_id in namespace_ids(session, {record.namespace for record in records}).items():
        names = sorted({record.name for record in records if record.namespace == namespace})
        for some in batched(names, IDS_A_STATEMENT):
            for name, row in models_named(session, namespace_id, some).items():
                rows[namespace, name] = row
    return rows


def _versions(session: ReadSession, model_ids: Sequence[str]) -> dict[str, dict[int, StandingVersion]]:
    rows: list[ModelVersion] = []
    for some in batched(model_ids, IDS_A_STATEMENT):
        rows += session.exec(select(ModelVersion).where(col(ModelVersion.model_id).in_(some)))
    ids = sorted(row.id for row in rows)
    tags, params = tags_of(session, ids), _params(session, ids)
    versions: dict[str, dict[int, StandingVersion]] = defaultdict(dict)
    for row in rows:
        versions[row.model_id][row.number] = StandingVersion(
            row, params.get(row.id, {}), tags.get(row.id, {})
        )
    return versions


def _params(session: ReadSession, version_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    params: dict[str, dict[str, Any]] = defaultdict(dict)
    for some in batched(version_ids, IDS_A_STATEMENT):
        statement = select(Param.version_id, Param.name, Param.value).where(col(Param.version_id).in_(some))
        for version_id, name, value in session.execute(statement):
            params[version_id][name] = value
    return params


def _aliases(session: ReadSession, model_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    aliases: dict[str, dict[str, int]] = defaultdict(dict)
    for some in batched(model_ids, IDS_A_STATEMENT):
        statement = (
            select(Alias.model_id, Alias.name, ModelVersion.number)
            .join(ModelVersion, col(ModelVersion.id) == Alias.version_id)
            .where(col(Alias.model_id).in_(some))
        )
        for model_id, name, number in session.execute(statement):
            aliases[model_id][name] = number
    return aliases
