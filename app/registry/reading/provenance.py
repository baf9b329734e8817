"""Reading what versions were made with: the same content is one row, whoever states it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.statements import VALUES_A_STATEMENT, batched
from app.registry.drafts.provenance import CodeRevisionDraft, EnvironmentDraft, SignatureDraft, StatedDraft
from app.registry.tables import CodeRevision, Environment, ModelVersion, Signature


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that versions are made with.

    Attributes:
        prefix: Of its ids.
        table: Its rows.
        draft: How it is stated.
    """

    prefix: str
    table: Any
    draft: type[StatedDraft]


MADE_WITH: Mapping[str, Kind] = {
    "environment": Kind("env", Environment, EnvironmentDraft),
    "code_revision": Kind("cod", CodeRevision, CodeRevisionDraft),
    "signature": Kind("sig", Signature, SignatureDraft),
}
"""By the field of a version's draft; the version's column is called the same, with ``_id``."""


def rows_made_with(session: ReadSession, field: str, ids: Collection[str]) -> dict[str, Any]:
    """Return the rows of what versions were made with, of the kind of `field`, by id."""
    table = MADE_WITH[field].table
    found: dict[str, Any] = {}
    for some in batched(sorted(ids), VALUES_A_STATEMENT):
        found.update((row.id, row) for row in session.exec(select(table).where(col(table.id).in_(some))))
    return found


def stated_of(session: ReadSession, versions: Collection[ModelVersion]) -> dict[str, dict[str, Any]]:
    """Return what was stated of all that these versions were made with, by its id, as a draft takes it."""
    stated: dict[str, dict[str, Any]] = {}
    for field, kind in MADE_WITH.items():
        ids = {getattr(version, f"{field}_id") for version in versions} - {None}
        for row_id, row in rows_made_with(session, field, ids).items():
            stated[row_id] = kind.draft(**row.model_dump(include=set(kind.draft.model_fields))).stated()
    return stated
