"""Every version that was measured alike, by its best value.

A board is one name, dataset, split, slice, source and unit: values that differ in one of them are not alike.
Conditions that a key leaves out may be any; of several values of one version the best counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Integer, case, func, inspect, or_, true, type_coerce
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, exists, select
from sqlmodel.sql.expression import SelectOfScalar

from app.db.cursors import Order, named
from app.db.engine import ReadSession
from app.db.paging import Page, PageRequest, list_page
from app.db.text import fold
from app.errors import Ambiguous
from app.registry.reading.filtering import version_condition
from app.registry.reading.matching import series_matches
from app.registry.reading.predicates import MetricKeyTest
from app.registry.reading.series import CHOICES, SERIES, SeriesKey, metric_label
from app.registry.tables import MetricSeries, ModelVersion
from app.search.filters import All, Filter

ROWS = 2_000
"""How many values are read at once."""


class BoardKey(NamedTuple):
    """What tells the boards of one name apart."""

    dataset: str | None
    split: str | None
    slice: str | None
    source: str
    unit: str | None


_APART = tuple(SERIES.c[column] for column in ("dataset_folded", "split", "slice", "source", "unit"))


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
    page = list_page(session, _entries(board), order, request)
    ranks, total = _standing(session, board, page.items, counted=counted)
    page.total = total
    return page, ranks


def check_one_board(session: ReadSession, board: Board) -> None:
    """Refuse a key that means several boards.

    Raises:
        Ambiguous: It does; the ones with the most values are suggested.
    """
    count = func.count()
    statement = (
        _of_board(select_columns(func.min(SERIES.c.dataset), *_APART[1:]).select_from(MetricSeries), board)
        .group_by(*_APART)
        .order_by(count.desc(), *(one.nulls_first() for one in _APART))
    )
    refuse_several(board.key, [BoardKey(*row) for row in session.execute(statement.limit(CHOICES + 1))])


def refuse_several(key: MetricKeyTest, boards: Sequence[BoardKey]) -> None:
    """Refuse several boards.

    Raises:
        Ambiguous: There are several.
    """
    if len(boards) > 1:
        raise Ambiguous(
            f"{key.called!r} was measured on several datasets, splits, slices, sources or units, which are "
            "not alike: say more of the key",
            field=["metric"],
            suggestions=_choices(key, boards),
        )


def _choices(key: MetricKeyTest, boards: Sequence[BoardKey]) -> list[str]:
    """Return what would say more of a key: ``F1@tickets:test`` where that is one board, else its label."""
    refused = board_asked(key)
    written = [_written(key.called, board) for board in boards]
    choices = [
        text if written.count(text) == 1 else label_of(key, board)
        for text, board in zip(written, boards, strict=True)
    ]
    bare = {fold(_written(key.called, refused)), fold(label_of(key, refused))}
    return [choice for choice in choices if fold(choice) not in bare][:CHOICES]


def _written(name: str, board: BoardKey) -> str:
    on = f"@{board.dataset}" if board.dataset else ""
    return f"{name}{on}:{board.split}" if on and board.split else f"{name}{on}"


def board_asked(key: MetricKeyTest) -> BoardKey:
    """Return what a key itself says of its board: of an evaluation where it names no source."""
    asked = dict(key.parts)
    source = asked.get("source") or "EVALUATION"
    return BoardKey(
        asked.get("dataset_folded"), asked.get("split"), asked.get("slice"), source, asked.get("unit")
    )


def label_of(key: MetricKeyTest, board: BoardKey) -> str:
    """Return a board that a key means as one line, as `metric_label` does a whole key."""
    dataset, split, slice_, source, unit = board
    conditions = dict(sorted(key.conditions or ()))
    return metric_label(SeriesKey(key.called, dataset, split, slice_, conditions, source, unit))


def first_board(session: ReadSession, key: MetricKeyTest, admitted: Filter) -> BoardKey | None:
    """Return the first of the boards that a key means, in the order of their index; None if there is none."""
    columns = select_columns(*(SERIES.c[part] for part in BoardKey._fields)).select_from(MetricSeries)
    order = (SERIES.c[column] for column in ("dataset_folded", "split", "value"))
    found = session.execute(
        _of_board(columns, Board(key, admitted, descending=True)).order_by(*order).limit(1)
    ).first()
    return BoardKey._make(found) if found else None


def measured_values(
    session: ReadSession, key: MetricKeyTest, admitted: Filter, board: BoardKey
) -> Iterator[Sequence[Any]]:
    """Yield all finite values that a key means, of deleted versions too where all are admitted.

    To compare here what tells the boards apart is less work than to fetch it for each value.

    Yields:
        Parts of the rows: version, value, and whether it is of `board`.
    """
    same = and_(
        *(
            column.is_not_distinct_from(part)
            for column, part in zip(_APART, (board.dataset and fold(board.dataset), *board[1:]), strict=True)
        )
    )
    statement = select_columns(SERIES.c.owner_id, SERIES.c.value, type_coerce(same, Integer)).where(
        series_matches(key, SERIES.c), SERIES.c.value.is_not(None)
    )
    if admitted != All():
        statement = statement.where(SERIES.c.owner_id.in_(_admitted(admitted)))
    yield from session.execute(statement).partitions(ROWS)


def fields_of(session: ReadSession, admitted: Filter, columns: Sequence[str]) -> Sequence[Any]:
    """Return the versions that a filter admits: the id and these columns of each."""
    versions = inspect(ModelVersion).local_table.c
    statement = select_columns(versions.id, *(versions[column] for column in columns))
    if admitted == All():
        return session.execute(statement.where(versions.deleted_at.is_(None))).all()
    return session.execute(statement.where(versions.id.in_(_admitted(admitted)))).all()


def _admitted(admitted: Filter) -> Any:
    return select(ModelVersion.id).where(col(ModelVersion.deleted_at).is_(None), version_condition(admitted))


def _of_board(statement: Any, board: Board) -> Any:
    """Keep the finite values that a key means of the admitted versions."""
    return statement.join(ModelVersion, col(ModelVersion.id) == MetricSeries.owner_id).where(
        series_matches(board.key),
        col(MetricSeries.value).is_not(None),
        col(ModelVersion.deleted_at).is_(None),
        version_condition(board.admitted),
    )


def _entries(board: Board) -> SelectOfScalar[MetricSeries]:
    """Select the best series of each version, so that the index gives the page in its order."""
    other: Any = aliased(MetricSeries)
    mine: Any = MetricSeries
    higher = other.value > mine.value if board.descending else other.value < mine.value
    first = other.id > mine.id if board.descending else other.id < mine.id
    better = exists().where(
        other.owner_id == mine.owner_id,
        # By the index of boards the whole board would be read for each of its entries.
        series_matches(board.key, other, by_index=False),
        or_(higher, and_(other.value == mine.value, first)),
    )
    entries: SelectOfScalar[MetricSeries] = _of_board(select(MetricSeries), board).where(~better)
    return entries


def _standing(
    session: ReadSession, board: Board, items: Sequence[MetricSeries], *, counted: bool
) -> tuple[list[int], int | None]:
    """Return the ranks of a page's items, and how many versions have one where that is wanted.

    A version is ahead of a value if any of its values is: its best need not be known.
    """
    if not (items or counted):
        return [], None
    value, owner = col(MetricSeries.value), col(MetricSeries.owner_id)
    first = items[0].value if items else 0.0
    ahead, through = (value > first, value >= first) if board.descending else (value < first, value <= first)
    numbers = [func.count(case((one, owner)).distinct()) for one in (ahead, through, true())]
    statement = _of_board(select_columns(*numbers).select_from(MetricSeries), board)
    before, behind, total = session.execute(statement if counted else statement.where(through)).one()
    return _ranks(items, before + 1, behind), total if counted else None


def _ranks(items: Sequence[MetricSeries], rank: int, behind: int) -> list[int]:
    """Return the ranks of items from that of the first, behind whose value, and before, are so many."""
    ranks: list[int] = []
    for place, (_, equal) in enumerate(groupby(items, key=lambda item: item.value)):
        size = len(list(equal))
        if place:
            rank, behind = behind + 1, behind + size
        ranks += [rank] * size
    return ranks
