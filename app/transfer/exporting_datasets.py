"""Exporting datasets: each with its versions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlmodel import col, select

from app.db.changelog import Change
from app.db.engine import ReadSession
from app.db.statements import VALUES_A_STATEMENT, batched
from app.registry.reading.datasets import dataset_versions_of
from app.registry.reading.listing import tags_of
from app.registry.tables import Dataset, DatasetVersion, Namespace

DATASETS_AT_ONCE = 500

Line = dict[str, Any]


def dataset_lines(session: ReadSession, people: Mapping[str, str]) -> Iterator[Line]:
    """Return the lines of all datasets, in the order of their names."""
    named = (
        select(Dataset, Namespace.name)
        .join(Namespace, col(Namespace.id) == Dataset.namespace_id)
        .order_by(col(Namespace.name), col(Dataset.name))
    )
    for some in batched(session.exec(named).all(), DATASETS_AT_ONCE):
        ids = [row.id for row, _ in some]
        tags, versions = tags_of(session, ids), dataset_versions_of(session, ids)
        reasons = _reasons(session, [row.id for mine in versions.values() for row in mine if row.revoked_at])
        for row, namespace in some:
            yield {
                "type": "dataset",
                "namespace": namespace,
                "name": row.name,
                "description": row.description,
                "createdAt": row.created_at,
                "createdBy": people[row.created_by],
                "tags": dict(sorted(tags.get(row.id, {}).items())),
                # The oldest first: the last is the newest again after an import.
                "versions": [_entry(version, reasons) for version in versions.get(row.id, ())],
            }


def _entry(row: DatasetVersion, reasons: Mapping[str, str]) -> Line:
    revocation = {"at": row.revoked_at, "reason": reasons.get(row.id)}
    facts = {
        "label": row.label,
        "digest": row.digest,
        "uri": row.uri,
        "rowCount": row.row_count,
        "license": row.license,
        "containsPii": row.contains_pii,
        "createdAt": row.created_at,
        "revocation": _stated(revocation) if row.revoked_at else None,
    }
    return _stated(facts)


def _reasons(session: ReadSession, version_ids: Sequence[str]) -> dict[str, str]:
    """Return why dataset versions are revoked; the log alone knows it."""
    found: dict[str, str] = {}
    for some in batched(version_ids, VALUES_A_STATEMENT):
        told = select(Change.subject_id, Change.after).where(
            col(Change.subject_id).in_(some), Change.action == "dataset.version_updated"
        )
        for version_id, after in session.execute(told.order_by(col(Change.sequence))):
            if "revokedAt" in (facts := orjson.loads(after)):
                found[version_id] = facts.get("reason")
    return found


def _stated(facts: Line) -> Line:
    return {name: value for name, value in facts.items() if value is not None}
