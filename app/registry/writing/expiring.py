"""Drafts that nobody finishes: one that was left alone for some time ends FAILED, with the reason.

Left alone means that nothing of it was changed: no tag, no measurement, no stage. Every API process looks now
and then; whoever comes first ends the draft, and the others find nothing to do.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlmodel import col, select

from app.db.engine import Database, ReadSession
from app.identity.session import WriteSession, write
from app.identity.viewer import Authorizer, Viewer
from app.registry.drafts import VersionState
from app.registry.reading.holding import hold_models_of
from app.registry.tables import ModelVersion
from app.registry.writing.revising import revise

AT_ONCE = 200


def expire_drafts(database: Database, viewer: Viewer, authorizer: Authorizer, idle: timedelta) -> int:
    """End the drafts that were left alone for `idle`, and return how many; without any, nothing is locked."""
    ended = 0
    while True:
        with database.read() as session:
            if not _left_alone(session, datetime.now(UTC) - idle):
                return ended
        ended += write(database, viewer, authorizer, lambda session: _expire(session, idle))


def _expire(session: WriteSession, idle: timedelta) -> int:
    since = session.now - idle
    found = {version.id for version in _left_alone(session, since)}
    hold_models_of(session, found)
    drafts = [version for version in _left_alone(session, since) if version.id in found]
    values = {"state": str(VersionState.FAILED), "state_message": f"left alone for {_told(idle)}"}
    for version in drafts:
        session.require("version.expire", version.id)
        revise(session, version, values, action="version.expired")
    return len(drafts)


def _left_alone(session: ReadSession, since: datetime) -> Sequence[ModelVersion]:
    # As text, so that the index of the drafts is found; it holds nothing else.
    pending = text("model_version.state = 'PENDING'")
    mine = select(ModelVersion).where(pending, col(ModelVersion.deleted_at).is_(None))
    oldest = mine.where(col(ModelVersion.updated_at) <= since).order_by(col(ModelVersion.updated_at))
    return session.exec(oldest.limit(AT_ONCE)).all()


def _told(idle: timedelta) -> str:
    return f"{idle.total_seconds() / 3600:g} hours"
