"""The rows of a comparison: what every version has to say of one thing, like with like."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic.alias_generators import to_camel

from app.db.engine import ReadSession
from app.insight.comparison.cells import differs
from app.lineage.tables import Relation
from app.registry.catalogue import MetricNames
from app.registry.drafts import Direction
from app.registry.reading.attributes import Attribute, Origin, attributes_of
from app.registry.reading.datasets import RELATION_ROLES
from app.registry.reading.metrics import metric_names
from app.registry.reading.series import ByKey, SeriesKey, measured_by_key, metric_label
from app.registry.tables import MetricDefinition, ModelVersion


class RowKind(StrEnum):
    """What a row of a comparison is about, in the order of the rows."""

    FIELD = "FIELD"
    METRIC = "METRIC"
    PARAM = "PARAM"
    TAG = "TAG"
    DATASET = "DATASET"
    ENVIRONMENT = "ENVIRONMENT"
    CODE = "CODE"
    SIGNATURE = "SIGNATURE"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRow:
    """One thing that is compared.

    Attributes:
        key: Names the row for people: a metric's whole key as one line, a param's name.
        identity: Tells the row from all others of the comparison.
        values: One a version, in the order asked for; None where the version has none.
        numbers: The values that are finite numbers.
        metric: The whole key of a metric.
        versioned: Whether the values are versions of software, which PEP 440 orders.
        differs: Whether the versions differ in it; a missing value differs from any value.
    """

    kind: RowKind
    key: str
    identity: str
    values: Sequence[Any]
    numbers: Sequence[float | None] | None = None
    metric: SeriesKey | None = None
    direction: Direction = Direction.NONE
    unit: str | None = None
    versioned: bool = False
    differs: bool


@dataclass(frozen=True, slots=True)
class Material:
    """What was read of the versions that are compared.

    Attributes:
        attributes: What is said of each version, by version.
        measured: Their metrics, by whole key; none where nobody asked.
        metric_names: What the metrics' names mean.
    """

    attributes: Mapping[str, Sequence[Attribute]]
    measured: ByKey
    metric_names: MetricNames[MetricDefinition]

    def model_names(self) -> dict[str, str]:
        """Return the names of the versions' models, by version."""
        return {
            version: one.value
            for version, mine in self.attributes.items()
            for one in mine
            if (one.origin, one.key) == (Origin.MODEL, "name")
        }


def read_material(
    session: ReadSession, versions: Sequence[ModelVersion], kinds: Collection[RowKind], *, measured: bool
) -> Material:
    """Read what rows of these kinds need, by at most three statements.

    Args:
        session: Where to read.
        versions: What is compared.
        kinds: The rows that are wanted.
        measured: Whether metrics are needed even if no row is about them.
    """
    origins = {one for kind in kinds for one in _ORIGINS[kind]}
    if origins or measured:
        origins.add(Origin.MODEL)
    attributes = attributes_of(session, versions, origins)
    if not (measured or RowKind.METRIC in kinds):
        return Material(attributes, (), MetricNames(()))
    by_key = measured_by_key(session, [version.id for version in versions])
    return Material(attributes, by_key, metric_names(session))


def rows_of(
    versions: Sequence[ModelVersion], material: Material, kinds: Collection[RowKind]
) -> list[ComparisonRow]:
    """Return the rows of these kinds: by kind, fields in the order of a version's, all else by key."""
    said = [
        [one for attribute in material.attributes.get(version.id, ()) for one in _said(attribute)]
        for version in versions
    ]
    if RowKind.FIELD in kinds:
        for version, mine in zip(versions, said, strict=True):
            mine.extend(_columns(version))
    rows = [row for row in sorted(_said_rows(said), key=_place) if row.kind in kinds]
    if RowKind.METRIC in kinds:
        rows += _metric_rows(material, [version.id for version in versions])
    order = list(RowKind)
    return sorted(rows, key=lambda row: order.index(row.kind))


def _metric_rows(material: Material, ids: Sequence[str]) -> Iterator[ComparisonRow]:
    absent = (None, None)
    for key, measured in material.measured:
        definition = material.metric_names.canonical(key.name)
        points = [measured.get(owner, absent) for owner in ids]
        values = [non_finite or value for value, non_finite in points]
        yield ComparisonRow(
            kind=RowKind.METRIC,
            key=metric_label(key),
            identity=f"metric {key!r}",
            values=values,
            numbers=[value for value, _ in points],
            metric=key,
            direction=Direction(definition.direction) if definition else Direction.NONE,
            unit=key.unit or (definition.unit if definition else None),
            differs=differs(values),
        )


_MODEL_FIELDS = ("model", "task", "architecture", "license")
_COLUMNS = (
    "semver",
    "state",
    "stage",
    "framework",
    "parameter_count",
    "size_bytes",
    "released_at",
    "created_at",
    "source",
    "run_id",
    "description",
)
_FIELDS = [*_MODEL_FIELDS, *map(to_camel, _COLUMNS), "aliases"]
"""The rows of fields, in their order."""

_ORIGINS = {
    RowKind.FIELD: (Origin.MODEL, Origin.ALIAS),
    RowKind.METRIC: (),
    RowKind.PARAM: (Origin.PARAM,),
    RowKind.TAG: (Origin.TAG,),
    RowKind.DATASET: (Origin.DATASET,),
    RowKind.ENVIRONMENT: (Origin.ENVIRONMENT,),
    RowKind.CODE: (Origin.CODE,),
    RowKind.SIGNATURE: (Origin.SIGNATURE,),
}
_KINDS = {origin: kind for kind, origins in _ORIGINS.items() for origin in origins}


@dataclass(frozen=True, slots=True)
class _Said:
    """One value of one version, in the row that its kind and key name."""

    kind: RowKind
    key: str
    value: Any
    number: float | None = None
    versioned: bool = False


def _said_rows(said: Sequence[Iterable[_Said]]) -> Iterator[ComparisonRow]:
    """Make rows of what is said of each version; several values of a version in one row become a list."""
    rows: dict[tuple[RowKind, str], list[list[_Said]]] = {}
    for place, mine in enumerate(said):
        for one in mine:
            rows.setdefault((one.kind, one.key), [[] for _ in said])[place].append(one)
    for (kind, key), places in rows.items():
        values = [_one_or_list([one.value for one in mine]) for mine in places]
        numbers = [mine[0].number if mine else None for mine in places]
        versioned = all(one.versioned for mine in places for one in mine)
        yield ComparisonRow(
            kind=kind,
            key=key,
            identity=f"{kind.lower()} {key}",
            values=values,
            numbers=None if numbers.count(None) == len(numbers) else numbers,
            versioned=versioned,
            differs=differs(values, versioned=versioned),
        )


def _one_or_list(values: list[Any]) -> Any:
    return sorted(values) if len(values) > 1 else values[0] if values else None


def _columns(version: ModelVersion) -> Iterator[_Said]:
    for name in _COLUMNS:
        value = getattr(version, name)
        if value is not None:
            number = float(value) if isinstance(value, int) else None
            shown = value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
            yield _Said(RowKind.FIELD, to_camel(name), shown, number)


def _said(attribute: Attribute) -> Iterator[_Said]:
    kind, key = _KINDS[attribute.origin], attribute.key
    match (attribute.origin, key):
        case Origin.ENVIRONMENT, "packages":
            for package in attribute.value:
                yield _Said(kind, f"packages.{package['name']}", package["version"], versioned=True)
        case Origin.MODEL, "name":
            yield _Said(kind, "model", attribute.value)
        case Origin.ALIAS, _:
            yield _Said(kind, "aliases", attribute.value)
        case Origin.DATASET, _:
            role = RELATION_ROLES[Relation(attribute.part or "")]
            yield _Said(kind, f"{key} · {role.lower()}", attribute.value)
        case ((Origin.PARAM | Origin.TAG), _):
            yield _Said(kind, key, attribute.value, attribute.number)
        case _:
            yield _Said(kind, to_camel(key), attribute.value, versioned=key == "python")


def _place(row: ComparisonRow) -> tuple[int, str]:
    return (_FIELDS.index(row.key), "") if row.kind is RowKind.FIELD else (0, row.key)
