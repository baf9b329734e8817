"""Reading the metrics of versions, in pages or by a key, and what their names mean."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Text as SqlText
from sqlalchemy import inspect, type_coerce
from sqlalchemy import select as select_columns
from sqlmodel import col, func, select

from app.db.cursors import Order, named
from app.db.engine import ReadSession
from app.db.paging import Page, PageRequest, Parents, list_pages
from app.db.text import fold, nearest
from app.errors import NotFound
from app.registry.catalogue import MetricNames
from app.registry.reading.matching import Condition, series_matches, text_fits, text_matches
from app.registry.reading.predicates import MetricKeyTest, Text
from app.registry.tables import MetricDefinition, MetricSeries

_TABLE: Any = inspect(MetricDefinition).local_table
_COLUMNS = ("id", "name", "direction", "unit", "description", "shipped")
_DEFINITIONS = select_columns(
    *(_TABLE.c[name] for name in _COLUMNS), type_coerce(_TABLE.c.synonyms, SqlText)
).order_by(_TABLE.c.shipped, _TABLE.c.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsWanted:
    """Which series are wanted; all parts that are given hold.

    Attributes:
        name: A condition on the folded term; `no_name`, which nothing meets, asks for there being none.
        dataset: A condition on the dataset's name; `no_dataset` asks for there being none.
        split: A condition on the split; `no_split` asks for there being none.
        sources: Any of these; None for all.
    """

    name: Text | None = None
    no_name: bool = False
    dataset: Text | None = None
    no_dataset: bool = False
    split: Text | None = None
    no_split: bool = False
    sources: tuple[str, ...] | None = None


def metrics_of(
    session: ReadSession,
    version_ids: Collection[str],
    request: PageRequest,
    *,
    wanted: MetricsWanted = MetricsWanted(),
    counted: bool = False,
) -> dict[str, Page[MetricSeries]]:
    """Return the same page of the series of many versions, by version, in the order of the names."""
    mine = col(MetricSeries.owner_id).in_(version_ids)
    conditions = [*_conditions(wanted)]
    if wanted.split is not None:
        # Splits are few and have no folded column: Python compares them.
        splits = session.exec(select(MetricSeries.split).where(mine).distinct())
        fitting = [one for one in splits if one is not None and text_fits(fold(one), wanted.split)]
        conditions.append(col(MetricSeries.split).in_(fitting))
    statement = select(MetricSeries).where(*conditions)
    order = Order(named("metrics", {"wanted": repr(wanted)}), ("name_folded", "id"))
    return list_pages(session, statement, Parents("owner_id", version_ids), order, request, counted=counted)


def series_with_key(
    session: ReadSession, version_ids: Collection[str], key: MetricKeyTest
) -> dict[str, list[MetricSeries]]:
    """Return the series of versions that a key may mean, by version."""
    statement = (
        select(MetricSeries)
        .where(col(MetricSeries.owner_id).in_(version_ids), series_matches(key))
        .order_by(col(MetricSeries.dataset_folded).nulls_first(), col(MetricSeries.id))
    )
    found: dict[str, list[MetricSeries]] = {}
    for row in session.exec(statement):
        found.setdefault(row.owner_id, []).append(row)
    return found


def metric_names(session: ReadSession) -> MetricNames[MetricDefinition]:
    """Return what finds the definition of a metric by any of its names; a registry's own come first.

    The definitions belong to no session, and readers share them.
    """
    return _names_of(tuple(map(tuple, session.execute(_DEFINITIONS).all())))


@lru_cache(maxsize=2)
def _names_of(definitions: tuple[tuple[Any, ...], ...]) -> MetricNames[MetricDefinition]:
    """Return what finds definitions; kept while they stay the same: folding all names takes milliseconds."""
    return MetricNames(
        MetricDefinition(**dict(zip(_COLUMNS, columns, strict=True)), synonyms=orjson.loads(synonyms))
        for *columns, synonyms in definitions
    )


def definition_of(
    session: ReadSession, key: MetricKeyTest, names: MetricNames[MetricDefinition], at: Sequence[str]
) -> MetricDefinition | None:
    """Return the definition of the metric that a key names; None where it was measured but never defined.

    Args:
        session: The session.
        key: Which metric.
        names: What finds definitions.
        at: The path of the key in the input.

    Raises:
        NotFound: It is neither defined nor measured; the nearest names that were measured are suggested.
    """
    definition = names.canonical(key.name)
    known = select(MetricSeries.id).where(MetricSeries.name_folded == key.name).limit(1)
    if definition or session.exec(known).first():
        return definition
    measured = session.exec(select(func.min(MetricSeries.name)).group_by(col(MetricSeries.name_folded)))
    raise NotFound(
        f"there is no metric {key.called!r}: nothing was measured by it, and no definition names it",
        field=[*at, "name"],
        suggestions=nearest(key.called, measured),
    )


def _conditions(wanted: MetricsWanted) -> list[Condition]:
    conditions: list[Condition] = []
    for column, text, absent in (
        (col(MetricSeries.name_folded), wanted.name, wanted.no_name),
        (col(MetricSeries.dataset_folded), wanted.dataset, wanted.no_dataset),
    ):
        if text is not None:
            conditions.append(text_matches(column, text))
        if absent:
            conditions.append(column.is_(None))
    if wanted.no_split:
        conditions.append(col(MetricSeries.split).is_(None))
    if wanted.sources is not None:
        conditions.append(col(MetricSeries.source).in_(wanted.sources))
    return conditions
