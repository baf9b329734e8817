"""Giving things that were just brought from another registry the times and authors that they had there."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_camel
from sqlalchemy import Table

from app.db.changelog import Fact
from app.db.columns import Row
from app.db.history import close_states, columns_of, open_states
from app.identity.session import WriteSession
from app.registry.tables import (
    Alias,
    Dataset,
    DatasetVersion,
    ModelVersion,
    Namespace,
    RegisteredModel,
    alias_history,
    dataset_version_history,
    model_history,
    version_history,
)

Restatable = Namespace | Dataset | DatasetVersion | RegisteredModel | ModelVersion | Alias

_ENTITIES: dict[type[Row], str] = {
    Namespace: "namespace",
    Dataset: "dataset",
    DatasetVersion: "dataset",
    RegisteredModel: "model",
    ModelVersion: "version",
    Alias: "alias",
}
_HISTORIES: dict[type[Row], Table] = {
    RegisteredModel: model_history,
    ModelVersion: version_history,
    Alias: alias_history,
    DatasetVersion: dataset_version_history,
}
_MOVING = {"updated_at", "next_number", "revision"}
"""What moves without a change of its own."""


def restate(session: WriteSession, given: Sequence[tuple[Restatable, Mapping[str, Any]]]) -> None:
    """Give columns of rows the values that they had elsewhere; what is None or stands already stays.

    The log names the values beside who brought them, one change a row: a claim is never taken for an act.
    """
    given = [(row, lacking) for row, values in given if (lacking := _lacking(row, values))]
    told = [(row, values) for row, values in given if values.keys() - _MOVING]
    logged = session.record([_fact(row, values) for row, values in told])
    for row, values in given:
        for name, value in values.items():
            setattr(row, name, value)
        session.add(row)
    session.flush()
    changed = [row for row, _ in told]
    for kind, history in _HISTORIES.items():
        mine = [
            (columns_of(row), by) for row, by in zip(changed, logged, strict=True) if isinstance(row, kind)
        ]
        states, changes = [state for state, _ in mine], [by for _, by in mine]
        close_states(session, history, states, changes)
        open_states(session, history, states, changes)


def _lacking(row: Restatable, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in values.items() if value is not None and getattr(row, name) != value
    }


def _fact(row: Restatable, values: Mapping[str, Any]) -> Fact:
    after = {to_camel(name): value for name, value in values.items() if name not in _MOVING}
    action = f"{_ENTITIES[type(row)]}.restated"
    match row:
        case Alias():
            return Fact(
                action=action,
                subject_id=row.model_id,
                related=[row.version_id],
                after={"alias": row.name, **after},
            )
        case ModelVersion():
            return Fact(action=action, subject_id=row.id, related=[row.model_id], after=after)
        case DatasetVersion():
            return Fact(action=action, subject_id=row.id, related=[row.dataset_id], after=after)
        case _:
            return Fact(action=action, subject_id=row.id, after=after)
