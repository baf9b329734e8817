"""Conditions on single values compiled to SQL."""

import operator
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, true, type_coerce
from sqlmodel import col, select

from app.registry.reading import predicates
from app.registry.reading.predicates import MetricKeyTest, Number, Property, Time, Way
from app.registry.reading.series import SeriesKey
from app.registry.tables import MetricSeries, Param, Tag

Condition = ColumnElement[bool]


def text_matches(column: Any, test: predicates.Text) -> Condition:
    """Return whether folded text meets a condition; unknown where there is none."""
    match test.way:
        case Way.IN:
            condition = column.in_(test.values)
        case Way.CONTAINS:
            condition = column.contains(test.values[0], autoescape=True)
        case Way.STARTS_WITH:
            condition = column.startswith(test.values[0], autoescape=True)
        case Way.EXISTS:
            condition = column.is_not(None)
    return condition  # type: ignore[no-any-return]


def text_fits(held: str, test: predicates.Text) -> bool:
    """Return whether folded text meets a condition, as `text_matches` does in SQL."""
    match test.way:
        case Way.IN:
            return held in test.values
        case Way.CONTAINS:
            return test.values[0] in held
        case Way.STARTS_WITH:
            return held.startswith(test.values[0])
    return True


def number_matches(column: Any, test: Number) -> Condition:
    """Return whether a number lies within bounds; unknown where there is none."""
    bounds = [
        (operator.eq, test.equals),
        (operator.gt, test.gt),
        (operator.ge, test.gte),
        (operator.lt, test.lt),
        (operator.le, test.lte),
    ]
    return _bounded(column, bounds)


def time_matches(column: Any, test: Time) -> Condition:
    """Return whether a moment lies within bounds; unknown where there is none."""
    return _bounded(column, [(operator.gt, test.after), (operator.lt, test.before)])


def _bounded(column: Any, bounds: Sequence[tuple[Callable[[Any, Any], Any], Any]]) -> Condition:
    return and_(true(), *(compare(column, bound) for compare, bound in bounds if bound is not None))


def has_property(subject: Any, table: type[Tag | Param], test: Property) -> Condition:
    """Return whether what `subject` is the id of has a tag, or a param, like this."""
    rows: Any = table
    owner, key = (rows.subject_id, rows.key) if table is Tag else (rows.version_id, rows.name)
    conditions = [key == test.key]
    if test.text is not None:
        conditions.append(text_matches(rows.text_folded, test.text))
    if test.number is not None:
        conditions += [col(rows.number).is_not(None), number_matches(rows.number, test.number)]
    if test.boolean is not None:
        written = type_coerce(cast(rows.value, Text), Text)
        conditions.append(written == ("true" if test.boolean else "false"))
    return subject.in_(select(owner).where(*conditions).correlate(None))  # type: ignore[no-any-return]


def series_matches(key: MetricKeyTest, row: Any = MetricSeries, *, by_index: bool = True) -> Condition:
    """Return whether a series has a key like this.

    Args:
        key: What is meant.
        row: The table of series, or an alias of it.
        by_index: Whether the index of boards may find it; else the name is joined to nothing, which keeps
            every database from that index.
    """
    held = [(getattr(row, column), value) for column, value in key.columns()]
    if not by_index:
        held[0] = (row.name_folded.concat(""), key.name)
    return and_(*(column.is_(None) if value is None else column == value for column, value in held))


def series_fits(held: SeriesKey, key: MetricKeyTest) -> bool:
    """Return whether a whole key is like this, as `series_matches` does in SQL."""
    return all(getattr(held, column) == value for column, value in key.columns())
