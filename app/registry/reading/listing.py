"""Lists of what is registered, in pages, and what belongs to many entities at once."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, true
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.db.cursors import Order, named
from app.db.engine import ReadSession
from app.db.paging import Page, PageRequest, Parents, list_page, list_pages
from app.db.statements import GIVEN, VALUES_A_STATEMENT, batched
from app.registry.reading.filtering import model_condition, version_condition
from app.registry.tables import Alias, ModelVersion, Namespace, Param, RegisteredModel, Tag
from app.search.filters import All, Filter


def _latest(*further: ColumnElement[bool]) -> SelectOfScalar[ModelVersion]:
    living = and_(col(ModelVersion.model_id).in_(GIVEN), col(ModelVersion.deleted_at).is_(None), *further)
    highest = (
        select(ModelVersion.model_id, func.max(ModelVersion.number).label("number"))
        .where(living)
        .group_by(col(ModelVersion.model_id))
        .subquery()
    )
    return select(ModelVersion).join(
        highest, (highest.c.model_id == ModelVersion.model_id) & (highest.c.number == ModelVersion.number)
    )


_LATEST = _latest()
_LATEST_STAGED = _latest(col(ModelVersion.stage) == bindparam("stage"))
_PARAMETER_COUNTS = (
    select(ModelVersion.model_id, ModelVersion.parameter_count)
    .where(
        col(ModelVersion.model_id).in_(GIVEN),
        col(ModelVersion.deleted_at).is_(None),
        col(ModelVersion.parameter_count).is_not(None),
    )
    .distinct()
    .order_by(col(ModelVersion.model_id), col(ModelVersion.parameter_count))
)
_NAMESPACES = select(Namespace).where(col(Namespace.id).in_(GIVEN))
_MODELS = select(RegisteredModel).where(
    col(RegisteredModel.id).in_(GIVEN), col(RegisteredModel.deleted_at).is_(None)
)
_TAGS = (
    select(Tag.subject_id, Tag.key, Tag.value).where(col(Tag.subject_id).in_(GIVEN)).order_by(col(Tag.key))
)


class ModelOrder(StrEnum):
    """What a list of models is ordered by: the columns, the last of which tells equals apart."""

    NAME = "name_folded"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


class Deleted(StrEnum):
    """Whether deleted models are listed."""

    EXCLUDE = "EXCLUDE"
    INCLUDE = "INCLUDE"
    ONLY = "ONLY"


class VersionOrder(StrEnum):
    """What a list of versions is ordered by."""

    NUMBER = "number"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


def list_models(
    session: ReadSession,
    request: PageRequest,
    *,
    admitted: Filter = All(),  # noqa: B008 - a frozen value
    deleted: Deleted = Deleted.EXCLUDE,
    order: ModelOrder = ModelOrder.NAME,
    descending: bool = False,
    counted: bool = False,
) -> Page[RegisteredModel]:
    """Return a page of the models that the filter admits, living ones unless deleted ones are asked for."""
    statement = select(RegisteredModel).where(_shown(deleted), model_condition(admitted))
    name = named("models", {"filter": repr(admitted), "deleted": deleted, **_asked(session)})
    return list_page(session, statement, Order(name, (order, "id"), descending), request, counted=counted)


def models_in(
    session: ReadSession,
    namespace_ids: Collection[str],
    request: PageRequest,
    *,
    admitted: Filter = All(),  # noqa: B008 - a frozen value
    deleted: Deleted = Deleted.EXCLUDE,
    order: ModelOrder = ModelOrder.NAME,
    descending: bool = False,
    counted: bool = False,
) -> dict[str, Page[RegisteredModel]]:
    """Return the same page of the models of many namespaces, by namespace."""
    statement = select(RegisteredModel).where(_shown(deleted), model_condition(admitted))
    name = named("models_in", {"filter": repr(admitted), "deleted": deleted})
    by = Order(name, (order, "id"), descending)
    return list_pages(
        session, statement, Parents("namespace_id", namespace_ids), by, request, counted=counted
    )


def _asked(session: ReadSession) -> dict[str, str]:
    """Return how the list's moment of the past was asked for, which is a part of what the list is."""
    return {"as_of": session.as_of.asked} if session.as_of else {}


def _shown(deleted: Deleted) -> ColumnElement[bool]:
    match deleted:
        case Deleted.EXCLUDE:
            return col(RegisteredModel.deleted_at).is_(None)
        case Deleted.ONLY:
            return col(RegisteredModel.deleted_at).is_not(None)
    return true()


def list_versions(
    session: ReadSession,
    request: PageRequest,
    *,
    admitted: Filter = All(),  # noqa: B008 - a frozen value
    order: VersionOrder = VersionOrder.CREATED_AT,
    descending: bool = True,
    counted: bool = False,
) -> Page[ModelVersion]:
    """Return a page of the living versions that the filter admits."""
    statement = select(ModelVersion).where(
        col(ModelVersion.deleted_at).is_(None), version_condition(admitted)
    )
    name = named("versions", {"filter": repr(admitted), **_asked(session)})
    return list_page(session, statement, Order(name, (order, "id"), descending), request, counted=counted)


def versions_of(
    session: ReadSession,
    model_ids: Collection[str],
    request: PageRequest,
    *,
    admitted: Filter = All(),  # noqa: B008 - a frozen value
    order: VersionOrder = VersionOrder.NUMBER,
    descending: bool = True,
    counted: bool = False,
) -> dict[str, Page[ModelVersion]]:
    """Return the same page of the versions of many models that the filter admits, by model."""
    statement = select(ModelVersion).where(
        col(ModelVersion.deleted_at).is_(None), version_condition(admitted)
    )
    by = Order(named("versions_of", {"filter": repr(admitted)}), (order, "id"), descending)
    return list_pages(session, statement, Parents("model_id", model_ids), by, request, counted=counted)


def parameter_counts(session: ReadSession, model_ids: Collection[str]) -> dict[str, list[int]]:
    """Return how many weights the living versions of models have, ascending, by model."""
    counts: dict[str, list[int]] = {}
    for model_id, count in session.execute(_PARAMETER_COUNTS, {"given": list(model_ids)}):
        counts.setdefault(model_id, []).append(count)
    return counts


def latest_versions(
    session: ReadSession, model_ids: Collection[str], stage: str | None = None
) -> dict[str, ModelVersion]:
    """Return the version with the highest number of each model, within a stage if one is given."""
    given = {"given": list(model_ids)}
    if stage is None:
        rows = session.exec(_LATEST, params=given)
    else:
        rows = session.exec(_LATEST_STAGED, params={**given, "stage": stage})
    return {row.model_id: row for row in rows}


def tags_of(session: ReadSession, subject_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return the tags of entities, by entity and key and in the order of their keys."""
    tags: dict[str, dict[str, Any]] = {}
    for some in batched(list(subject_ids), VALUES_A_STATEMENT):
        for subject_id, key, value in session.execute(_TAGS, {"given": some}):
            tags.setdefault(subject_id, {})[key] = value
    return tags


def aliases_of(session: ReadSession, model_ids: Collection[str]) -> dict[str, list[Alias]]:
    """Return the aliases of models, by model and in the order of their names."""
    aliases: dict[str, list[Alias]] = {}
    for alias in session.exec(
        select(Alias).where(col(Alias.model_id).in_(model_ids)).order_by(col(Alias.name))
    ):
        aliases.setdefault(alias.model_id, []).append(alias)
    return aliases


def params_of(
    session: ReadSession, version_ids: Collection[str], request: PageRequest, *, counted: bool = False
) -> dict[str, Page[Param]]:
    """Return the same page of the params of many versions, by version and in the order of their names."""
    order, parents = Order("params", ("name",)), Parents("version_id", version_ids)
    return list_pages(session, select(Param), parents, order, request, counted=counted)


def known_namespaces(session: ReadSession) -> dict[str, Namespace]:
    """Return the namespaces that a session has read, by id; whoever reads another may add it."""
    known: dict[str, Namespace] = session.info.setdefault(Namespace, {})
    return known


def namespaces_by_id(session: ReadSession, ids: Collection[str]) -> dict[str, Namespace]:
    """Return namespaces by id, each read once a session; unknown ids are left out."""
    known = known_namespaces(session)
    missing = [identifier for identifier in ids if identifier not in known]
    if missing:
        known.update((row.id, row) for row in session.exec(_NAMESPACES, params={"given": missing}))
    return {identifier: known[identifier] for identifier in ids if identifier in known}


def models_by_id(session: ReadSession, ids: Collection[str]) -> dict[str, RegisteredModel]:
    """Return living models by id; unknown ids are left out."""
    return {row.id: row for row in session.exec(_MODELS, params={"given": list(ids)})}


def versions_by_id(session: ReadSession, ids: Collection[str]) -> dict[str, ModelVersion]:
    """Return living versions by id; unknown ids are left out."""
    statement = select(ModelVersion).where(
        col(ModelVersion.id).in_(ids), col(ModelVersion.deleted_at).is_(None)
    )
    return {row.id: row for row in session.exec(statement)}


def params_by_version(session: ReadSession, version_ids: Sequence[str]) -> dict[str, dict[str, Param]]:
    """Return all params of versions, by version and name."""
    params: dict[str, dict[str, Param]] = {}
    for row in session.exec(
        select(Param).where(col(Param.version_id).in_(version_ids)).order_by(col(Param.name))
    ):
        params.setdefault(row.version_id, {})[row.name] = row
    return params
