"""Requests that are sent again are answered again, and not done twice."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlmodel import col, delete

from app.db.locks import hold
from app.errors import Conflict, InvalidInput
from app.identity.session import WriteSession
from app.identity.tables import AnsweredRequest

KEPT = timedelta(hours=48)
SHORTEST, LONGEST = 16, 128


def answered(session: WriteSession, action: str, key: str, digest: str) -> dict[str, Any] | None:
    """Return what the same request was answered within the last 48 hours, or None when it is new.

    Raises:
        InvalidInput: The key is not 16 to 128 printable ASCII characters.
        Conflict: Another request came under this key.
    """
    if not SHORTEST <= len(key) <= LONGEST or not (key.isascii() and key.isprintable()):
        message = f"a key is {SHORTEST} to {LONGEST} printable ASCII characters"
        raise InvalidInput(message, field=["idempotencyKey"])
    hold(session, session.viewer.id, action, key)
    known = session.get(AnsweredRequest, (session.viewer.id, action, key))
    if known is None:
        return None
    if known.at <= session.now - KEPT:
        session.expunge(known)
        return None
    if known.digest != digest:
        raise Conflict("another request came under this key: choose a new one", field=["idempotencyKey"])
    return known.answer


def remember(session: WriteSession, action: str, key: str, digest: str, answer: Mapping[str, Any]) -> None:
    """Keep what a request did, in its own transaction, and forget what is older than 48 hours."""
    session.execute(delete(AnsweredRequest).where(col(AnsweredRequest.at) <= session.now - KEPT))
    session.add(
        AnsweredRequest(
            principal_id=session.viewer.id,
            action=action,
            key=key,
            digest=digest,
            answer=dict(answer),
            at=session.now,
        )
    )
    session.flush()
