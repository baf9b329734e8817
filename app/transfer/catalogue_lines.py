"""Importing what has a name and no versions: namespaces, tasks and metric definitions."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlmodel import select

from app.db.text import fold_term
from app.identity.session import WriteSession
from app.registry.drafts import AnyDraft, MetricDefinitionDraft, NamespaceDraft, TaskDraft
from app.registry.tables import MetricDefinition, Namespace, Task
from app.registry.writing.metrics import define_metrics
from app.registry.writing.namespaces import create_namespaces
from app.registry.writing.restating import restate
from app.registry.writing.tasks import define_tasks
from app.transfer.interchange import MetricDefinitionLine, NamespaceLine, TaskLine, draft_of
from app.transfer.outcome import Kind, Outcome, Refused
from app.transfer.people import people_named
from app.transfer.reading import Stated
from app.transfer.standing import contradictions


def settle_namespaces(session: WriteSession, lines: Sequence[Stated[NamespaceLine]]) -> Outcome:
    """Make the namespaces that are not there yet."""
    outcome, made = _settle(session, lines, Kind.NAMESPACE, Namespace, NamespaceDraft, create_namespaces)
    people = people_named(session, {record.created_by for _, record in made}, outcome)
    origins = [
        (row, {"created_at": record.created_at, "created_by": people.get(record.created_by)})
        for row, record in made
    ]
    restate(session, origins)
    return outcome


def settle_tasks(session: WriteSession, lines: Sequence[Stated[TaskLine]]) -> Outcome:
    """Define the tasks that are not there yet."""
    return _settle(session, lines, Kind.TASK, Task, TaskDraft, define_tasks, told_by=fold_term)[0]


def settle_metric_definitions(
    session: WriteSession, lines: Sequence[Stated[MetricDefinitionLine]]
) -> Outcome:
    """Define the metrics that are not there yet."""
    kind, draft = Kind.METRIC_DEFINITION, MetricDefinitionDraft
    return _settle(session, lines, kind, MetricDefinition, draft, define_metrics, told_by=fold_term)[0]


def _settle(
    session: WriteSession,
    lines: Sequence[Stated[NamespaceLine | TaskLine | MetricDefinitionLine]],
    kind: Kind,
    table: Any,
    draft: type[AnyDraft],
    create: Callable[[WriteSession, Sequence[AnyDraft]], Sequence[Any]],
    *,
    told_by: Callable[[str], str] = str,
) -> tuple[Outcome, list[tuple[Any, Any]]]:
    """Make what is not there yet; return it beside its lines.

    What `told_by` makes of two names is equal where they are names of one thing, whichever stood there first.
    """
    standing: dict[str, Any] = {told_by(row.name): row for row in session.exec(select(table))}
    outcome, fresh = Outcome(), []
    for line in lines:
        record = line.record
        known = standing.setdefault(told_by(record.name), record)
        if known is record:
            fresh.append(record)
        elif errors := [*contradictions(record, known, draft.model_fields.keys() - {"name"})]:
            outcome.refused.append(Refused(line, errors))
        else:
            outcome.count(kind, unchanged=1)
    made = create(session, [draft_of(record, draft) for record in fresh])
    outcome.count(kind, new=len(fresh))
    return outcome, list(zip(made, fresh, strict=True))
