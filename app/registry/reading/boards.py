"""Every version that was measured alike, by its best value.

What tells a board is name, dataset, split, slice, source and unit: values that differ in one of them are not
alike. Conditions that a key leaves out may be any; of several values of one version the best counts.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

from sqlalchemy import case, func, or_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, exists, select
from sqlmodel.sql.expression import SelectOfScalar

from app.db.cursors import Order, named
from app.db.engine import ReadSession
from app.db.paging import Page, PageRequest, list_page
from app.errors import Ambiguous
from app.registry.reading.filtering import version_condition
from app.registry.reading.matching import series_matches
from app.registry.reading.predicates import MetricKeyTest
from app.registry.reading.series import SeriesKey, metric_label
from app.registry.tables import MetricSeries, ModelVersion
from app.search.filters import All, Filter

CHOICES = 5
"""How many of the boards that a key may mean are named."""

Told: TypeAlias = tuple[str | None, ...]
"""What tells a board of one name: dataset, split, slice, source and unit."""

Measurement: TypeAlias = tuple[ModelVersion, MetricSeries]
"""A version and what was measured of it."""

_TOLD = tuple(
    col(column)
    for column in (
        MetricSeries.dataset,
        MetricSeries.split,
        MetricSeries.slice,
        MetricSeries.source,
        MetricSeries.unit,
    )
)


@dataclass(frozen=True, slots=True)
class Board:
    """A list of versions by one metric.

    Attributes:
        key: Which metric.
        admitted: Which versions.
        descending: Whether the highest value comes first.
    """

    key: MetricKeyTest
    admitted: Filter
    descending: bool


def list_board(
    session: ReadSession, board: Board, request: PageRequest, *, counted: bool
) -> tuple[Page[MetricSeries], list[int]]:
    """Return a page of a board, the best first, and each item's rank: one more than there are better ones.

    Raises:
        Ambiguous: The key means several boards; looked at where a list begins.
    """
    if request.after is None and request.before is None:
        check_one_board(session, board)
    asked = {"key": repr(board.key), "filter": repr(board.admitted)}
    order = Order(named("board", asked), ("value", "id"), board.descending)
    page = list_page(session, _entries(board), order, request, counted=counted)
    return page, _ranks(session, board, page.items)


def check_one_board(session: ReadSession, board: Board) -> None:
    """Refuse a key that means several boards.

    Raises:
        Ambiguous: It does; the ones with the most values are suggested.
    """
    count = func.count()
    statement = (
        select_columns(*_TOLD, count)
        .where(*_measured(board))
        .group_by(*_TOLD)
        .order_by(count.desc(), *(one.nulls_first() for one in _TOLD))
    )
    if board.admitted != All():
        statement = statement.where(col(MetricSeries.owner_id).in_(_admitted(board.admitted)))
    told = [tuple(row[:-1]) for row in session.execute(statement.limit(CHOICES + 1))]
    refuse_several(board.key, told)


def refuse_several(key: MetricKeyTest, boards: Sequence[Told]) -> None:
    """Refuse several boards.

    Raises:
        Ambiguous: There are several.
    """
    if len(boards) > 1:
        raise Ambiguous(
            f"{key.name!r} was measured on several datasets, splits, slices, sources or units, which are not "
            "alike: say more of the key",
            field=["metric"],
            suggestions=[label_of(key.name, key, told) for told in boards[:CHOICES]],
        )


def label_of(name: str, key: MetricKeyTest, told: Told) -> str:
    """Return a board of the metric that is called `name` as one line, as `metric_label` does a whole key."""
    dataset, split, slice_, source, unit = told
    conditions = {} if key.conditions is None else key.condition_values
    return metric_label(SeriesKey(name, dataset, split, slice_, conditions, source or "", unit))


def measured_values(session: ReadSession, key: MetricKeyTest, admitted: Filter) -> Sequence[Any]:
    """Return all finite values that a key means: version, value, and what tells the board of each."""
    statement = select_columns(col(MetricSeries.owner_id), col(MetricSeries.value), *_TOLD).where(
        series_matches(key), col(MetricSeries.value).is_not(None)
    )
    if admitted != All():
        statement = statement.where(col(MetricSeries.owner_id).in_(_admitted(admitted)))
    return session.execute(statement).all()


def sizes_of(session: ReadSession, admitted: Filter) -> Sequence[Any]:
    """Return the versions that a filter admits: id, number of weights, size in bytes."""
    columns = (col(ModelVersion.id), col(ModelVersion.parameter_count), col(ModelVersion.size_bytes))
    living = col(ModelVersion.deleted_at).is_(None)
    return session.execute(select_columns(*columns).where(living, version_condition(admitted))).all()


def _measured(board: Board) -> Iterable[Any]:
    return series_matches(board.key), col(MetricSeries.value).is_not(None)


def _admitted(admitted: Filter) -> Any:
    living = col(ModelVersion.deleted_at).is_(None)
    return select(ModelVersion.id).where(living, version_condition(admitted))


def _entries(board: Board) -> SelectOfScalar[MetricSeries]:
    """Select the best series of each version, so that the index gives the page in its order."""
    other: Any = aliased(MetricSeries)
    mine: Any = MetricSeries
    higher = other.value > mine.value if board.descending else other.value < mine.value
    first = other.id > mine.id if board.descending else other.id < mine.id
    better = exists().where(
        other.owner_id == mine.owner_id,
        series_matches(board.key, other),
        or_(higher, and_(other.value == mine.value, first)),
    )
    living = col(ModelVersion.deleted_at).is_(None)
    return (
        select(MetricSeries)
        .join(ModelVersion, col(ModelVersion.id) == MetricSeries.owner_id)
        .where(*_measured(board), living, version_condition(board.admitted), ~better)
    )


def _ranks(session: ReadSession, board: Board, items: Sequence[MetricSeries]) -> list[int]:
    if not items:
        return []
    listed: Any = _entries(board).subquery().c
    first = items[0].value
    better = listed.value > first if board.descending else listed.value < first
    counts = select_columns(func.count(case((better, 1))), func.count()).where(
        or_(better, listed.value == first)
    )
    ahead, through = session.execute(counts).one()
    ranks: list[int] = []
    rank = ahead + 1
    behind = through
    for place, (_, equal) in enumerate(groupby(items, key=lambda item: item.value)):
        size = len(list(equal))
        if place:
            rank, behind = behind + 1, behind + size
        ranks += [rank] * size
    return ranks


def trends_of(
    session: ReadSession, model_ids: Collection[str], key: MetricKeyTest
) -> dict[str, list[Measurement]]:
    """Return the series that a key means of the living versions of models, by model and then by number."""
    rows = session.exec(
        select(ModelVersion, MetricSeries)
        .join(MetricSeries, col(MetricSeries.owner_id) == ModelVersion.id)
        .where(
            col(ModelVersion.model_id).in_(model_ids),
            col(ModelVersion.deleted_at).is_(None),
            series_matches(key),
        )
        .order_by(col(ModelVersion.number), col(MetricSeries.id))
    )
    trends: dict[str, list[Measurement]] = {}
    for version, series in rows:
        trends.setdefault(version.model_id, []).append((version, series))
    return trends
