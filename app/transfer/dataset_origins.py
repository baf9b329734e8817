"""Importing who registered datasets and when, and which of their versions may not be used any more."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.identity.session import WriteSession
from app.registry.drafts import DatasetVersionPatch, draft
from app.registry.reading.datasets import dataset_versions_of
from app.registry.tables import Dataset, DatasetVersion
from app.registry.writing.datasets import update_dataset_version
from app.registry.writing.restating import Restatable, restate
from app.transfer.interchange import DatasetLine, DatasetVersionEntry
from app.transfer.outcome import Kind, Outcome
from app.transfer.people import people_named


@dataclass(frozen=True, slots=True)
class SettledDataset:
    """A line whose dataset stands in the registry as stated.

    Attributes:
        before: The labels that stood before the line; None when the dataset was made for it.
    """

    row: Dataset
    line: DatasetLine
    before: Container[str] | None


def settle_dataset_origins(
    session: WriteSession, settled: Sequence[SettledDataset], outcome: Outcome
) -> None:
    """Give datasets and their versions the past that their lines state, and revoke what they revoke."""
    settled = [one for one in settled if _states_a_past(one.line)]
    if not settled:
        return
    people = people_named(session, {one.line.created_by for one in settled if one.before is None}, outcome)
    versions = {
        (row.dataset_id, row.label): row
        for rows in dataset_versions_of(session, [one.row.id for one in settled]).values()
        for row in rows
    }
    restated: list[tuple[Restatable, Mapping[str, Any]]] = []
    for one in settled:
        if one.before is None:
            author = people.get(one.line.created_by)
            restated.append((one.row, {"created_at": one.line.created_at, "created_by": author}))
        for entry in one.line.versions:
            row = versions[one.row.id, entry.label]
            fresh = one.before is None or entry.label not in one.before
            restated.append((row, {"created_at": entry.created_at if fresh else None}))
            if entry.revocation:
                restated += _revoked(session, row, entry, outcome)
    restate(session, restated)


def _states_a_past(line: DatasetLine) -> bool:
    origin = line.created_at or line.created_by
    return bool(origin or any(entry.created_at or entry.revocation for entry in line.versions))


def _revoked(
    session: WriteSession, row: DatasetVersion, entry: DatasetVersionEntry, outcome: Outcome
) -> list[tuple[Restatable, Mapping[str, Any]]]:
    stated = entry.revocation
    patch = draft(DatasetVersionPatch, {"revoked": True, "reason": stated.reason if stated else None})
    new = update_dataset_version(session, row.id, patch)
    outcome.count(Kind.REVOCATION, new=new, unchanged=not new)
    return [(row, {"revoked_at": stated.at})] if new and stated else []
