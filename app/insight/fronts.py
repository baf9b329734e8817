"""The Pareto front over every version that a filter admits: numbers alone, without a row for each version."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.db.cursors import Order, cursor_of, named, values_of
from app.db.engine import ReadSession
from app.db.paging import Page, PageRequest
from app.errors import Ambiguous, InvalidInput
from app.insight.objectives import UNITS, Objective, ObjectiveField, Weighed, check_objectives, direction_of
from app.insight.pareto import find_front, rank_values
from app.registry.catalogue import MetricNames
from app.registry.drafts import Direction
from app.registry.reading.boards import BoardKey, label_of, measured_values, refuse_several, sizes_of
from app.registry.reading.metrics import metric_names
from app.registry.reading.predicates import MetricKeyTest
from app.registry.tables import MetricDefinition
from app.search.filters import Filter

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FrontPoint:
    """A version on the front, and its values in the order of the objectives."""

    version_id: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Front:
    """The versions that no other beats.

    Attributes:
        weighed: The objectives, without the values of all versions.
        lacking: How many of the admitted versions lack a value, by objective.
        evaluated: How many versions lack no value, and were weighed.
        page: A part of the front: by the first objective, the best first, then by the next, then by id.
    """

    weighed: Sequence[Weighed]
    lacking: Sequence[int]
    evaluated: int
    page: Page[FrontPoint]


def find_tradeoff(
    session: ReadSession, admitted: Filter, objectives: Sequence[Objective], request: PageRequest
) -> Front:
    """Return a page of the front over every version that a filter admits.

    Of several values of one version under a key the best counts; all have to be of one board
    (`app.registry.reading.boards`).

    Raises:
        InvalidInput: An objective cannot be weighed, no version has such a metric, or the cursor is not one
            of this front.
        Ambiguous: A key means several boards.
    """
    check_objectives(objectives)
    sizes = sizes_of(session, admitted)
    ids = [row[0] for row in sizes]
    places = {version: place for place, version in enumerate(ids)}
    names = metric_names(session)
    weighed, columns = [], []
    for place, objective in enumerate(objectives):
        at = ["objectives", str(place)]
        if isinstance(objective.target, ObjectiveField):
            one, column = _sizes(objective, objective.target, sizes, at)
        else:
            values = measured_values(session, objective.target, admitted)
            one, column = _measured(objective, objective.target, values, (places, names), at)
        weighed.append(one)
        columns.append(column)
    table = np.stack(columns, axis=1)
    whole = np.flatnonzero(~np.isnan(table).any(axis=1))
    ranks = [
        rank_values(column[whole], one.objective.tolerance, ascending=one.sign > 0)
        for one, column in zip(weighed, columns, strict=True)
    ]
    front = whole[find_front(np.stack(ranks, axis=1))]
    points = [FrontPoint(ids[place], tuple(table[place].tolist())) for place in front.tolist()]
    order = Order(named("tradeoff", {"filter": repr(admitted), "objectives": repr(objectives)}), ("point",))
    lacking = np.isnan(table).sum(axis=0).tolist()
    return Front(weighed, lacking, len(whole), _page(points, weighed, order, request))


def _sizes(
    objective: Objective, field: ObjectiveField, sizes: Sequence[Any], at: Sequence[str]
) -> tuple[Weighed, Column]:
    held = [row[1 + list(ObjectiveField).index(field)] for row in sizes]
    weighed = Weighed(objective, objective.name, direction_of(objective, None, at), UNITS[field], ())
    return weighed, np.array(held, dtype=np.float64)


def _measured(
    objective: Objective,
    key: MetricKeyTest,
    values: Sequence[Any],
    known: tuple[Mapping[str, int], MetricNames[MetricDefinition]],
    at: Sequence[str],
) -> tuple[Weighed, Column]:
    places, names = known
    rows = [row for row in values if row[0] in places]
    board = _board(objective, key, rows, at)
    definition = names.canonical(key.name)
    direction = direction_of(objective, definition, at)
    column = np.full(len(places), np.nan)
    extreme = np.fmax if direction is Direction.MAXIMIZE else np.fmin
    owners = np.fromiter((places[row[0]] for row in rows), dtype=np.int64, count=len(rows))
    extreme.at(column, owners, np.fromiter((row[1] for row in rows), dtype=np.float64, count=len(rows)))
    unit = board.unit or (definition.unit if definition else None)
    return Weighed(objective, label_of(key, board), direction, unit, ()), column


def _board(objective: Objective, key: MetricKeyTest, rows: Sequence[Any], at: Sequence[str]) -> BoardKey:
    """Return the only board that was read."""
    boards = {BoardKey(*row[2:]) for row in rows}
    where = [*at, "target", "metric"]
    if not boards:
        raise InvalidInput(f"no version that is admitted has a value of {objective.name!r}", field=where)
    try:
        refuse_several(key, sorted(boards, key=lambda board: [part or "" for part in board]))
    except Ambiguous as several:
        several.field = tuple(where)
        raise
    return boards.pop()


def _page(
    points: list[FrontPoint], weighed: Sequence[Weighed], order: Order, request: PageRequest
) -> Page[FrontPoint]:
    """Return a page by the values of the cursor's point, which may have left the front since."""

    def place(point: FrontPoint) -> tuple[tuple[float, ...], str]:
        signed = zip(weighed, point.values, strict=True)
        return tuple(-one.sign * value for one, value in signed), point.version_id

    points.sort(key=place)
    start = 0
    if request.after is not None:
        [told] = values_of(order, request.after)
        start = bisect_right(points, place(_point(told, len(weighed))), key=place)
    shown = points[start : start + request.size]
    return Page(
        items=shown,
        cursors=[cursor_of(order, [[point.version_id, *point.values]]) for point in shown],
        has_next=start + len(shown) < len(points),
        has_previous=start > 0,
        total=len(points),
    )


def _point(told: Any, objectives: int) -> FrontPoint:
    match told:
        case [str(version), *values] if len(values) == objectives and all(
            isinstance(value, float) for value in values
        ):
            return FrontPoint(version, tuple(values))
    raise InvalidInput("after is no cursor of this list", field=["after"])
