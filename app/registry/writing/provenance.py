"""Keeping what versions were made with: the same content is stored once, under an id made of its digest."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.db.changelog import Fact, canonical
from app.db.engine import ReadSession
from app.db.rows import insert_rows
from app.identity.session import WriteSession
from app.registry.drafts import VersionFactsDraft
from app.registry.drafts.provenance import StatedDraft
from app.registry.reading.provenance import MADE_WITH, rows_made_with


@dataclass(frozen=True, slots=True)
class Made:
    """One thing that a version was made with, as it is kept."""

    id: str
    digest: str
    stated: StatedDraft


def made_with(draft: VersionFactsDraft) -> dict[str, Made]:
    """Return what a version states to be made with, by field.

    The digest is SHA-256 over the canonical text (RFC 8785) of what is stated; the id holds its first half.
    """
    made = {}
    for field, kind in MADE_WITH.items():
        stated: StatedDraft | None = getattr(draft, field)
        if stated is not None:
            text = canonical(stated.stated()) or ""
            digest = hashlib.sha256(text.encode()).hexdigest()
            made[field] = Made(f"{kind.prefix}_{digest[:32]}", digest, stated)
    return made


def columns_made_with(made: Mapping[str, Made]) -> dict[str, str | None]:
    """Return the columns of a version that name what it was made with."""
    return {f"{field}_id": made[field].id if field in made else None for field in MADE_WITH}


def not_kept(session: ReadSession, versions: Sequence[Mapping[str, Made]]) -> dict[str, list[Made]]:
    """Return what of all this is not kept yet, each once, by field."""
    fresh: dict[str, list[Made]] = {}
    for field in MADE_WITH:
        wanted = {made[field].id: made[field] for made in versions if field in made}
        known = rows_made_with(session, field, wanted)
        fresh[field] = [one for made_id, one in wanted.items() if made_id not in known]
    return fresh


def facts_of(fresh: Mapping[str, Sequence[Made]]) -> list[Fact]:
    """Return the facts under which the log keeps what is new."""
    return [
        Fact(
            action=f"{field}.recorded",
            subject_id=one.id,
            after={**one.stated.stated(), "digest": one.digest},
        )
        for field, made in fresh.items()
        for one in made
    ]


def keep_made(session: WriteSession, fresh: Mapping[str, Sequence[Made]]) -> None:
    """Keep what is new."""
    for field, made in fresh.items():
        rows = [{"id": one.id, "digest": one.digest, **one.stated.model_dump()} for one in made]
        insert_rows(session, MADE_WITH[field].table, rows)
