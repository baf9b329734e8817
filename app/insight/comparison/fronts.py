"""The Pareto front over every version that a filter admits: numbers alone, without a row for each version."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.db.cursors import Order, cursor_of, named, values_of
from app.db.engine import ReadSession
from app.db.paging import Page, PageRequest
from app.db.text import fold
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
from app.registry.drafts import Direction
from app.registry.reading.boards import (
    BoardKey,
    board_asked,
    fields_of,
    label_of,
    measured_values,
    refuse_several,
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
class Gathered:
    """What was measured of the admitted versions.

    Attributes:
        versions: How many versions are admitted.
        places: The place of each value's version among them.
        values: The values; several may be of one version.
        boards: The boards that they are of.
    """

    versions: int
    places: Sequence[int]
    values: Sequence[float]
    boards: Collection[BoardKey]


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
    names = metric_names(session)
    weighed, columns = [], []
    for place, objective in enumerate(objectives):
        at = ["objectives", str(place)]
        if isinstance(objective.target, ObjectiveField):
            one, column = _field(objective, objective.target, of_fields[objective.target.value], at)
        else:
            values = measured_values(session, objective.target, admitted)
            definition = definition_of(session, objective.target, names, [*at, "target", "metric"])
            one, column = _measured(objective, objective.target, _gathered(values, places), definition, at)
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


def _gathered(parts: Iterable[Sequence[Any]], places: Mapping[str, int]) -> Gathered:
    """Return the places and the values of versions that have a place, and the boards that these are of.

    No row is kept: so many tuples would set off the collector of garbage.
    """
    spots: list[int] = []
    values: list[float] = []
    boards: set[BoardKey] = set()
    for part in parts:
        rows = [row for row in part if row[0] in places]
        owners, measured, *told = zip(*rows, strict=True) if rows else [()] * 7
        spots += [places[owner] for owner in owners]
        values += measured
        several = any(len(set(column)) > 1 for column in told)
        boards.update(
            map(BoardKey._make, zip(*told, strict=True) if several else [row[2:] for row in rows[:1]])
        )
    return Gathered(len(places), spots, values, boards)


def _measured(
    objective: Objective,
    key: MetricKeyTest,
    gathered: Gathered,
    definition: MetricDefinition | None,
    at: Sequence[str],
) -> tuple[Weighed, Column]:
    board = _only(key, gathered.boards, [*at, "target", "metric"])
    direction = direction_of(objective, definition, at)
    column = np.full(gathered.versions, np.nan)
    extreme = np.fmax if direction is Direction.MAXIMIZE else np.fmin
    extreme.at(column, gathered.places, gathered.values)
    unit = board.unit or (definition.unit if definition else None)
    return Weighed(objective, label_of(key, board), direction, unit, ()), column


def _only(key: MetricKeyTest, boards: Collection[BoardKey], where: Sequence[str]) -> BoardKey:
    """Return the only board, in whose key datasets are compared folded; of none what the key says of it."""
    apart: dict[tuple[Any, ...], BoardKey] = {}
    for board in sorted(boards, key=lambda board: [part or "" for part in board]):
        apart.setdefault((board.dataset and fold(board.dataset), *board[1:]), board)
    found = list(apart.values()) or [board_asked(key)]
    try:
        refuse_several(key, found)
    except Ambiguous as several:
        several.field = tuple(where)
        raise
    return found[0]


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
