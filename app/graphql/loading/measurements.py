"""Params and metrics of versions."""

from collections.abc import Sequence
from typing import Any

from app.db.engine import ReadSession
from app.db.text import fold_term
from app.errors import Ambiguous
from app.graphql.inputs.filters import MetricFilter
from app.graphql.inputs.matching import Matches
from app.graphql.inputs.paging import page_request
from app.graphql.loading.nodes import Loaded
from app.graphql.loading.rows import param_of
from app.graphql.selection import Selection
from app.graphql.types.connections import connection
from app.graphql.types.metrics import metric
from app.registry import tables as rows
from app.registry.reading import listing
from app.registry.reading.metrics import MetricsWanted, metric_names, metrics_of, series_with_key
from app.registry.reading.series import CHOICES


def load_params(session: ReadSession, loaded: Loaded, selection: Selection) -> None:
    """Fill the fields `params` and `param` of versions."""
    for call in selection.calls("params"):
        request = page_request(call.arguments, first=100)
        pages = listing.params_of(session, loaded.keys(), request, counted="totalCount" in call.below)
        for version_id, fields in loaded.items():
            page = pages.get(version_id)
            fields[call.key] = connection(page, [param_of(row) for row in page.items] if page else [])
    if "param" in selection:
        params = listing.params_by_version(session, list(loaded))
        for call in selection.calls("param"):
            for version_id, fields in loaded.items():
                row = params.get(version_id, {}).get(call.arguments["name"])
                fields[call.key] = None if row is None else param_of(row)


def load_metrics(session: ReadSession, loaded: Loaded, selection: Selection) -> None:
    """Fill the fields `metrics` and `metric` of versions; an ambiguous key is the error of its version."""
    if not selection.asks("metrics", "metric"):
        return
    names = metric_names(session)

    def made(series: rows.MetricSeries) -> Any:
        return metric(series, names.canonical(series.name))

    for call in selection.calls("metrics"):
        request = page_request(call.arguments, first=100)
        wanted = metrics_wanted(call.arguments.get("filter"))
        pages = metrics_of(session, loaded.keys(), request, wanted=wanted, counted="totalCount" in call.below)
        for version_id, fields in loaded.items():
            page = pages.get(version_id)
            fields[call.key] = connection(page, [made(row) for row in page.items] if page else [])
    for call in selection.calls("metric"):
        key = Matches().metric_key(call.arguments["key"], ("key",))
        found = series_with_key(session, loaded.keys(), key)
        for version_id, fields in loaded.items():
            mine = found.get(version_id, [])
            fields[call.key] = _ambiguous(mine) if len(mine) > 1 else made(mine[0]) if mine else None


def metrics_wanted(given: MetricFilter | None) -> MetricsWanted:
    """Return which metrics a filter admits.

    Raises:
        InvalidInput: A text is too long, or is one that no store can keep.
    """
    if not given:
        return MetricsWanted()
    texts: dict[str, Any] = {}
    for name, matches in (("name", Matches(fold_term)), ("dataset", Matches()), ("split", Matches())):
        if match := getattr(given, name):
            text = matches.plain_text(match, ("filter", name))
            texts[name] = text
            texts[f"no_{name}"] = text is None
    sources = None if not isinstance(given.source, list) else tuple(one.name for one in given.source)
    return MetricsWanted(**texts, sources=sources)


def _ambiguous(series: Sequence[rows.MetricSeries]) -> Ambiguous:
    name = series[0].name
    return Ambiguous(
        f"{len(series)} metrics of this version are called {name!r}: say more of the key",
        field=["key"],
        suggestions=[_described(one) for one in series[:CHOICES]],
    )


def _described(series: rows.MetricSeries) -> str:
    conditions = ", ".join(f"{name}={value}" for name, value in series.conditions.items())
    parts = {
        "dataset": series.dataset,
        "split": series.split,
        "slice": series.slice,
        "conditions": conditions or None,
        "source": series.source,
        "unit": series.unit,
    }
    stated = ", ".join(f"{name}: {value}" for name, value in parts.items() if value is not None)
    return f"{series.name} ({stated})"
