"""Logging metrics, as points of series under a whole key, and defining what their names mean."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import orjson
from sqlalchemy import bindparam, update
from sqlmodel import col, select

from app.db.changelog import Fact
from app.db.ids import new_id
from app.db.rows import insert_rows
from app.db.statements import VALUES_A_STATEMENT, batched
from app.db.text import fold, fold_term
from app.errors import AlreadyExists, LimitExceeded
from app.identity.session import WriteSession
from app.registry.drafts import MetricDefinitionDraft, MetricDraft, NonFinite
from app.registry.drafts.rules import MAX_POINTS
from app.registry.tables import MetricDefinition, MetricPoint, MetricSeries, ModelVersion

_ORDER = {
    NonFinite.NAN: float("-inf"),
    NonFinite.NEGATIVE_INFINITY: float("-inf"),
    NonFinite.INFINITY: float("inf"),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Measurements of one version."""

    version: ModelVersion
    metrics: Sequence[MetricDraft]


def log_metrics(session: WriteSession, version: ModelVersion, metrics: Sequence[MetricDraft]) -> int:
    """Log measurements of a version, as one change, and return how many were new.

    A point that is there already is one row and is not counted.

    Raises:
        LimitExceeded: More than 1,000 points at once.
    """
    if len(metrics) > MAX_POINTS:
        raise LimitExceeded(f"at most {MAX_POINTS} points are logged at once", field=["metrics"])
    session.require("metrics.log", version.id)
    points = _unknown(session, _points(session, [Measured(version, metrics)]))
    if not points:
        return 0
    names = sorted({point["series"]["name"] for point in points})
    fact = Fact(
        action="metrics.logged",
        subject_id=version.id,
        related=[version.model_id],
        after={"points": len(points), "names": names},
    )
    session.record([fact])
    _keep(session, points, _series(session, {point["series"]["id"] for point in points}))
    version.updated_at = session.now
    session.add(version)
    session.flush()
    return len(points)


def write_metrics(session: WriteSession, measured: Sequence[Measured]) -> None:
    """Keep the measurements of versions that are being made; the change is the version's own."""
    points = {(point["series"]["id"], *_identity(point)): point for point in _points(session, measured)}
    _keep(session, list(points.values()), {})


def missing_metrics(session: WriteSession, measured: Sequence[Measured]) -> list[Measured]:
    """Return, version by version, the measurements that are not kept yet."""
    points = _points(session, measured)
    fresh = {id(point) for point in _unknown(session, points)}
    each = iter(points)
    return [
        Measured(given.version, [metric for metric in given.metrics if id(next(each)) in fresh])
        for given in measured
    ]


def define_metrics(
    session: WriteSession, drafts: Sequence[MetricDefinitionDraft], *, shipped: bool = False
) -> list[MetricDefinition]:
    """Define metrics.

    Raises:
        AlreadyExists: A name is taken, or one that differs in case, blanks, `_` and `-` alone.
    """
    taken = {fold_term(row.name): row for row in session.exec(select(MetricDefinition))}
    made = []
    for draft in drafts:
        session.require("metric.define", draft.name)
        if same := taken.get(fold_term(draft.name)):
            raise AlreadyExists(f"there is a metric {same.name!r} already", existing=same.id, field=["name"])
        made.append(MetricDefinition(id=new_id("mtd"), shipped=shipped, **draft.model_dump()))
        taken[fold_term(draft.name)] = made[-1]
    session.add_all(made)
    session.flush()
    session.record(
        [
            Fact(
                action="metric.defined",
                subject_id=row.id,
                after={"name": row.name, "direction": row.direction, "unit": row.unit},
            )
            for row in made
        ]
    )
    return made


def series_id(owner_id: str, metric: MetricDraft) -> str:
    """Return the digest of an owner and a whole key, 32 hexadecimal digits."""
    conditions = sorted(metric.conditions.items())
    key = [
        owner_id,
        metric.name,
        metric.dataset,
        metric.split,
        metric.slice,
        conditions,
        metric.source,
        metric.unit,
    ]
    return hashlib.blake2b(orjson.dumps(key), digest_size=16).hexdigest()


def _points(session: WriteSession, measured: Sequence[Measured]) -> list[dict[str, Any]]:
    """Return the points as rows, each with the row of the series that it belongs to."""
    rows = []
    for given in measured:
        for metric in given.metrics:
            series = _series_row(given.version.id, metric)
            rows.append(
                {
                    "series": series,
                    "series_id": series["id"],
                    "step": metric.step,
                    "recorded_at": metric.recorded_at or session.now,
                    "literal": metric.non_finite or repr(float(metric.value or 0)),
                    "value": None if metric.value is None else float(metric.value),
                    "non_finite": metric.non_finite,
                }
            )
    return rows


def _series_row(owner_id: str, metric: MetricDraft) -> dict[str, Any]:
    return {
        "id": series_id(owner_id, metric),
        "owner_id": owner_id,
        "name": metric.name,
        "name_folded": fold_term(metric.name),
        "dataset": metric.dataset,
        "dataset_folded": None if metric.dataset is None else fold(metric.dataset),
        "split": metric.split,
        "slice": metric.slice,
        "conditions": dict(sorted(metric.conditions.items())),
        "source": str(metric.source),
        "unit": metric.unit,
    }


def _identity(point: Mapping[str, Any]) -> tuple[Any, ...]:
    return point["step"], point["recorded_at"], point["literal"]


def _rank(point: Mapping[str, Any]) -> tuple[Any, ...]:
    """Order points by step, time and value: the last is the latest."""
    value = point["value"] if point["non_finite"] is None else _ORDER[NonFinite(point["non_finite"])]
    return point["step"], point["recorded_at"], value, point["literal"]


def _unknown(session: WriteSession, points: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = sorted({point["series_id"] for point in points})
    steps = sorted({point["step"] for point in points})
    known = set()
    for some, at in product(batched(ids, VALUES_A_STATEMENT), batched(steps, VALUES_A_STATEMENT)):
        mine = select(MetricPoint).where(col(MetricPoint.series_id).in_(some))
        for row in session.exec(mine.where(col(MetricPoint.step).in_(at))):
            known.add((row.series_id, row.step, row.recorded_at, row.literal))
    fresh = {}
    for point in points:
        place = (point["series_id"], *_identity(point))
        if place not in known:
            fresh[place] = point
    return list(fresh.values())


def _series(session: WriteSession, ids: Iterable[str]) -> dict[str, MetricSeries]:
    found = {}
    for chunk in batched(sorted(ids), VALUES_A_STATEMENT):
        for row in session.exec(select(MetricSeries).where(col(MetricSeries.id).in_(chunk))):
            found[row.id] = row
    return found


def _keep(session: WriteSession, points: Sequence[dict[str, Any]], known: Mapping[str, MetricSeries]) -> None:
    """Write points and move each series to its latest."""
    by_series: dict[str, list[dict[str, Any]]] = {}
    for point in points:
        by_series.setdefault(point["series_id"], []).append(point)
    made, moved = [], []
    for identifier, mine in by_series.items():
        old = known.get(identifier)
        latest = max([*mine, *([_latest_of(old)] if old else [])], key=_rank)
        state = {name: latest[name] for name in ("value", "non_finite", "step", "recorded_at")}
        state["points"] = len(mine) + (old.points if old else 0)
        if old is None:
            made.append({**mine[0]["series"], **state})
        else:
            moved.append({"series": identifier, **state})
    insert_rows(session, MetricSeries, made)
    if moved:
        columns: dict[str, Any] = {name: bindparam(name) for name in moved[0] if name != "series"}
        statement = update(MetricSeries).where(col(MetricSeries.id) == bindparam("series")).values(**columns)
        session.connection().execute(statement, moved)
    if points:
        rows = [{name: value for name, value in point.items() if name != "series"} for point in points]
        insert_rows(session, MetricPoint, rows)


def _latest_of(series: MetricSeries) -> dict[str, Any]:
    return {
        "step": series.step,
        "recorded_at": series.recorded_at,
        "literal": series.non_finite or repr(series.value),
        "value": series.value,
        "non_finite": series.non_finite,
    }
