"""Finding many versions by a few statements; what they do not find is looked up singly, with its reasons."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.statements import GIVEN
from app.errors import InvalidInput
from app.registry.drafts.rules import check_characters, composed, numbered
from app.registry.reading.finding import VersionBy
from app.registry.reading.listing import versions_by_id
from app.registry.tables import Alias, ModelVersion, Namespace, RegisteredModel

Place = tuple[str, str, int | str]
"""A namespace, a name, and a number or an alias."""


def known_versions(session: ReadSession, wanted: Collection[VersionBy]) -> dict[VersionBy, ModelVersion]:
    """Return the living versions that are named by id, or by the name of a model and a number or an alias."""
    ids = [by.id for by in wanted if by.id is not None]
    by_id = versions_by_id(session, ids) if ids else {}
    places = {by: place for by in wanted if (place := _place(by))}
    by_place = {**_numbered(session, places.values()), **_aliased(session, places.values())}
    found = {by: by_id[by.id] for by in wanted if by.id in by_id}
    return {**found, **{by: by_place[place] for by, place in places.items() if place in by_place}}


def _place(by: VersionBy) -> Place | None:
    if by.model is None or by.model.id is not None:
        return None
    number = numbered(by.alias) if by.alias is not None else by.number
    try:
        told = check_characters(by.alias) if number is None and by.alias is not None else number
        return None if told is None else (composed(by.model.namespace), composed(by.model.name), told)
    except InvalidInput:
        return None


def _numbered(session: ReadSession, places: Collection[Place]) -> dict[Place, ModelVersion]:
    numbers = {place[2] for place in places if isinstance(place[2], int)}
    found = session.exec(_NUMBERED, params=_given(places, numbers)) if numbers else ()
    return {(namespace, name, version.number): version for version, name, namespace in found}


def _aliased(session: ReadSession, places: Collection[Place]) -> dict[Place, ModelVersion]:
    aliases = {place[2] for place in places if isinstance(place[2], str)}
    found = session.exec(_ALIASED, params=_given(places, aliases)) if aliases else ()
    return {(namespace, name, alias): version for version, name, namespace, alias in found}


def _given(places: Collection[Place], told: Collection[int | str]) -> dict[str, Any]:
    namespaces, names = {place[0] for place in places}, {place[1] for place in places}
    return {"namespaces": list(namespaces), "names": list(names), GIVEN.key: list(told)}


def _named() -> Any:
    return (
        select(ModelVersion, RegisteredModel.name, Namespace.name)
        .join(RegisteredModel, col(RegisteredModel.id) == ModelVersion.model_id)
        .join(Namespace, col(Namespace.id) == RegisteredModel.namespace_id)
        .where(
            col(Namespace.name).in_(bindparam("namespaces", expanding=True)),
            col(RegisteredModel.name).in_(bindparam("names", expanding=True)),
            col(RegisteredModel.deleted_at).is_(None),
            col(ModelVersion.deleted_at).is_(None),
        )
    )


_NUMBERED = _named().where(col(ModelVersion.number).in_(GIVEN))
_ALIASED = (
    _named()
    .join(Alias, col(Alias.version_id) == ModelVersion.id)
    .add_columns(Alias.name)
    .where(col(Alias.name).in_(GIVEN))
)
