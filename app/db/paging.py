"""Keyset paging, forward and backward."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import aliased
from sqlalchemy.types import TypeDecorator
from sqlmodel import select
from sqlmodel.sql.expression import SelectOfScalar

from app.db.columns import Row
from app.db.cursors import Order, cursor_of, values_of
from app.db.engine import ReadSession
from app.errors import InvalidInput

MAX_PAGE = 100
_MAX_INTEGER = 2**63 - 1

Item = TypeVar("Item", bound=Row)
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """Which part of a list is asked for: the `first` behind `after`, or the `last` before `before`.

    Where `last` is given, `first` does not count.
    """

    first: int = 20
    after: str | None = None
    last: int | None = None
    before: str | None = None
    most: int = MAX_PAGE

    @property
    def size(self) -> int:
        """How many items are asked for.

        Raises:
            InvalidInput: Not 1 to `most`.
        """
        name, size = ("first", self.first) if self.last is None else ("last", self.last)
        if not 1 <= size <= self.most:
            raise InvalidInput(f"{name} is 1 to {self.most}, not {size}", field=[name])
        return size


@dataclass(slots=True)
class Page(Generic[Thing]):
    """A part of a list.

    Attributes:
        items: The items, in the list's order.
        cursors: Their cursors, one an item.
        total: How many there are in the whole list; None when nobody asked.
    """

    items: list[Thing] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)
    has_next: bool = False
    has_previous: bool = False
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Parents:
    """Whose lists are asked for: the column that names a parent, and the ids that it may hold."""

    column: str
    ids: Collection[str]


def list_page(
    session: ReadSession,
    statement: SelectOfScalar[Item],
    order: Order,
    request: PageRequest,
    *,
    counted: bool = False,
) -> Page[Item]:
    """Return one page of the list that `statement` selects (without an order of its own).

    Raises:
        InvalidInput: The page size is out of bounds, or a cursor is not one of this list.
    """
    entity, order = _entity(statement), _shown_by(session, order)
    backward = request.last is not None
    ordering = _ordering(entity, order, backward=backward)
    limited = _between(statement, entity, order, request).order_by(*ordering)
    rows = list(session.exec(limited.limit(request.size + 1)))
    page = _page(rows, order, request)
    if counted:
        page.total = session.exec(select(func.count()).select_from(statement.subquery())).one()
    return page


def list_pages(
    session: ReadSession,
    statement: SelectOfScalar[Item],
    parents: Parents,
    order: Order,
    request: PageRequest,
    *,
    counted: bool = False,
) -> dict[str, Page[Item]]:
    """Return the same page of many lists at once, by parent; `statement` selects the items of all parents.

    Parents without items are left out.

    Raises:
        InvalidInput: The page size is out of bounds, a cursor is not one of the list, or there is a cursor,
            which is of one list, and several lists are asked for.
    """
    entity, order = _entity(statement), _shown_by(session, order)
    parent, statement = parents.column, statement.where(getattr(entity, parents.column).in_(parents.ids))
    backward = request.last is not None
    place = (
        func.row_number()
        .over(partition_by=getattr(entity, parent), order_by=_ordering(entity, order, backward=backward))
        .label("place_in_list")
    )
    some = _between(statement, entity, _only(parents, order, request), request)
    ranked = some.add_columns(place).subquery()
    listed: Any = aliased(entity, ranked)
    rows = session.exec(
        select(listed).where(ranked.c.place_in_list <= request.size + 1).order_by(ranked.c.place_in_list)
    )
    grouped: dict[str, list[Item]] = {}
    for row in rows:
        grouped.setdefault(getattr(row, parent), []).append(row)
    pages = {key: _page(items, _list_of(key, order), request) for key, items in grouped.items()}
    if counted:
        every = statement.subquery()
        column = every.c[parent]
        for key, total in session.execute(select(column, func.count()).group_by(column)):
            pages.setdefault(key, Page()).total = total
    return pages


def sequence_page(
    items: Sequence[Thing], keys: Sequence[str], order: Order, request: PageRequest
) -> Page[Thing]:
    """Return one page of a list that is at hand, whose items are told apart by `keys`.

    Raises:
        InvalidInput: The page size is out of bounds, or a cursor is not one of this list.
    """
    start, end = 0, len(items)
    for name, cursor in (("after", request.after), ("before", request.before)):
        if cursor is not None:
            [key] = values_of(order, cursor, name=name)
            if key not in keys:
                raise InvalidInput(f"{name} is a cursor of an item that is not in this list", field=[name])
            place = keys.index(key)
            start, end = (max(start, place + 1), end) if name == "after" else (start, min(end, place))
    size = request.size
    first, behind = (start, min(start + size, end)) if request.last is None else (max(end - size, start), end)
    return Page(
        items=list(items[first:behind]),
        cursors=[cursor_of(order, [key]) for key in keys[first:behind]],
        has_next=behind < len(items),
        has_previous=first > 0,
        total=len(items),
    )


def _only(parents: Parents, order: Order, request: PageRequest) -> Order:
    """Return the order of the list that the request's cursors are of, if it has any."""
    for name, cursor in (("after", request.after), ("before", request.before)):
        if cursor is not None and len(parents.ids) != 1:
            message = f"{name} is a cursor of one list, not of {len(parents.ids)}: ask for that one alone"
            raise InvalidInput(message, field=[name])
    return _list_of(next(iter(parents.ids), ""), order)


def _list_of(parent: str, order: Order) -> Order:
    return replace(order, name=f"{order.name} of {parent}")


def _shown_by(session: ReadSession, order: Order) -> Order:
    return order if session.as_of is None else replace(order, as_of=session.as_of.sequence)


def _entity(statement: SelectOfScalar[Item]) -> type[Item]:
    entity: type[Item] = statement.column_descriptions[0]["entity"]
    return entity


def _ordering(entity: type[Row], order: Order, *, backward: bool) -> list[ColumnElement[Any]]:
    columns = [getattr(entity, name) for name in order.columns]
    return [column.desc() if order.descending != backward else column.asc() for column in columns]


def _between(
    statement: SelectOfScalar[Item], entity: type[Item], order: Order, request: PageRequest
) -> SelectOfScalar[Item]:
    """Keep what lies behind `after` and before `before`."""
    for name, cursor, forward in (("after", request.after, True), ("before", request.before, False)):
        if cursor is not None:
            told = zip(order.columns, values_of(order, cursor, name=name), strict=True)
            values = [_typed(entity, column, value, name) for column, value in told]
            statement = statement.where(_behind(entity, order, values, upward=forward != order.descending))
    return statement


def _behind(entity: type[Row], order: Order, values: Sequence[Any], *, upward: bool) -> ColumnElement[bool]:
    """Compare row values column by column, as `(a, b) > (x, y)` does, on every database alike."""
    ways = []
    for index, name in enumerate(order.columns):
        same = [
            getattr(entity, earlier) == value
            for earlier, value in zip(order.columns[:index], values, strict=False)
        ]
        column, value = getattr(entity, name), values[index]
        ways.append(and_(*same, column > value if upward else column < value))
    return or_(*ways)


def _typed(entity: type[Row], column: str, value: Any, name: str) -> Any:
    """Turn a cursor's value back into what the column compares with.

    Raises:
        InvalidInput: The cursor was made by hand and holds a value that the column cannot hold.
    """
    kind = getattr(entity, column).type
    wanted = (kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type
    typed = _moment(value) if wanted is datetime else value
    too_far = isinstance(typed, int) and abs(typed) > _MAX_INTEGER
    if isinstance(typed, bool) or not isinstance(typed, wanted) or too_far:
        raise InvalidInput(f"{name} is no cursor of this list", field=[name])
    return typed


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (TypeError, ValueError, OverflowError):
        return None


def _page(rows: list[Item], order: Order, request: PageRequest) -> Page[Item]:
    more = len(rows) > request.size
    shown = rows[: request.size]
    if request.last is None:
        has_next, has_previous = more, request.after is not None
    else:
        shown.reverse()
        has_next, has_previous = request.before is not None, more
    cursors = [cursor_of(order, [getattr(row, name) for name in order.columns]) for row in shown]
    return Page(shown, cursors, has_next, has_previous)
