"""One metric over the versions of models."""

from collections.abc import Collection
from typing import Any, TypeAlias

from sqlalchemy import and_, case, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from app.db.engine import ReadSession
from app.registry.reading.matching import series_matches
from app.registry.reading.predicates import MetricKeyTest
from app.registry.reading.series import SeriesKey
from app.registry.tables import MetricSeries, ModelVersion

Measurement: TypeAlias = tuple[ModelVersion, MetricSeries]
"""A version and what was measured of it."""


def trends_of(
    session: ReadSession, model_ids: Collection[str], key: MetricKeyTest, most: int
) -> dict[str, list[Measurement]]:
    """Return the newest series that a key means of the living versions of models, the newest last.

    Returns:
        By model the `most` newest, and before them the newest finite one that is older, if there is one: what
        the first is measured by.
    """
    placed = _of_models(
        select_columns(
            col(MetricSeries.id),
            col(MetricSeries.value),
            col(ModelVersion.model_id),
            func.row_number()
            .over(
                partition_by=ModelVersion.model_id,
                order_by=(col(ModelVersion.number).desc(), col(MetricSeries.id).desc()),
            )
            .label("place"),
        ),
        model_ids,
        key,
    ).subquery()
    older = and_(placed.c.place > most, placed.c.value.is_not(None))
    counted = select_columns(
        placed.c.id,
        placed.c.place,
        older.label("older"),
        func.sum(case((older, 1), else_=0))
        .over(partition_by=placed.c.model_id, order_by=placed.c.place)
        .label("count"),
    ).subquery()
    rows = session.exec(
        select(ModelVersion, MetricSeries)
        .join(MetricSeries, col(MetricSeries.owner_id) == ModelVersion.id)
        .join(counted, counted.c.id == MetricSeries.id)
        .where(or_(counted.c.place <= most, and_(counted.c.older, counted.c.count == 1)))
        .order_by(col(ModelVersion.number), col(MetricSeries.id))
    )
    trends: dict[str, list[Measurement]] = {}
    for version, series in rows:
        trends.setdefault(version.model_id, []).append((version, series))
    return trends


def metrics_of_models(
    session: ReadSession, model_ids: Collection[str], key: MetricKeyTest
) -> dict[str, list[SeriesKey]]:
    """Return the metrics that a key means among the living versions of models, by model."""
    parts = [col(getattr(MetricSeries, one)) for one in ("split", "slice", "conditions", "source", "unit")]
    apart = [col(MetricSeries.dataset_folded), *parts]
    written = (func.min(MetricSeries.name), func.min(MetricSeries.dataset))
    statement = select_columns(col(ModelVersion.model_id), *written, *parts).select_from(MetricSeries)
    grouped = _of_models(statement, model_ids, key).group_by(ModelVersion.model_id, *apart)
    found: dict[str, list[SeriesKey]] = {}
    for model, *key_parts in session.execute(grouped.order_by(*(one.nulls_first() for one in apart))):
        found.setdefault(model, []).append(SeriesKey(*key_parts))
    return found


def _of_models(statement: Any, model_ids: Collection[str], key: MetricKeyTest) -> Any:
    """Keep the series that a key means of the living versions of models."""
    return statement.join(ModelVersion, col(ModelVersion.id) == MetricSeries.owner_id).where(
        col(ModelVersion.model_id).in_(model_ids),
        col(ModelVersion.deleted_at).is_(None),
        series_matches(key, by_index=False),
    )
