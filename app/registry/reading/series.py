"""Many series at once, under their whole keys and without a row for each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from sqlalchemy import Text, inspect, select, type_coerce

from app.db.engine import ReadSession
from app.db.statements import GIVEN
from app.db.text import fold, fold_term
from app.registry.tables import MetricSeries

CHOICES = 5
"""How many of the metrics that a key may mean are named."""

SERIES: Any = inspect(MetricSeries).local_table
"""The table, past the ORM, which would take longer for a row than the database does."""

_MEASURED = select(
    SERIES.c.owner_id,
    SERIES.c.value,
    SERIES.c.non_finite,
    SERIES.c.name,
    SERIES.c.dataset,
    SERIES.c.split,
    SERIES.c.slice,
    SERIES.c.source,
    SERIES.c.unit,
    type_coerce(SERIES.c.conditions, Text),
).where(SERIES.c.owner_id.in_(GIVEN))


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """The whole key of a series: only values under the same key are alike.

    Attributes:
        conditions: In the order of their names.
    """

    name: str
    dataset: str | None
    split: str | None
    slice: str | None
    conditions: Mapping[str, str]
    source: str
    unit: str | None

    @property
    def name_folded(self) -> str:
        """The name as the table of series keeps it for comparing."""
        return fold_term(self.name)

    @property
    def dataset_folded(self) -> str | None:
        """The dataset likewise."""
        return None if self.dataset is None else fold(self.dataset)


Measured: TypeAlias = tuple[float | None, str | None]
"""The latest point of a series: its value, or why it is not finite."""


ByKey: TypeAlias = Sequence[tuple[SeriesKey, Mapping[str, Measured]]]
"""By whole key, what each version has under it, by version."""


def measured_by_key(session: ReadSession, version_ids: Collection[str]) -> ByKey:
    """Return the series of versions, by whole key and then by version.

    Names and datasets are compared folded, and shown as most of the versions write them; where one version
    writes a key in several ways, each is a key of its own. Keys are in the order of their names, so that
    those that differ in conditions alone stand together.
    """
    written: dict[tuple[Any, ...], dict[str, Measured]] = {}
    for row in session.execute(_MEASURED, {"given": list(version_ids)}).all():
        written.setdefault(row[3:], {})[row[0]] = (row[1], row[2])
    alike: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for key in sorted(written, key=_in_order):
        name, dataset, *rest = key
        alike.setdefault((fold_term(name), dataset and fold(dataset), *rest), []).append(key)
    return [one for keys in alike.values() for one in _joined(keys, written)]


def _in_order(key: tuple[Any, ...]) -> tuple[str, ...]:
    return (fold_term(key[0]), *("" if part is None else part for part in key))


def _joined(
    keys: Sequence[tuple[Any, ...]], written: Mapping[tuple[Any, ...], dict[str, Measured]]
) -> list[tuple[SeriesKey, Mapping[str, Measured]]]:
    """Return what several ways to write a key hold as one, unless a version has two of them."""
    every = {owner: one for key in keys for owner, one in written[key].items()}
    if len(every) < sum(len(written[key]) for key in keys):
        return [(_series_key(key), written[key]) for key in keys]
    return [(_series_key(max(keys, key=lambda key: len(written[key]))), every)]


def metric_label(key: SeriesKey) -> str:
    """Return a whole key as one line: ``accuracy · ImageNet · val · resolution=224``."""
    conditions = [f"{name}={value}" for name, value in key.conditions.items()]
    source = [] if key.source == "EVALUATION" else [key.source.lower()]
    parts = [key.name, key.dataset, key.split, key.slice, *conditions, *source, key.unit]
    return " · ".join(part for part in parts if part)


def _series_key(columns: tuple[Any, ...]) -> SeriesKey:
    name, dataset, split, slice_, source, unit, conditions = columns
    return SeriesKey(name, dataset, split, slice_, orjson.loads(conditions), source, unit)
