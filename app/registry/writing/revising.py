"""Changing a row: the change in the log, the row, and its history, in step."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_camel

from app.db.changelog import Fact
from app.db.history import close_states, columns_of, open_states
from app.errors import Conflict, StaleRevision
from app.identity.session import WriteSession
from app.registry.drafts import VersionState
from app.registry.tables import ModelVersion, RegisteredModel, model_history, version_history
from app.registry.writing.words import rewrite_words

Revised = RegisteredModel | ModelVersion


def require_revision(row: Revised, expected: int | None) -> None:
    """Return when `expected` is the row's revision, or is not given.

    Raises:
        StaleRevision: Someone changed it since the caller read it.
    """
    if expected not in {None, row.revision}:
        message = f"it is at revision {row.revision} by now: read it again"
        raise StaleRevision(message, current=row.revision, field=["expectedRevision"])


def require_ready(version: ModelVersion) -> None:
    """Return when a version is finished, as one must be that others are led to.

    Raises:
        Conflict: It is a draft still, or has failed.
    """
    if version.state == VersionState.PENDING:
        raise Conflict(f"version {version.number} is still PENDING; finalize it first", field=["version"])
    if version.state == VersionState.FAILED:
        raise Conflict(f"version {version.number} has FAILED; take one that is READY", field=["version"])


def revise(
    session: WriteSession,
    row: Revised,
    values: Mapping[str, Any],
    *,
    action: str,
    also: Mapping[str, Any] | None = None,
    related: Sequence[str] = (),
) -> bool:
    """Give columns of a row new values, as one change; return False when it has them already.

    Args:
        session: The transaction.
        row: A model or a version, as this session read it.
        values: The columns and their new values, folded shadows included.
        action: What the log calls it.
        also: Further facts for the log, such as a reason.
        related: What else the change touches.
    """
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return False
    shown = [name for name in changed if not name.endswith("_folded")]
    model = [row.model_id] if isinstance(row, ModelVersion) else []
    fact = Fact(
        action=action,
        subject_id=row.id,
        related=[*model, *related],
        before={to_camel(name): getattr(row, name) for name in shown},
        after={**{to_camel(name): changed[name] for name in shown}, **(also or {})},
    )
    logged = session.record([fact])
    for name, value in {**changed, "revision": row.revision + 1, "updated_at": session.now}.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    history = version_history if isinstance(row, ModelVersion) else model_history
    state = [columns_of(row)]
    close_states(session, history, state, logged)
    open_states(session, history, state, logged)
    if isinstance(row, RegisteredModel):
        rewrite_words(session, [row])
    return True
