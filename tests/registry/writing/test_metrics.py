"""Metrics: a series under its whole key, the latest point at hand, the same point once."""

import json
import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from app.errors import AlreadyExists, LimitExceeded
from app.registry.catalogue import shipped_metrics
from app.registry.drafts import MetricDefinitionDraft, MetricDraft, draft
from app.registry.reading.finding import VersionBy, find_version
from app.registry.reading.metrics import metric_names
from app.registry.tables import MetricPoint, MetricSeries, ModelVersion
from app.registry.writing.metrics import define_metrics, log_metrics, series_id
from tests.store import Store, made_at

pytestmark = pytest.mark.both_databases

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
KEYS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["acc", "Acc", "a"]),
        "source": st.sampled_from(["TRAINING", "EVALUATION", "PRODUCTION"]),
        "conditions": st.dictionaries(st.sampled_from(["x", "y"]), st.sampled_from(["1", "2"])),
    },
    optional={part: st.sampled_from(["a", "b"]) for part in ("dataset", "split", "slice", "unit")},
)
POINTS = st.builds(
    lambda step, minutes, value: {
        "step": step,
        "recordedAt": NOON + timedelta(minutes=minutes),
        **({"nonFinite": value} if isinstance(value, str) else {"value": value}),
    },
    st.sampled_from([-1, 0, 1, 2**53 - 1]),
    st.integers(0, 2),
    st.sampled_from([-1.0, -0.0, 0.0, 0.1, 1e300, 5, "NAN", "INFINITY", "NEGATIVE_INFINITY"]),
)


def log(store: Store, version: ModelVersion, *points: dict[str, Any]) -> int:
    with store.writing() as session:
        found = find_version(session, VersionBy(id=version.id))
        return log_metrics(session, found, [draft(MetricDraft, {"name": "acc", **point}) for point in points])


def series_of(store: Store, version: ModelVersion) -> list[MetricSeries]:
    with store.reading() as session:
        mine = select(MetricSeries).where(MetricSeries.owner_id == version.id)
        return list(session.exec(mine.order_by(col(MetricSeries.name))))


def points_of(store: Store, series: MetricSeries) -> list[MetricPoint]:
    with store.reading() as session:
        return list(session.exec(select(MetricPoint).where(MetricPoint.series_id == series.id)))


def place(point: dict[str, Any]) -> tuple[Any, ...]:
    """Return what makes a point the same as another: step, time and value."""
    return point["step"], point["recordedAt"], point.get("nonFinite"), point.get("value", 0) + 0.0


def rank(point: dict[str, Any]) -> tuple[Any, ...]:
    """Say the rule of the latest point: the highest step, then time, then value; NaN is below all."""
    bounds = {"NAN": -math.inf, "NEGATIVE_INFINITY": -math.inf, "INFINITY": math.inf}
    value = bounds[point["nonFinite"]] if "nonFinite" in point else point["value"]
    return point["step"], point["recordedAt"], value


def test_it_works(store: Store) -> None:
    version = store.version()
    key = {"dataset": "ImageNet-1k", "split": "val", "conditions": {"resolution": "224"}, "unit": "%"}
    assert log(store, version, {**key, "value": 76.1}, {**key, "value": 76.3, "step": 1}) == 2
    [series] = series_of(store, version)
    assert (series.name, series.dataset_folded, series.split, series.unit) == (
        "acc",
        "imagenet-1k",
        "val",
        "%",
    )
    assert (series.conditions, series.source) == ({"resolution": "224"}, "EVALUATION")
    assert (series.value, series.non_finite, series.step, series.points) == (76.3, None, 1, 2)
    change = store.last_change()
    assert (change.action, change.subject_id, change.related) == (
        "metrics.logged",
        version.id,
        [version.model_id],
    )
    assert json.loads(change.after or "") == {"points": 2, "names": ["acc"]}
    assert made_at(store, change, series.recorded_at)


@settings(max_examples=40, deadline=None)
@given(
    batches=st.lists(st.lists(POINTS, min_size=1, max_size=5), min_size=1, max_size=4),
    with_the_version=st.booleans(),
)
def test_the_latest_point_and_the_same_point(
    shared_store: Store, batches: list[list[dict[str, Any]]], *, with_the_version: bool
) -> None:
    first = [{"name": "acc", **point} for point in batches[0]] if with_the_version else []
    version = shared_store.version(metrics=first)
    seen = {place(point) for point in first}
    for batch in batches[1:] if with_the_version else batches:
        fresh = {place(point) for point in batch} - seen
        assert log(shared_store, version, *batch) == len(fresh)
        seen |= fresh
    [series] = series_of(shared_store, version)
    latest = max((point for batch in batches for point in batch), key=rank)
    kept = points_of(shared_store, series)
    value = {"nonFinite": series.non_finite} if series.non_finite else {"value": series.value}
    assert rank({"step": series.step, "recordedAt": series.recorded_at, **value}) == rank(latest)
    assert series.points == len(kept) == len(seen)
    assert {(p.step, p.recorded_at, p.non_finite, (p.value or 0) + 0.0) for p in kept} == seen


@given(KEYS, KEYS)
def test_a_series_is_its_whole_key(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = (draft(MetricDraft, {**key, "value": 1}) for key in (one, other))
    assert (series_id("v", first) == series_id("v", second)) is (one == other)
    assert series_id("v", first) != series_id("w", first)


def test_conditions_have_no_order(store: Store) -> None:
    version = store.version()
    log(store, version, {"value": 1, "conditions": {"a": "1", "b": "2"}})
    log(store, version, {"value": 2, "conditions": {"b": "2", "a": "1"}, "step": 1})
    [series] = series_of(store, version)
    assert (series.points, series.value) == (2, 2.0)


def test_a_unit_tells_two_series_apart(store: Store) -> None:
    version = store.version(
        metrics=[{"name": "acc", "value": 0.98}, {"name": "acc", "value": 98, "unit": "%"}]
    )
    assert sorted(series.value or 0 for series in series_of(store, version)) == [0.98, 98]


def test_the_same_point_in_another_zone_is_one_row(store: Store) -> None:
    version = store.version()
    there = NOON.astimezone(timezone(timedelta(hours=9)))
    assert log(store, version, {"value": 1, "recordedAt": NOON}) == 1
    before = store.changes()
    assert log(store, version, {"value": 1.0, "recordedAt": there}, {"value": 1, "recordedAt": NOON}) == 0
    assert store.changes() == before


def test_what_is_not_finite_is_a_fact(store: Store) -> None:
    version = store.version(
        metrics=[{"name": "loss", "nonFinite": "NAN", "step": 3}, {"name": "loss", "value": 1}]
    )
    [series] = series_of(store, version)
    assert (series.value, series.non_finite, series.step) == (None, "NAN", 3)


def test_a_version_moves_when_it_is_measured(store: Store) -> None:
    version = store.version()
    log(store, version, {"value": 1})
    with store.reading() as session:
        now = find_version(session, VersionBy(id=version.id))
    assert now.updated_at > version.updated_at
    assert made_at(store, store.last_change(), now.updated_at)
    assert now.revision == version.revision


def test_at_most_a_thousand_points_at_once(store: Store) -> None:
    version = store.version()
    points = [{"value": 1, "step": step} for step in range(1_001)]
    with pytest.raises(LimitExceeded) as caught:
        log(store, version, *points)
    assert caught.value.field == ("metrics",)
    assert log(store, version, *points[:1_000]) == 1_000
    assert log(store, version, *points[900:1_000]) == 100, "a point without a time is of this moment"


def test_an_own_definition_wins_over_a_shipped_synonym(store: Store) -> None:
    synonym = next(metric.synonyms[0] for metric in shipped_metrics() if metric.synonyms)
    mine = draft(MetricDefinitionDraft, {"name": synonym, "direction": "NONE"})
    with store.writing() as session:
        [made] = define_metrics(session, [mine])
    with store.reading() as session:
        assert metric_names(session).canonical(synonym.upper()) == made
    change = store.last_change()
    assert (change.action, change.subject_id) == ("metric.defined", made.id)
    with pytest.raises(AlreadyExists) as caught, store.writing() as session:
        define_metrics(session, [mine])
    assert caught.value.existing == made.id
