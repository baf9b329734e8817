"""Models in the order of a field or of a metric, one of each family or paper where asked, page by page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, func, literal, or_
from sqlmodel import col, select

from app.db.engine import ReadSession
from app.registry.reading.filtering import model_condition, version_condition
from app.registry.reading.listing import ModelOrder, versions_by_id
from app.registry.reading.matching import series_matches
from app.registry.reading.predicates import MetricKeyTest
from app.registry.tables import MetricSeries, ModelVersion, RegisteredModel
from app.search.filters import All, Filter

Value: TypeAlias = str | datetime | float | None
"""What is compared; None where a model has no such metric, which comes last either way."""


class Collapse(StrEnum):
    """What stands for several models: the column in which they agree."""

    FAMILY = "family_folded"
    PAPER = "paper_url"


@dataclass(frozen=True, slots=True)
class FieldOrder:
    """By a field of the model."""

    field: ModelOrder
    descending: bool = False


@dataclass(frozen=True, slots=True)
class MetricOrder:
    """By a metric: a model's value is the highest of its versions, or the lowest in an ascending order.

    Attributes:
        key: Which series count; a part that is absent matches any.
        versions: Which versions count.
    """

    key: MetricKeyTest
    descending: bool = False
    versions: Filter = All()  # noqa: RUF009 - a frozen value without parts


SearchOrder: TypeAlias = FieldOrder | MetricOrder


@dataclass(frozen=True, slots=True)
class Placed:
    """A model at its place in an order.

    Attributes:
        members: How many models it stands for, itself included.
    """

    id: str
    value: Value
    members: int = 1


def place_models(
    session: ReadSession,
    admitted: Filter,
    order: SearchOrder,
    *,
    collapse: Collapse | None = None,
    after: Placed | None = None,
    limit: int,
) -> list[Placed]:
    """Return the next models behind `after` in an order, of those that the filter admits; ties by id."""
    living = col(RegisteredModel.deleted_at).is_(None)
    listed = _valued(order, collapse, living, model_condition(admitted)).subquery()
    ranked = select(listed.c.id, listed.c.value, literal(1).label("place"), literal(1).label("members"))
    if collapse:
        mine = func.coalesce(listed.c.shared, listed.c.id)
        place = func.row_number().over(partition_by=mine, order_by=_ordering(listed.c, order))
        members = func.count().over(partition_by=mine)
        ranked = select(listed.c.id, listed.c.value, place.label("place"), members.label("members"))
    rows = ranked.subquery()
    statement = select(rows.c.id, rows.c.value, rows.c.members).where(rows.c.place == 1)
    if after:
        statement = statement.where(_behind(rows.c, order, after))
    found = session.execute(statement.order_by(*_ordering(rows.c, order)).limit(limit))
    return [Placed(model_id, value, members) for model_id, value, members in found]


def count_models(session: ReadSession, admitted: Filter) -> int:
    """Return how many living models the filter admits."""
    living = col(RegisteredModel.deleted_at).is_(None)
    counted = select(func.count()).select_from(RegisteredModel).where(living, model_condition(admitted))
    return session.exec(counted).one()


def values_of(session: ReadSession, model_ids: Collection[str], order: SearchOrder) -> dict[str, Value]:
    """Return by what models are compared, by id; None where a model has no such metric."""
    rows = session.execute(_valued(order, None, col(RegisteredModel.id).in_(model_ids)))
    return {model_id: value for model_id, value, _ in rows}


def shared_by(session: ReadSession, model_ids: Collection[str], collapse: Collapse) -> dict[str, str]:
    """Return the family or paper of the models that have one, by model."""
    column = getattr(RegisteredModel, collapse)
    rows = session.execute(
        select(RegisteredModel.id, column).where(col(RegisteredModel.id).in_(model_ids), column.is_not(None))
    )
    return {model_id: shared for model_id, shared in rows}  # noqa: C416 - rows are pairs, but not typed so


def newest_versions(
    session: ReadSession, model_ids: Collection[str], admitted: Filter
) -> dict[str, ModelVersion]:
    """Return by model the version with the highest number of those that the filter admits."""
    mine = (
        col(ModelVersion.model_id).in_(model_ids),
        col(ModelVersion.deleted_at).is_(None),
        version_condition(admitted),
    )
    highest = func.max(ModelVersion.number).over(partition_by=ModelVersion.model_id).label("highest")
    rows = select(ModelVersion.id, ModelVersion.number, highest).where(*mine).subquery()
    newest = select(rows.c.id).where(rows.c.number == rows.c.highest)
    found = session.exec(select(ModelVersion).where(col(ModelVersion.id).in_(newest)))
    return {row.model_id: row for row in found}


def measured_versions(
    session: ReadSession, values: Mapping[str, Value], order: MetricOrder
) -> dict[str, ModelVersion]:
    """Return by model the newest version that has the value which the model is ordered by."""
    rows = session.execute(
        _series(order)
        .add_columns(ModelVersion.id, MetricSeries.value)
        .where(col(ModelVersion.model_id).in_(values))
        .order_by(col(ModelVersion.number))
    )
    best = {model_id: version_id for model_id, version_id, value in rows if value == values[model_id]}
    versions = versions_by_id(session, list(best.values()))
    return {model_id: versions[version_id] for model_id, version_id in best.items()}


def value_from(plain: object, order: SearchOrder) -> Value:
    """Return the value that a cursor kept in plain form.

    Raises:
        ValueError: It is none that a model is compared by in this order.
    """
    if isinstance(order, MetricOrder):
        if plain is None or (isinstance(plain, float | int) and not isinstance(plain, bool)):
            return plain
    elif isinstance(plain, str):
        return plain if order.field is ModelOrder.NAME else datetime.fromisoformat(plain).astimezone(UTC)
    raise ValueError(f"no model has the value {plain!r}")


def _valued(order: SearchOrder, collapse: Collapse | None, *conditions: ColumnElement[bool]) -> Any:
    """Return the statement of each model's id, its value, and what it shares with others."""
    model: Any = RegisteredModel
    shared = (getattr(model, collapse) if collapse else literal(None)).label("shared")
    if isinstance(order, FieldOrder):
        value = getattr(model, order.field).label("value")
        return select(model.id.label("id"), value, shared).where(*conditions)
    extreme = func.max if order.descending else func.min
    best = (
        _series(order)
        .add_columns(extreme(MetricSeries.value).label("value"))
        .group_by(col(ModelVersion.model_id))
        .subquery()
    )
    joined = select(model.id.label("id"), best.c.value, shared).select_from(model)
    return joined.outerjoin(best, best.c.model_id == model.id).where(*conditions)


def _series(order: MetricOrder) -> Any:
    """Return the statement of the models whose versions have series that count."""
    return (
        select(ModelVersion.model_id)
        .join(MetricSeries, col(MetricSeries.owner_id) == ModelVersion.id)
        .where(
            col(ModelVersion.deleted_at).is_(None),
            version_condition(order.versions),
            series_matches(order.key),
            col(MetricSeries.value).is_not(None),
        )
    )


def _ordering(columns: Any, order: SearchOrder) -> Sequence[ColumnElement[Any]]:
    ordered = [columns.value, columns.id]
    directed = [column.desc() if order.descending else column.asc() for column in ordered]
    # Fields are never missing, and without this the database reads them in the order of their index.
    return directed if isinstance(order, FieldOrder) else [columns.value.is_(None), *directed]


def _behind(columns: Any, order: SearchOrder, after: Placed) -> ColumnElement[bool]:
    later = columns.id < after.id if order.descending else columns.id > after.id
    if after.value is None:
        return and_(columns.value.is_(None), later)
    beyond = columns.value < after.value if order.descending else columns.value > after.value
    return or_(beyond, and_(columns.value == after.value, later), columns.value.is_(None))
