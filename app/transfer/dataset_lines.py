"""Importing datasets: new ones whole, known ones with what they lack."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from app.db.statements import VALUES_A_STATEMENT, batched
from app.errors import HolotypeError
from app.identity.session import WriteSession
from app.registry.drafts import DatasetVersionDraft
from app.registry.reading.listing import tags_of
from app.registry.tables import Dataset, DatasetVersion
from app.registry.writing.datasets import add_dataset_versions, register_datasets
from app.registry.writing.labels import set_tags
from app.transfer.dataset_origins import SettledDataset, settle_dataset_origins
from app.transfer.interchange import DatasetLine, DatasetVersionEntry, draft_of
from app.transfer.outcome import Kind, Outcome, Refused
from app.transfer.reading import Stated
from app.transfer.standing import (
    contradictions,
    contradictions_in,
    namespace_ids,
)

VERSION_FACTS = tuple(name for name in DatasetVersionDraft.model_fields if name != "label")


@dataclass(frozen=True, slots=True)
class _Standing:
    """A dataset that is there, with its versions by label and its tags."""

    row: Dataset
    versions: Mapping[str, DatasetVersion]
    tags: Mapping[str, object]


def settle_datasets(session: WriteSession, lines: Sequence[Stated[DatasetLine]]) -> Outcome:
    """Register the datasets that are not there yet, and the versions and tags that known ones lack."""
    known = _standing(session, [line.record for line in lines])
    outcome = Outcome()
    fresh: list[DatasetLine] = []
    known_lines: list[tuple[_Standing, DatasetLine]] = []
    further: list[tuple[Dataset, DatasetVersionEntry]] = []
    for line in lines:
        record = line.record
        standing = known.get((record.namespace, record.name))
        if standing is None:
            fresh.append(record)
            outcome.count(Kind.DATASET, new=1)
            outcome.count(Kind.DATASET_VERSION, new=len(record.versions))
            outcome.count(Kind.TAG, new=len(record.tags))
        elif errors := [*_contradictions(record, standing)]:
            outcome.refused.append(Refused(line, errors))
        else:
            known_lines.append((standing, record))
            outcome.count(Kind.DATASET, unchanged=1)
            further += _complete(session, record, standing, outcome)
    made = register_datasets(session, [record.draft() for record in fresh])
    if further:
        drafts = [(dataset, draft_of(entry, DatasetVersionDraft)) for dataset, entry in further]
        add_dataset_versions(session, drafts)
    settled = [SettledDataset(row, record, None) for row, record in zip(made, fresh, strict=True)]
    settled += [SettledDataset(standing.row, record, standing.versions) for standing, record in known_lines]
    settle_dataset_origins(session, settled, outcome)
    return outcome


def _standing(session: WriteSession, records: Sequence[DatasetLine]) -> dict[tuple[str, str], _Standing]:
    rows: dict[tuple[str, str], Dataset] = {}
    for namespace, namespace_id in namespace_ids(session, {record.namespace for record in records}).items():
        names = sorted({record.name for record in records if record.namespace == namespace})
        for some in batched(names, VALUES_A_STATEMENT):
            mine = select(Dataset).where(Dataset.namespace_id == namespace_id, col(Dataset.name).in_(some))
            rows.update(((namespace, row.name), row) for row in session.exec(mine))
    ids = sorted(row.id for row in rows.values())
    tags = tags_of(session, ids)
    versions: dict[str, dict[str, DatasetVersion]] = {dataset_id: {} for dataset_id in ids}
    for some in batched(ids, VALUES_A_STATEMENT):
        for row in session.exec(select(DatasetVersion).where(col(DatasetVersion.dataset_id).in_(some))):
            versions[row.dataset_id][row.label] = row
    return {key: _Standing(row, versions[row.id], tags.get(row.id, {})) for key, row in rows.items()}


def _contradictions(record: DatasetLine, standing: _Standing) -> Iterator[HolotypeError]:
    yield from contradictions(record, standing.row, ("description",))
    yield from contradictions_in(record.tags, standing.tags, "tags")
    for index, version in enumerate(record.versions):
        if version.label in standing.versions:
            row = standing.versions[version.label]
            yield from contradictions(version, row, VERSION_FACTS, "versions", str(index))


def _complete(
    session: WriteSession, record: DatasetLine, standing: _Standing, outcome: Outcome
) -> list[tuple[Dataset, DatasetVersionEntry]]:
    """Set the tags that a known dataset lacks and return the versions that it lacks."""
    tags = {key: value for key, value in record.tags.items() if key not in standing.tags}
    if tags:
        set_tags(session, standing.row.id, tags)
    outcome.count(Kind.TAG, new=len(tags), unchanged=len(record.tags) - len(tags))
    versions = [version for version in record.versions if version.label not in standing.versions]
    known = len(record.versions) - len(versions)
    outcome.count(Kind.DATASET_VERSION, new=len(versions), unchanged=known)
    return [(standing.row, version) for version in versions]
