"""Exporting models: each with its versions, and its measurements in lines of bounded length."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.statements import batched
from app.registry.drafts import FactsDraft
from app.registry.patches import VersionState
from app.registry.provenance import stated_of
from app.registry.stages import FIRST_STAGE
from app.registry.tables import (
    Alias,
    MetricPoint,
    MetricSeries,
    ModelVersion,
    Namespace,
    Param,
    RegisteredModel,
)
from app.registry.tasks import task_names
from app.transfer.standing import tags_of

MODELS_AT_ONCE = 200
VALUES_A_STATEMENT = 500
POINTS_A_LINE = 20_000

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Parts:
    """What belongs to some versions, by their ids; what they were made with, by its own ids."""

    tags: Mapping[str, Mapping[str, Any]]
    params: Mapping[str, Mapping[str, Any]]
    aliases: Mapping[str, list[str]]
    metrics: Mapping[str, list[Line]]
    made_with: Mapping[str, Line]


def model_lines(session: ReadSession) -> Iterator[Line]:
    """Return the lines of all models, in the order of their names.

    A model with more than `POINTS_A_LINE` measurements has further lines, which add the others.
    """
    canonical = task_names(session).canonical
    ids = session.exec(
        select(RegisteredModel.id)
        .join(Namespace, col(Namespace.id) == RegisteredModel.namespace_id)
        .where(col(RegisteredModel.deleted_at).is_(None))
        .order_by(col(Namespace.name), col(RegisteredModel.name))
    ).all()
    for some in batched(ids, MODELS_AT_ONCE):
        models = _models(session, some)
        tags, versions = tags_of(session, some), _versions(session, some)
        parts = _parts(session, [row for mine in versions.values() for row in mine])
        for model_id in some:
            row, namespace = models[model_id]
            name = {"type": "model", "namespace": namespace, "name": row.name}
            facts = {**_facts(row, canonical(row.task or "")), "tags": _sorted(tags.get(row.id, {}))}
            yield from _cut({**name, **facts}, name, versions.get(row.id, ()), parts)
        session.expunge_all()


def _models(session: ReadSession, ids: Sequence[str]) -> dict[str, tuple[RegisteredModel, str]]:
    named = (
        select(RegisteredModel, Namespace.name)
        .join(Namespace, col(Namespace.id) == RegisteredModel.namespace_id)
        .where(col(RegisteredModel.id).in_(ids))
    )
    return {row.id: (row, namespace) for row, namespace in session.exec(named)}


def _facts(row: RegisteredModel, task: str | None) -> Line:
    given = FactsDraft.model_construct(
        **{name: getattr(row, name) for name in FactsDraft.model_fields.keys() - {"task", "task_as_written"}}
    )
    facts = given.model_dump(by_alias=True)
    facts["task"] = task or row.task
    facts["taskAsWritten"] = row.task_written if row.task_written != facts["task"] else None
    return {name: facts[name] for name in sorted(facts) if facts[name] not in (None, [])}


def _versions(session: ReadSession, ids: Sequence[str]) -> dict[str, list[ModelVersion]]:
    found: dict[str, list[ModelVersion]] = defaultdict(list)
    statement = select(ModelVersion).where(
        col(ModelVersion.model_id).in_(ids),
        col(ModelVersion.deleted_at).is_(None),
        ModelVersion.state == VersionState.READY,
    )
    for row in session.exec(statement.order_by(col(ModelVersion.number))):
        found[row.model_id].append(row)
    return found


def _parts(session: ReadSession, versions: Sequence[ModelVersion]) -> _Parts:
    ids = [row.id for row in versions]
    params: dict[str, dict[str, Any]] = defaultdict(dict)
    aliases: dict[str, list[str]] = defaultdict(list)
    metrics: dict[str, list[Line]] = defaultdict(list)
    for some in batched(ids, VALUES_A_STATEMENT):
        for param in session.exec(select(Param).where(col(Param.version_id).in_(some))):
            params[param.version_id][param.name] = param.value
        for alias in session.exec(select(Alias).where(col(Alias.version_id).in_(some))):
            aliases[alias.version_id].append(alias.name)
        measured = (
            select(MetricSeries, MetricPoint)
            .join(MetricPoint, col(MetricPoint.series_id) == MetricSeries.id)
            .where(col(MetricSeries.owner_id).in_(some))
        )
        for series, point in session.exec(measured):
            metrics[series.owner_id].append(_measurement(series, point))
    return _Parts(tags_of(session, ids), params, aliases, metrics, stated_of(session, versions))


def _measurement(series: MetricSeries, point: MetricPoint) -> Line:
    stated = {
        "name": series.name,
        "value": point.value,
        "nonFinite": point.non_finite,
        "dataset": series.dataset,
        "split": series.split,
        "slice": series.slice,
        "conditions": _sorted(series.conditions) or None,
        "source": series.source,
        "step": point.step,
        "unit": series.unit,
        "recordedAt": point.recorded_at,
    }
    return {name: value for name, value in stated.items() if value is not None}


def _cut(line: Line, name: Line, versions: Sequence[ModelVersion], parts: _Parts) -> Iterator[Line]:
    """Return the line of a model with its versions, and further lines for measurements beyond the bound."""
    entries: list[Line] = []
    points = 0
    for version in versions:
        entry = _entry(version, parts)
        measured = sorted(parts.metrics.get(version.id, ()), key=_place)
        entry["metrics"] = measured[: POINTS_A_LINE - points]
        entries.append(_stated(entry))
        points += len(entry["metrics"])
        for rest in batched(measured[len(entry["metrics"]) :], POINTS_A_LINE):
            yield {**line, "versions": entries}
            line, entries, points = name, [{"number": version.number, "metrics": rest}], len(rest)
    yield {**line, "versions": entries}


def _entry(row: ModelVersion, parts: _Parts) -> Line:
    return {
        "number": row.number,
        "semver": row.semver,
        "description": row.description,
        "source": row.source,
        "runId": row.run_id,
        "framework": row.framework,
        "parameterCount": row.parameter_count,
        "sizeBytes": row.size_bytes,
        "releasedAt": row.released_at,
        "stage": row.stage if row.stage != FIRST_STAGE else None,
        "aliases": sorted(parts.aliases.get(row.id, ())),
        "tags": _sorted(parts.tags.get(row.id, {})),
        "params": _sorted(parts.params.get(row.id, {})),
        "environment": parts.made_with.get(row.environment_id or ""),
        "codeRevision": parts.made_with.get(row.code_revision_id or ""),
        "signature": parts.made_with.get(row.signature_id or ""),
    }


def _stated(entry: Line) -> Line:
    return {name: value for name, value in entry.items() if value not in (None, [], {})}


def _sorted(values: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(values.items()))


def _place(measured: Line) -> tuple[str, ...]:
    """Return what orders measurements of one version: everything that tells them apart."""
    key = ("name", "dataset", "split", "slice", "source", "unit")
    told = [str(measured.get(name, "")) for name in key]
    step = f"{measured['step'] + 2**63:020d}"
    value = measured.get("nonFinite") or repr(measured.get("value"))
    moment = measured["recordedAt"].isoformat(timespec="microseconds")
    return (*told, repr(measured.get("conditions")), step, moment, value)
