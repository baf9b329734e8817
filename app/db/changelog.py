"""The change log: every change once, in the order of the commits, chained by digests.

A change is written in the transaction that makes it. Audit, the search index, history and events are all
derived from this one table; each reader keeps its own position (the sequence it has read through).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import rfc8785
from sqlalchemy import BigInteger, Index, Integer, Text, func
from sqlmodel import Field, col, select

from app.db.columns import Json, Moment, Row
from app.db.engine import ReadSession
from app.db.ids import new_id
from app.db.locks import alone
from app.db.rows import insert_rows


class Change(Row, table=True):
    """One row of the log. It is appended and never touched again.

    Attributes:
        sequence: The place in the log, from 1 without a gap.
        transaction: Shared by all changes that were committed together.
        at: When; never before the change with the next lower sequence.
        actor_id: The principal that made the change.
        action: What was done, as ``entity.verb``, for example ``version.staged``.
        subject_id: The entity that was changed.
        related: Ids of the other entities that the change touches; a version's change names its model.
        before: What the changed fields held, as canonical JSON (RFC 8785), or None.
        after: What they hold now, likewise.
        request_id: The request that asked for it, if there was one.
        digest: SHA-256 over the predecessor's digest and this row's canonical text, in hexadecimal.
    """

    __tablename__ = "change"
    __table_args__ = (
        Index("ix_change_actor_id", "actor_id", "sequence"),
        Index("ix_change_action", "action", "sequence"),
    )

    sequence: int = Field(primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite"))
    id: str = Field(unique=True)
    transaction: str
    at: datetime = Field(index=True, sa_type=Moment)
    actor_id: str
    action: str
    subject_id: str = Field(index=True)
    related: list[str] = Field(sa_type=Json)
    before: str | None = Field(default=None, sa_type=Text)
    after: str | None = Field(default=None, sa_type=Text)
    request_id: str | None = None
    digest: str


_ENDS = select(
    select(Change.id).order_by(col(Change.sequence)).limit(1).scalar_subquery(), func.max(Change.sequence)
)


class ChangeEntity(Row, table=True):
    """An entity that a change touches, as its subject or beside it: the way from an entity to its changes."""

    __tablename__ = "change_entity"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's name and form

    entity_id: str = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A change on its way into the log: what happened, before the log says when and in which place.

    Attributes:
        before: What the changed fields held: JSON, or moments.
        after: What they hold now, likewise.
    """

    action: str
    subject_id: str
    related: Sequence[str] = ()
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """The name under which the log keeps a fact: its id, and its place where that is known before COMMIT."""

    id: str
    sequence: int | None


@dataclass(slots=True)
class LogTail:
    """The end of the log as one write transaction sees it and moves it.

    Attributes:
        sequence: The place of the last change; None where COMMIT gives places (`app.db.sealing`).
    """

    transaction: str
    now: datetime
    sequence: int | None
    digest: str


def open_tail(session: ReadSession) -> LogTail:
    """Read the end of the log and fix the transaction's moment, always behind the last change.

    So no two transactions share a moment, even while a clock that was set back catches up.
    """
    now = datetime.now(UTC)
    if not alone(session):
        return LogTail(new_id("txn"), now, None, "")
    last = session.exec(select(Change).order_by(col(Change.sequence).desc()).limit(1)).first()
    if last is None:
        return LogTail(new_id("txn"), now, 0, "")
    return LogTail(new_id("txn"), max(now, last.at + datetime.resolution), last.sequence, last.digest)


def append(
    session: ReadSession, tail: LogTail, facts: Sequence[Fact], *, actor_id: str, request_id: str | None
) -> list[Logged]:
    """Append `facts` in their order and move `tail` behind them.

    The order of the log is the order of the commits: either the caller holds the database's write lock, or
    places are given by COMMIT.
    """
    rows = [_row(tail, fact, actor_id, request_id) for fact in facts]
    if tail.sequence is None:
        insert_rows(session, Change, [{**row, "digest": ""} for row in rows])
        return [Logged(row["id"], None) for row in rows]
    rows = [_seal(tail, row) for row in rows]
    insert_rows(session, Change, rows)
    touched = [
        {"entity_id": entity, "sequence": row["sequence"]}
        for row in rows
        for entity in dict.fromkeys([row["subject_id"], *row["related"]])
    ]
    insert_rows(session, ChangeEntity, touched)
    return [Logged(row["id"], row["sequence"]) for row in rows]


def digest_of(previous: str, row: Mapping[str, Any]) -> str:
    """Return the digest of a log row (all its columns but the digest) behind its predecessor's."""
    parts = {
        **row,
        "at": row["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        "sequence": str(row["sequence"]),
    }
    parts.pop("digest", None)
    return hashlib.sha256(previous.encode() + _canonical(parts)).hexdigest()


def canonical(value: Mapping[str, Any] | None) -> str | None:
    """Return the canonical text (RFC 8785) of a JSON object, whose moments are text in it; or None."""
    if value is None:
        return None
    return _canonical(
        {name: part.isoformat() if isinstance(part, datetime) else part for name, part in value.items()}
    ).decode()


def head(session: ReadSession) -> int:
    """Return the highest sequence of the log, 0 when nothing happened yet."""
    return session.exec(select(Change.sequence).order_by(col(Change.sequence).desc()).limit(1)).first() or 0


def newest(session: ReadSession) -> Change | None:
    """Return the last change, None when nothing happened yet."""
    return session.exec(select(Change).order_by(col(Change.sequence).desc()).limit(1)).first()


def identity(session: ReadSession) -> str:
    """Return what tells this registry's log from any other: the id of its first change."""
    return session.exec(select(Change.id).order_by(col(Change.sequence)).limit(1)).first() or ""


def ends(session: ReadSession) -> tuple[str, int]:
    """Return the log's identity and the sequence of its newest change, by one statement."""
    found, newest = session.execute(_ENDS).one()
    return found or "", newest or 0


def changes_after(session: ReadSession, sequence: int, *, limit: int) -> Sequence[Change]:
    """Return up to `limit` changes behind `sequence`, in the log's order."""
    return session.exec(
        select(Change).where(col(Change.sequence) > sequence).order_by(col(Change.sequence)).limit(limit)
    ).all()


def _canonical(value: Any) -> bytes:
    """Return the RFC 8785 form; the quick writer serves where both write the same."""
    if _written_alike(value):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return rfc8785.dumps(value)


def _written_alike(value: Any) -> bool:
    """Tell whether a value holds no numbers but small whole ones, and no keys that sort by their encoding."""
    match value:
        case str() | None | bool():
            return True
        case int():
            return abs(value) < 2**53
        case list() | tuple():
            return all(map(_written_alike, value))
        case dict():
            return all(key.isascii() and _written_alike(item) for key, item in value.items())
    return False


def _row(tail: LogTail, fact: Fact, actor_id: str, request_id: str | None) -> dict[str, Any]:
    return {
        "id": new_id("chg"),
        "transaction": tail.transaction,
        "at": tail.now,
        "actor_id": actor_id,
        "action": fact.action,
        "subject_id": fact.subject_id,
        "related": list(fact.related),
        "before": canonical(fact.before),
        "after": canonical(fact.after),
        "request_id": request_id,
    }


def _seal(tail: LogTail, row: dict[str, Any]) -> dict[str, Any]:
    tail.sequence = (tail.sequence or 0) + 1
    placed = {"sequence": tail.sequence, **row}
    tail.digest = digest_of(tail.digest, placed)
    return {**placed, "digest": tail.digest}
