"""Comparing versions: one row a metric or param, one cell a version, like with like.

Metrics are compared under their whole key; a metric of unknown direction and a value that is not finite are
never ranked.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.db.engine import ReadSession
from app.db.text import fold
from app.errors import InvalidInput
from app.registry.drafts import Direction
from app.registry.reading.listing import latest_series, params_by_version
from app.registry.reading.metrics import metric_names
from app.registry.tables import MetricSeries, ModelVersion

MIN_VERSIONS, MAX_VERSIONS = 2, 50


class RowKind(StrEnum):
    """What a row of a comparison is about."""

    METRIC = "METRIC"
    PARAM = "PARAM"


@dataclass(frozen=True, slots=True)
class Cell:
    """One version's value in a row.

    Attributes:
        value: The value as it is kept; a measurement that is not finite by its name.
        number: The value where it is a finite number.
        delta: The number minus the baseline's; None where that is beyond every float.
        relative_delta: The delta as a share of the baseline's absolute value; None where that is 0, too.
        is_best: Whether no other cell is better; False where nothing is ranked or nobody else has a value.
    """

    value: Any
    number: float | None = None
    delta: float | None = None
    relative_delta: float | None = None
    is_best: bool = False


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One thing that is compared.

    Attributes:
        key: Names the row for people: a metric's whole key as one line, a param's name.
        identity: Tells the row from all others of the comparison.
        metric: The series that tells a metric's whole key; None for a param.
        cells: One a version, in the order asked for; None where the version has no value.
        differs: Whether the versions differ in it; a missing value differs from any value.
    """

    kind: RowKind
    key: str
    identity: str
    metric: MetricSeries | None
    direction: Direction
    unit: str | None
    cells: tuple[Cell | None, ...]
    differs: bool


@dataclass(slots=True)
class Comparison:
    """Versions side by side.

    Attributes:
        versions: The versions, in the order asked for.
        baseline: The one that deltas refer to; None for no deltas.
        rows: Metrics by name and key, then params by name.
    """

    versions: Sequence[ModelVersion]
    baseline: ModelVersion | None
    rows: list[ComparisonRow] = field(default_factory=list)

    def matching(
        self, kinds: Sequence[RowKind] | None, *, only_differing: bool, text: str | None
    ) -> list[ComparisonRow]:
        """Return the rows of these kinds (None for all) whose key contains `text`."""
        wanted = fold(text or "")
        return [
            row
            for row in self.rows
            if (kinds is None or row.kind in kinds)
            and (row.differs or not only_differing)
            and wanted in fold(row.key)
        ]


def compare_versions(
    session: ReadSession, versions: Sequence[ModelVersion], baseline: ModelVersion | None
) -> Comparison:
    """Compare 2 to 50 versions, of one model or of many.

    Raises:
        InvalidInput: Fewer than 2 or more than 50 versions, one twice, or a baseline that is not among them.
    """
    ids = [version.id for version in versions]
    check_count(len(ids))
    if len(set(ids)) < len(ids):
        raise InvalidInput("a version is compared with itself: name each once", field=["versions"])
    if baseline is not None and baseline.id not in ids:
        raise InvalidInput("the baseline is one of the compared versions", field=["baseline"])
    base = ids.index(baseline.id) if baseline else None
    rows = [*_metric_rows(session, ids, base), *_param_rows(session, ids, base)]
    return Comparison(versions, baseline, rows)


def check_count(versions: int) -> None:
    """Refuse to compare what is no comparison or too much for one.

    Raises:
        InvalidInput: Fewer than 2 or more than 50 versions.
    """
    if not MIN_VERSIONS <= versions <= MAX_VERSIONS:
        bounds = f"{MIN_VERSIONS} to {MAX_VERSIONS}"
        raise InvalidInput(f"{bounds} versions are compared, not {versions}", field=["versions"])


def metric_label(series: MetricSeries) -> str:
    """Return a whole key as one line: ``accuracy · ImageNet · val · resolution=224``."""
    conditions = [f"{name}={value}" for name, value in series.conditions.items()]
    source = [] if series.source == "EVALUATION" else [series.source.lower()]
    parts = [series.name, series.dataset, series.split, series.slice, *conditions, *source, series.unit]
    return " · ".join(part for part in parts if part)


def _metric_rows(session: ReadSession, ids: Sequence[str], base: int | None) -> list[ComparisonRow]:
    names = metric_names(session)
    by_key: dict[tuple[Any, ...], dict[str, MetricSeries]] = {}
    for owner, series in latest_series(session, ids).items():
        for one in series:
            by_key.setdefault(_whole_key(one), {})[owner] = one
    rows = []
    for key in sorted(by_key):
        mine = by_key[key]
        one = next(iter(mine.values()))
        definition = names.canonical(one.name)
        direction = Direction(definition.direction) if definition else Direction.NONE
        values = [(mine[owner].non_finite or mine[owner].value) if owner in mine else None for owner in ids]
        numbers = [mine[owner].value if owner in mine else None for owner in ids]
        unit = one.unit or (definition.unit if definition else None)
        cells = _cells(values, numbers, base, direction)
        rows.append(
            ComparisonRow(
                kind=RowKind.METRIC,
                key=metric_label(one),
                identity=f"metric {key!r}",
                metric=one,
                direction=direction,
                unit=unit,
                cells=cells,
                differs=_differs(values),
            )
        )
    return rows


def _param_rows(session: ReadSession, ids: Sequence[str], base: int | None) -> list[ComparisonRow]:
    params = params_by_version(session, ids)
    names = sorted({name for mine in params.values() for name in mine})
    rows = []
    for name in names:
        mine = [params.get(version, {}).get(name) for version in ids]
        values = [None if param is None else param.value for param in mine]
        numbers = [None if param is None else param.number for param in mine]
        cells = _cells(values, numbers, base, Direction.NONE)
        rows.append(
            ComparisonRow(
                kind=RowKind.PARAM,
                key=name,
                identity=f"param {name}",
                metric=None,
                direction=Direction.NONE,
                unit=None,
                cells=cells,
                differs=_differs(values),
            )
        )
    return rows


def _whole_key(series: MetricSeries) -> tuple[Any, ...]:
    """Return the whole key, name first, so that rows that differ in conditions alone stand together."""
    conditions = tuple(sorted(series.conditions.items()))
    parts = (
        series.name_folded,
        series.name,
        series.dataset,
        series.split,
        series.slice,
        series.source,
        series.unit,
    )
    return (*("" if part is None else part for part in parts), conditions)


def _cells(
    values: Sequence[Any], numbers: Sequence[float | None], base: int | None, direction: Direction
) -> tuple[Cell | None, ...]:
    present = [number for number in numbers if number is not None]
    best = None
    if len(present) > 1 and direction is not Direction.NONE:
        best = max(present) if direction is Direction.MAXIMIZE else min(present)
    reference = None if base is None else numbers[base]
    return tuple(
        None
        if value is None
        else Cell(value, number, *_deltas(number, reference), number is not None and number == best)
        for value, number in zip(values, numbers, strict=True)
    )


def _deltas(number: float | None, reference: float | None) -> tuple[float | None, float | None]:
    """Subtract as people do, in decimals: 0.85 - 0.84 is 0.01."""
    if number is None or reference is None:
        return None, None
    delta = Decimal(repr(number)) - Decimal(repr(reference))
    return _finite(delta), _finite(delta / abs(Decimal(repr(reference)))) if reference else None


def _finite(number: Decimal) -> float | None:
    """Return a number, or None where it is beyond every float."""
    value = float(number)
    return value if math.isfinite(value) else None


def _differs(values: Sequence[Any]) -> bool:
    return any(not _same(value, values[0]) for value in values)


def _same(one: Any, other: Any) -> bool:
    """Return whether two values are the same in JSON, where, unlike in Python, true is no 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    return bool(one == other)
