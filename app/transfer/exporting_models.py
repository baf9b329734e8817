"""Exporting models: each with its versions, and its measurements in lines of bounded length."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.statements import VALUES_A_STATEMENT, batched
from app.registry.drafts import FactsDraft, VersionState
from app.registry.reading.listing import tags_of
from app.registry.reading.provenance import stated_of
from app.registry.reading.stages import FIRST_STAGE
from app.registry.reading.tasks import task_names
from app.registry.tables import (
    Alias,
    MetricPoint,
    MetricSeries,
    ModelRedirect,
    ModelVersion,
    Namespace,
    Param,
    RegisteredModel,
)

MODELS_AT_ONCE = 200
POINTS_A_LINE = 20_000

Line = dict[str, Any]
People = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Parts:
    """What belongs to some versions, by their ids; people and what they were made with by their own."""

    people: People
    tags: Mapping[str, Mapping[str, Any]]
    params: Mapping[str, Mapping[str, Any]]
    aliases: Mapping[str, list[Line]]
    metrics: Mapping[str, list[Line]]
    made_with: Mapping[str, Line]


def model_lines(session: ReadSession, people: People) -> Iterator[Line]:
    """Return the lines of all models, in the order of their names, each behind the model that replaces it.

    A model with more than `POINTS_A_LINE` measurements has further lines, which add the others.
    """
    canonical = task_names(session).canonical
    for some in batched(_order(session), MODELS_AT_ONCE):
        models, names = _models(session, some)
        tags, versions, former = tags_of(session, some), _versions(session, some), _former(session, some)
        parts = _parts(session, people, [row for mine in versions.values() for row in mine])
        for model_id in some:
            row, namespace = models[model_id]
            mine = versions.get(model_id, ())
            name = {"type": "model", "namespace": namespace, "name": row.name, "updatedAt": row.updated_at}
            facts = {
                **_facts(row, canonical(row.task or "")),
                **_origin(row, people),
                "owners": [people[owner] for owner in row.owners],
                "formerNames": former.get(row.id),
                "retirement": _retirement(row, people, names),
                "nextNumber": row.next_number if row.next_number != _following(mine) else None,
                "tags": _sorted(tags.get(row.id, {})),
            }
            yield from _cut({**name, **facts}, name, mine, parts)
        session.expunge_all()


def _order(session: ReadSession) -> list[str]:
    """Return the ids of the living models by name, but each behind the model that replaces it."""
    named = session.execute(
        select(RegisteredModel.id, RegisteredModel.replacement_id)
        .join(Namespace, col(Namespace.id) == RegisteredModel.namespace_id)
        .where(col(RegisteredModel.deleted_at).is_(None))
        .order_by(col(Namespace.name), col(RegisteredModel.name))
    )
    replaced_by = dict(named.all())
    order: dict[str, None] = {}
    for model_id in replaced_by:
        chain: dict[str, None] = {}
        following: str | None = model_id
        while following is not None and following in replaced_by and following not in order:
            chain[following] = None
            following = replaced_by[following]
        order.update(dict.fromkeys(reversed(chain)))
    return list(order)


def _models(
    session: ReadSession, ids: Sequence[str]
) -> tuple[dict[str, tuple[RegisteredModel, str]], dict[str, Line]]:
    """Return models with their namespaces, and the names of the living ones that replace them."""
    named = (
        select(RegisteredModel, Namespace.name)
        .join(Namespace, col(Namespace.id) == RegisteredModel.namespace_id)
        .where(col(RegisteredModel.id).in_(ids))
    )
    models = {row.id: (row, namespace) for row, namespace in session.exec(named)}
    replacements = (
        select(RegisteredModel.id, Namespace.name, RegisteredModel.name)
        .join(Namespace, col(Namespace.id) == RegisteredModel.namespace_id)
        .where(
            col(RegisteredModel.id).in_({row.replacement_id for row, _ in models.values()} - {None}),
            col(RegisteredModel.deleted_at).is_(None),
        )
    )
    names = {
        model_id: {"namespace": namespace, "name": name}
        for model_id, namespace, name in session.execute(replacements)
    }
    return models, names


def _former(session: ReadSession, ids: Sequence[str]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    mine = select(ModelRedirect).where(col(ModelRedirect.model_id).in_(ids))
    for row in session.exec(mine.order_by(col(ModelRedirect.name))):
        found[row.model_id].append({"name": row.name, "since": row.since})
    return found


def _retirement(row: RegisteredModel, people: People, names: Mapping[str, Line]) -> Line | None:
    if row.retired_at is None:
        return None
    stated = {
        "reason": row.retirement_reason,
        "at": row.retired_at,
        "by": people[row.retired_by] if row.retired_by else None,
        "replacement": names.get(row.replacement_id or ""),
    }
    return _stated(stated)


def _following(versions: Sequence[ModelVersion]) -> int:
    return 1 + max((version.number for version in versions), default=0)


def _origin(row: RegisteredModel | ModelVersion, people: People) -> Line:
    return {"createdAt": row.created_at, "createdBy": people[row.created_by], "updatedAt": row.updated_at}


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
    )
    for row in session.exec(statement.order_by(col(ModelVersion.number))):
        found[row.model_id].append(row)
    return found


def _parts(session: ReadSession, people: People, versions: Sequence[ModelVersion]) -> _Parts:
    ids = [row.id for row in versions]
    params: dict[str, dict[str, Any]] = defaultdict(dict)
    aliases: dict[str, list[Line]] = defaultdict(list)
    metrics: dict[str, list[Line]] = defaultdict(list)
    for some in batched(ids, VALUES_A_STATEMENT):
        for param in session.exec(select(Param).where(col(Param.version_id).in_(some))):
            params[param.version_id][param.name] = param.value
        pointing = select(Alias).where(col(Alias.version_id).in_(some)).order_by(col(Alias.name))
        for alias in session.exec(pointing):
            protected = {"protected": True} if alias.protected else {}
            aliases[alias.version_id].append({"name": alias.name, "since": alias.since, **protected})
        measured = (
            select(MetricSeries, MetricPoint)
            .join(MetricPoint, col(MetricPoint.series_id) == MetricSeries.id)
            .where(col(MetricSeries.owner_id).in_(some))
        )
        for series, point in session.exec(measured):
            metrics[series.owner_id].append(_measurement(series, point))
    return _Parts(people, tags_of(session, ids), params, aliases, metrics, stated_of(session, versions))


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
            further = {"number": version.number, "updatedAt": version.updated_at, "metrics": rest}
            line, entries, points = name, [further], len(rest)
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
        "state": row.state if row.state != VersionState.READY else None,
        "stateMessage": row.state_message,
        "stage": row.stage if row.stage != FIRST_STAGE else None,
        "stageSince": row.stage_since,
        **_origin(row, parts.people),
        "aliases": parts.aliases.get(row.id, ()),
        "tags": _sorted(parts.tags.get(row.id, {})),
        "params": _sorted(parts.params.get(row.id, {})),
        "environment": parts.made_with.get(row.environment_id or ""),
        "codeRevision": parts.made_with.get(row.code_revision_id or ""),
        "signature": parts.made_with.get(row.signature_id or ""),
    }


def _stated(entry: Line) -> Line:
    return {name: value for name, value in entry.items() if value not in (None, [], {}, ())}


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
