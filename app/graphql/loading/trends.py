"""Metrics over the versions of models."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from app.db.engine import ReadSession
from app.errors import Ambiguous, InvalidInput
from app.graphql.inputs.matching import Matches
from app.graphql.loading.nodes import Loaded, load_nodes
from app.graphql.selection import Call, Selection
from app.graphql.types.metrics import metric
from app.graphql.types.registered import MetricTrendPoint, ModelVersion
from app.insight.comparison.cells import delta_to
from app.registry.catalogue import MetricNames
from app.registry.reading.metrics import metric_names
from app.registry.reading.series import CHOICES, SeriesKey, metric_label
from app.registry.reading.trends import Measurement, metrics_of_models, trends_of
from app.registry.tables import MetricDefinition

MOST = 100


def load_trends(session: ReadSession, loaded: Loaded, selection: Selection) -> None:
    """Fill the field `metricTrend` of models; an ambiguous key is the error of its model.

    Raises:
        InvalidInput: The limit is out of bounds.
    """
    if "metricTrend" in selection:
        names = metric_names(session)
        for call in selection.calls("metricTrend"):
            _fill(session, loaded, call, names)


def _fill(session: ReadSession, loaded: Loaded, call: Call, names: MetricNames[MetricDefinition]) -> None:
    limit = MOST if call.arguments.get("limit") is None else call.arguments["limit"]
    if not 1 <= limit <= MOST:
        raise InvalidInput(f"limit is 1 to {MOST}, not {limit}", field=["limit"])
    key = Matches().metric_key(call.arguments["metric"], ("metric",))
    metrics = metrics_of_models(session, loaded.keys(), key)
    found = trends_of(session, loaded.keys(), key, limit)
    shown = {model: list(_with_deltas(mine))[-limit:] for model, mine in found.items()}
    wanted = [version.id for mine in shown.values() for (version, _), _ in mine]
    nodes = load_nodes(session, wanted, call.below.below("version"))
    for model_id, fields in loaded.items():
        fields[call.key] = _several(key.called, metrics.get(model_id, ())) or [
            MetricTrendPoint(version=node, metric=metric(one, names.canonical(one.name)), delta=delta)
            for (version, one), delta in shown.get(model_id, ())
            if isinstance(node := nodes[version.id], ModelVersion)
        ]


def _with_deltas(trend: Sequence[Measurement]) -> Iterator[tuple[Measurement, float | None]]:
    """Yield each measurement with its distance to the last finite one before it."""
    before = None
    for version, series in trend:
        yield (version, series), delta_to(before, series.value)
        before = before if series.value is None else Decimal(repr(series.value))


def _several(called: str, metrics: Sequence[SeriesKey]) -> Ambiguous | None:
    if len(metrics) < 2:  # noqa: PLR2004 - one metric is a trend
        return None
    return Ambiguous(
        f"{len(metrics)} metrics of these versions are called {called!r}: say more of the key",
        field=["metric"],
        suggestions=[metric_label(one) for one in metrics[:CHOICES]],
    )
