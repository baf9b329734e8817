"""Importing what has a name and no versions: namespaces, tasks and metric definitions."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlmodel import col, select

from app.identity.session import WriteSession
from app.registry.drafts import AnyDraft, MetricDefinitionDraft, NamespaceDraft, TaskDraft
from app.registry.metrics import define_metrics
from app.registry.namespaces import create_namespaces
from app.registry.tables import MetricDefinition, Namespace, Task
from app.registry.tasks import define_tasks
from app.transfer.interchange import MetricDefinitionLine, NamespaceLine, TaskLine, draft_of
from app.transfer.outcome import Kind, Outcome, Refused
from app.transfer.reading import Stated
from app.transfer.standing import contradictions


def settle_namespaces(session: WriteSession, lines: Sequence[Stated[NamespaceLine]]) -> Outcome:
    """Make the namespaces that are not there yet."""
    return _settle(session, lines, Kind.NAMESPACE, Namespace, NamespaceDraft, create_namespaces)


def settle_tasks(session: WriteSession, lines: Sequence[Stated[TaskLine]]) -> Outcome:
    """Define the tasks that are not there yet."""
    return _settle(session, lines, Kind.TASK, Task, TaskDraft, define_tasks)


def settle_metric_definitions(
    session: WriteSession, lines: Sequence[Stated[MetricDefinitionLine]]
) -> Outcome:
    """Define the metrics that are not there yet."""
    return _settle(
        session, lines, Kind.METRIC_DEFINITION, MetricDefinition, MetricDefinitionDraft, define_metrics
    )


def _settle(
    session: WriteSession,
    lines: Sequence[Stated[NamespaceLine | TaskLine | MetricDefinitionLine]],
    kind: Kind,
    table: Any,
    draft: type[AnyDraft],
    create: Callable[[WriteSession, Sequence[AnyDraft]], object],
) -> Outcome:
    names = {line.record.name for line in lines}
    standing = {row.name: row for row in session.exec(select(table).where(col(table.name).in_(names)))}
    outcome, fresh = Outcome(), []
    for line in lines:
        record = line.record
        if record.name not in standing:
            fresh.append(draft_of(record, draft))
        elif errors := [*contradictions(record, standing[record.name], draft.model_fields)]:
            outcome.refused.append(Refused(line, errors))
        else:
            outcome.count(kind, unchanged=1)
    create(session, fresh)
    outcome.count(kind, new=len(fresh))
    return outcome
