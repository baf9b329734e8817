"""The Pareto front over every version that a filter admits: numbers alone, without a row for each version."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.db.cursors import Order, cursor_of, named, values_of
from app.db.engine import ReadSession
from app.db.paging import Page, PageRequest
from app.errors import Ambiguous, InvalidInput
from app.insight.comparison.objectives import (
    UNITS,
    Objective,
    ObjectiveField,
    Weighed,
    check_objectives,
    direction_of,
)
from app.insight.comparison.pareto import find_front, rank_values
from app.registry.catalogue import MetricNames
from app.registry.drafts import Direction
from app.registry.reading.boards import (
    Board,
    board_asked,
    check_one_board,
    fields_of,
    first_board,
    label_of,
    measured_values,
)
from app.registry.reading.metrics import definition_of, metric_names
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


@dataclass(frozen=True, slots=True)
class Asked:
    """What every objective is asked of.

    Attributes:
        admitted: Which versions.
        places: The place of each of them.
        names: What finds the definitions of metrics.
    """

    admitted: Filter
    places: Mapping[str, int]
    names: MetricNames[MetricDefinition]


def find_tradeoff(
    session: ReadSession, admitted: Filter, objectives: Sequence[Objective], request: PageRequest
) -> Front:
    """Return a page of the front over every version that a filter admits.

    Of several values of one version under a key the best counts; all have to be of one board
    (`app.registry.reading.boards`).

    Raises:
        NotFound: There is no such metric.
        InvalidInput: An objective cannot be weighed, or the cursor is not one of this front.
        Ambiguous: A key means several boards.
    """
    check_objectives(objectives)
    fields = [one.target.value for one in objectives if isinstance(one.target, ObjectiveField)]
    versions = fields_of(session, admitted, fields)
    ids, *held = zip(*versions, strict=True) if versions else [()] * (1 + len(fields))
    of_fields = dict(zip(fields, held, strict=True))
    places = {version: place for place, version in enumerate(ids)}
    asked = Asked(admitted, places, metric_names(session))
    weighed, columns = [], []
    for place, objective in enumerate(objectives):
        at = ["objectives", str(place)]
        if isinstance(objective.target, ObjectiveField):
            one, column = _field(objective, objective.target, of_fields[objective.target.value], at)
        else:
            one, column = _measured(session, asked, objective, objective.target, at)
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


def _field(
    objective: Objective, field: ObjectiveField, held: Sequence[int | None], at: Sequence[str]
) -> tuple[Weighed, Column]:
    weighed = Weighed(objective, objective.name, direction_of(objective, None, at), UNITS[field], ())
    return weighed, np.array(held, dtype=np.float64)


def _measured(
    session: ReadSession, asked: Asked, objective: Objective, key: MetricKeyTest, at: Sequence[str]
) -> tuple[Weighed, Column]:
    """Return what an objective has of the versions, by their places."""
    path = [*at, "target", "metric"]
    board = first_board(session, key, asked.admitted)
    definition = asked.names.canonical(key.name) if board else definition_of(session, key, asked.names, path)
    direction = direction_of(objective, definition, at)
    column = np.full(len(asked.places), np.nan)
    extreme = np.fmax if direction is Direction.MAXIMIZE else np.fmin
    for part in measured_values(session, key, asked.admitted, board) if board else ():
        owners, values, same = zip(*part, strict=True)
        spots = np.fromiter(map(asked.places.get, owners, repeat(-1)), np.int64, len(owners))
        known = spots >= 0
        if not np.array(same, dtype=bool)[known].all():
            _refuse_boards(session, Board(key, asked.admitted, descending=True), path)
        extreme.at(column, spots[known], np.array(values)[known])
    found = board or board_asked(key)
    unit = found.unit or (definition.unit if definition else None)
    return Weighed(objective, label_of(key, found), direction, unit, ()), column


def _refuse_boards(session: ReadSession, several: Board, path: Sequence[str]) -> None:
    try:
        check_one_board(session, several)
    except Ambiguous as refusal:
        refusal.field = tuple(path)
        raise


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
