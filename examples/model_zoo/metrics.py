"""Metric values: each under a whole key of its own within a version, so that none is lost."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from app.registry.catalogue import MetricNames, shipped_metrics
from examples.model_zoo.names import LONGEST_NAME, free_key, one_line
from examples.model_zoo.records import Record, stated

_KEY_AND_VALUE = {"name", "dataset", "split", "unit", "value", "higher_is_better"}
_SPREAD = ("std", "eval_episodes")
OCCURRENCE = "occurrence"


def metrics_of(record: Record, dataset_name: Callable[[str], str]) -> list[Record]:
    """Return the metric values of a record in the interchange format, as many as it states, each key once.

    Name, dataset, split and unit are the key; everything else stated beside a value (hardware, resolution,
    precision, batch, variant, runtime, component, table, number of subsets ...) is a condition. Where two
    values still share a key, the second and later ones get the condition `occurrence`, counted in the
    record's order. How far a value spreads (standard deviation, episodes) tells no two values apart and would
    make them incomparable; it is left to `spread_params`.

    Args:
        record: A raw model record.
        dataset_name: Gives the registry's name of a dataset by any of its spellings.
    """
    seen: set[tuple[Any, ...]] = set()
    return [_metric(value, dataset_name, seen) for value in record.get("metrics") or []]


def _metric(value: Record, dataset_name: Callable[[str], str], seen: set[tuple[Any, ...]]) -> Record:
    conditions = {
        one_line(key): plain(item)
        for key, item in sorted(value.items())
        if key not in _KEY_AND_VALUE and key not in _SPREAD and item not in (None, "")
    }
    metric = {
        "name": metric_name(value["name"]),
        "value": float(value["value"]),
        "dataset": dataset_name(value["dataset"]) if value.get("dataset") else None,
        "split": one_line(value.get("split")),
        "conditions": conditions,
        "source": "EVALUATION",
        "unit": one_line(value.get("unit")),
    }
    occurrence = 1
    while (key := whole_key(metric)) in seen:
        occurrence += 1
        conditions[OCCURRENCE] = str(occurrence)
    seen.add(key)
    return stated(metric)


def metric_name(text: str) -> str:
    """Return a metric's name on one line, at most 256 characters."""
    return one_line(text)[:LONGEST_NAME].rstrip()


def whole_key(metric: Record) -> tuple[Any, ...]:
    """Return what may occur once in a version: name, dataset, split, slice, conditions, source and unit."""
    parts = (metric.get(part) or None for part in ("name", "dataset", "split", "slice", "source", "unit"))
    return (*parts, tuple(sorted((metric.get("conditions") or {}).items())))


def plain(value: Any) -> str:
    """Return a condition as text; 8 and 8.0 are the same."""
    match value:
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return one_line(str(value))


def spread_params(record: Record, params: Record) -> Record:
    """Return the standard deviation and episodes beside each metric as parameters named after it."""
    spread: Record = {}
    for value in record.get("metrics") or []:
        for part in _SPREAD:
            if part in value:
                spread[free_key(params | spread, f"{value['name']} {part}")] = value[part]
    return spread


def metric_definitions(records: Iterable[Record]) -> list[Record]:
    """Return a definition for each metric that has a stated direction, by name.

    A name for which both directions are stated has none. A direction that contradicts the one Holotype ships
    is a slip of its source and is left out. Units are left to the values, being part of their keys: what one
    source measures in per cent, another gives as a fraction.
    """
    directions: defaultdict[str, set[bool]] = defaultdict(set)
    for record in records:
        for value in record.get("metrics") or []:
            name = metric_name(value["name"])
            if value.get("higher_is_better") is not None:
                directions[name].add(value["higher_is_better"])
    shipped = MetricNames(shipped_metrics())
    definitions = {name: _direction(directions[name]) for name in sorted(directions)}
    return [
        {"type": "metricDefinition", "name": name, "direction": direction}
        for name, direction in definitions.items()
        if (known := shipped.canonical(name)) is None or known.direction == direction
    ]


def _direction(stated_directions: set[bool]) -> str:
    if len(stated_directions) > 1:
        return "NONE"
    return "MAXIMIZE" if True in stated_directions else "MINIMIZE"
