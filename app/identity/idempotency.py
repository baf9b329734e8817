"""Requests that are sent again are answered again, and not done twice."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Field, col, delete

from app.db.columns import Json, Moment, Row
from app.errors import Conflict, InvalidInput
from app.identity.session import WriteSession

KEPT = timedelta(hours=48)
SHORTEST, LONGEST = 16, 128


class AnsweredRequest(Row, table=True):
    """A request with a key, and what it did.

    Attributes:
        action: The mutation; a key is unique for a principal and a mutation.
        digest: Tells whether a request under the same key is the same.
        answer: What is needed to answer it again.
    """

    __tablename__ = "answered_request"

    principal_id: str = Field(primary_key=True, foreign_key="principal.id")
    action: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    digest: str
    answer: dict[str, Any] = Field(sa_type=Json)
    at: datetime = Field(sa_type=Moment, index=True)


def answered(session: WriteSession, action: str, key: str, digest: str) -> dict[str, Any] | None:
    """Return what the same request was answered within the last 48 hours, or None when it is new.

    Raises:
        InvalidInput: The key is not 16 to 128 printable ASCII characters.
        Conflict: Another request came under this key.
    """
    if not SHORTEST <= len(key) <= LONGEST or not (key.isascii() and key.isprintable()):
        message = f"a key is {SHORTEST} to {LONGEST} printable ASCII characters"
        raise InvalidInput(message, field=["idempotencyKey"])
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
