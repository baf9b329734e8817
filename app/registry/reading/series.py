"""Many series at once, under their whole keys and without a row for each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from sqlalchemy import Text, select, type_coerce
from sqlmodel import col

from app.db.engine import ReadSession
from app.db.statements import GIVEN
from app.db.text import fold, fold_term
from app.registry.tables import MetricSeries

CHOICES = 5
"""How many of the metrics that a key may mean are named."""

_MEASURED = select(
    col(MetricSeries.owner_id),
    col(MetricSeries.value),
    col(MetricSeries.non_finite),
    col(MetricSeries.name_folded),
    col(MetricSeries.name),
    col(MetricSeries.dataset),
    col(MetricSeries.split),
    col(MetricSeries.slice),
    col(MetricSeries.source),
    col(MetricSeries.unit),
    type_coerce(col(MetricSeries.conditions), Text),
).where(col(MetricSeries.owner_id).in_(GIVEN))


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

    Keys are in the order of their names, so that those that differ in conditions alone stand together.
    """
    by_key: dict[tuple[Any, ...], dict[str, Measured]] = {}
    for owner, value, non_finite, *key in session.execute(_MEASURED, {"given": list(version_ids)}):
        by_key.setdefault(tuple(key), {})[owner] = (value, non_finite)
    keys = sorted(by_key, key=lambda key: tuple("" if part is None else part for part in key))
    return [(_series_key(key), by_key[key]) for key in keys]


def metric_label(key: SeriesKey) -> str:
    """Return a whole key as one line: ``accuracy · ImageNet · val · resolution=224``."""
    conditions = [f"{name}={value}" for name, value in key.conditions.items()]
    source = [] if key.source == "EVALUATION" else [key.source.lower()]
    parts = [key.name, key.dataset, key.split, key.slice, *conditions, *source, key.unit]
    return " · ".join(part for part in parts if part)


def _series_key(columns: tuple[Any, ...]) -> SeriesKey:
    _, name, dataset, split, slice_, source, unit, conditions = columns
    return SeriesKey(name, dataset, split, slice_, orjson.loads(conditions), source, unit)
