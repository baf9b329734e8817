"""Importing models with their versions: new ones whole, known ones with what they lack."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_camel
from sqlmodel import col, select

from app.db.statements import VALUES_A_STATEMENT, batched
from app.errors import HolotypeError, InvalidInput, NotFound
from app.identity.session import WriteSession
from app.registry.drafts import FactsDraft, ModelDraft, TransitionDraft, VersionFactsDraft, VersionState
from app.registry.drafts.rules import MAX_POINTS
from app.registry.reading.provenance import MADE_WITH
from app.registry.reading.stages import FIRST_STAGE, OPEN_TO_DRAFTS, stage_named
from app.registry.reading.tasks import task_names
from app.registry.tables import ModelVersion, RegisteredModel
from app.registry.writing.labels import set_alias, set_tags
from app.registry.writing.metrics import Measured, log_metrics, missing_metrics
from app.registry.writing.provenance import made_with
from app.registry.writing.registration import create_versions, register_models
from app.registry.writing.stages import transition_stage
from app.transfer.interchange import ModelLine, VersionEntry, draft_of
from app.transfer.model_standing import StandingModel, standing_models
from app.transfer.origins import Settled, settle_origins
from app.transfer.outcome import Kind, Outcome, Refused
from app.transfer.reading import Stated
from app.transfer.standing import (
    contradiction,
    contradictions,
    contradictions_in,
)

MODEL_FACTS = tuple(FactsDraft.model_fields.keys() - {"task", "task_as_written"})
VERSION_FACTS = tuple(
    VersionFactsDraft.model_fields.keys() - {"number", "tags", "params", "metrics", *MADE_WITH}
)

Entry = tuple[RegisteredModel, VersionEntry]


def settle_models(session: WriteSession, lines: Sequence[Stated[ModelLine]]) -> Outcome:
    """Register the models that are not there yet, and add to known ones what they lack.

    Raises:
        NotFound: A namespace does not exist, or what is to be taken instead of a retired model.
        AlreadyExists: A semantic version is taken.
        Conflict: A former name is taken.
        LimitExceeded: A model or a version would have too many tags.
    """
    known = standing_models(session, [line.record for line in lines])
    outcome = Outcome()
    fresh: list[ModelLine] = []
    further: list[tuple[StandingModel, ModelLine]] = []
    for line in lines:
        record = line.record
        standing = known.get((record.namespace, record.name))
        if errors := [*_misplaced(record), *_contradictions(session, record, standing)]:
            outcome.refused.append(Refused(line, errors))
        elif standing is None:
            fresh.append(record)
        else:
            further.append((standing, record))
    _settle(session, fresh, further, outcome)
    return outcome


def _settle(
    session: WriteSession,
    fresh: Sequence[ModelLine],
    further: Sequence[tuple[StandingModel, ModelLine]],
    outcome: Outcome,
) -> None:
    """Register what is not there yet, and complete what is."""
    entries = [
        entry for standing, record in further for entry in _complete(session, record, standing, outcome)
    ]
    models = register_models(session, [draft_of(record, ModelDraft) for record in fresh])
    for model, record in zip(models, fresh, strict=True):
        outcome.count(Kind.MODEL, new=1)
        outcome.count(Kind.TAG, new=len(record.tags))
        entries += [(model, entry) for entry in record.versions]
    made = _create(session, entries, outcome)
    settled = [
        Settled(model, record, None, made.get(model.id, {}))
        for model, record in zip(models, fresh, strict=True)
    ]
    for standing, record in further:
        versions = {number: version.row for number, version in standing.versions.items()}
        settled.append(Settled(standing.row, record, standing, versions | made.get(standing.row.id, {})))
    settle_origins(session, settled, outcome)


def _misplaced(record: ModelLine) -> Iterator[HolotypeError]:
    for index, entry in enumerate(record.versions):
        field = "versions", str(index)
        try:
            stage = stage_named(entry.stage or FIRST_STAGE).name
        except NotFound as unknown:
            unknown.field = (*field, "stage")
            yield unknown
            continue
        if entry.state not in {None, VersionState.READY} and (entry.aliases or stage not in OPEN_TO_DRAFTS):
            message = f"what is {entry.state} has no alias and is in {' or '.join(OPEN_TO_DRAFTS)}"
            yield InvalidInput(message, field=[*field, "state"])


def _contradictions(
    session: WriteSession, record: ModelLine, standing: StandingModel | None
) -> Iterator[HolotypeError]:
    if standing is None:
        return
    row = standing.row
    yield from contradictions(record, row, MODEL_FACTS)
    if record.task and row.task not in {record.task, task_names(session).canonical(record.task)}:
        yield contradiction(record.task, row.task, "task")
    if record.task_as_written not in {None, row.task_written}:
        yield contradiction(record.task_as_written, row.task_written, "taskAsWritten")
    if record.owners and record.owners != standing.owners:
        yield contradiction(record.owners, standing.owners, "owners")
    yield from _other_retirement(record, standing)
    yield from contradictions_in(record.tags, standing.tags, "tags")
    for index, entry in enumerate(record.versions):
        yield from _version_contradictions(entry, standing, "versions", str(index))


def _other_retirement(record: ModelLine, standing: StandingModel) -> Iterator[HolotypeError]:
    if record.retirement is None or not standing.retired:
        return
    if record.retirement.reason != standing.row.retirement_reason:
        yield contradiction(record.retirement.reason, standing.row.retirement_reason, "retirement", "reason")
    stated, found = (
        name and f"{name.namespace}/{name.name}"
        for name in (record.retirement.replacement, standing.replacement)
    )
    if stated not in {None, found}:
        yield contradiction(stated, found, "retirement", "replacement")


def _version_contradictions(
    entry: VersionEntry, standing: StandingModel, *path: str
) -> Iterator[HolotypeError]:
    for alias in _names(entry):
        if standing.aliases.get(alias, entry.number) != entry.number:
            there = f"version {standing.aliases[alias]}"
            yield contradiction(f"version {entry.number}", there, *path, "aliases", alias)
    version = standing.versions.get(entry.number)
    if version is None:
        return
    yield from contradictions(entry, version.row, VERSION_FACTS, *path)
    for field, made in made_with(entry).items():
        if getattr(version.row, f"{field}_id") != made.id:
            yield contradiction(made.id, getattr(version.row, f"{field}_id"), *path, to_camel(field))
    for name in ("state", "stage"):
        if getattr(entry, name) not in {None, getattr(version.row, name)}:
            yield contradiction(getattr(entry, name), getattr(version.row, name), *path, name)
    yield from contradictions_in(entry.tags, version.tags, *path, "tags")
    lacking = dict.fromkeys(entry.params.keys() - version.params.keys())
    yield from contradictions_in(entry.params, {**version.params, **lacking}, *path, "params")


def _complete(
    session: WriteSession, record: ModelLine, standing: StandingModel, outcome: Outcome
) -> list[Entry]:
    """Add to a known model and its known versions what they lack; return the versions that it lacks."""
    outcome.count(Kind.MODEL, unchanged=1)
    _add_tags(session, standing.row.id, record.tags, standing.tags, outcome)
    entries, measured = [], []
    for entry in record.versions:
        version = standing.versions.get(entry.number)
        if version is None:
            entries.append((standing.row, entry))
            continue
        outcome.count(Kind.VERSION, unchanged=1)
        outcome.count(Kind.PARAM, unchanged=len(entry.params))
        _add_tags(session, version.row.id, entry.tags, version.tags, outcome)
        lacking = [alias for alias in _names(entry) if alias not in standing.aliases]
        _set_aliases(session, version.row, lacking)
        outcome.count(Kind.ALIAS, new=len(lacking), unchanged=len(entry.aliases) - len(lacking))
        moment = version.row.released_at or version.row.created_at
        measured.append(Measured(version.row, entry.measured(moment)))
    _log_missing(session, measured, outcome)
    return entries


def _add_tags(
    session: WriteSession,
    subject_id: str,
    stated: Mapping[str, Any],
    standing: Mapping[str, Any],
    outcome: Outcome,
) -> None:
    lacking = {key: value for key, value in stated.items() if key not in standing}
    if lacking:
        set_tags(session, subject_id, lacking)
    outcome.count(Kind.TAG, new=len(lacking), unchanged=len(stated) - len(lacking))


def _log_missing(session: WriteSession, measured: Sequence[Measured], outcome: Outcome) -> None:
    stated = sum(len(given.metrics) for given in measured)
    logged = 0
    for missing in missing_metrics(session, measured):
        for some in batched(missing.metrics, MAX_POINTS):
            logged += log_metrics(session, missing.version, some)
    outcome.count(Kind.METRIC_VALUE, new=logged, unchanged=stated - logged)


def _create(
    session: WriteSession, entries: Sequence[Entry], outcome: Outcome
) -> dict[str, dict[int, ModelVersion]]:
    """Create versions, in the state that each is in, and return them by model and number."""
    made: dict[str, dict[int, ModelVersion]] = defaultdict(dict)
    for state in VersionState:
        mine = [(model, entry) for model, entry in entries if (entry.state or VersionState.READY) is state]
        for version in _create_in(session, state, mine):
            made[version.model_id][version.number] = version
    for _, entry in entries:
        outcome.count(Kind.VERSION, new=1)
        outcome.count(Kind.PARAM, new=len(entry.params))
        outcome.count(Kind.TAG, new=len(entry.tags))
        outcome.count(Kind.ALIAS, new=len(entry.aliases))
        outcome.count(Kind.METRIC_VALUE, new=len(entry.metrics))
    return made


def _create_in(session: WriteSession, state: VersionState, entries: Sequence[Entry]) -> list[ModelVersion]:
    if not entries:
        return []
    try:
        drafts = [(model, entry.draft(entry.released_at)) for model, entry in entries]
        versions = create_versions(session, drafts, state=state)
        _place(session, {row.id: entry for row, (_, entry) in zip(versions, entries, strict=True)})
    except HolotypeError as refused:
        raise refused.within("versions") from None
    return versions


def _names(entry: VersionEntry) -> list[str]:
    return [alias.name for alias in entry.aliases]


def _place(session: WriteSession, made: Mapping[str, VersionEntry]) -> None:
    """Put new versions into their stages and point aliases at them."""
    moved = {
        version_id: entry
        for version_id, entry in made.items()
        if entry.aliases or entry.stage not in {None, FIRST_STAGE}
    }
    for some in batched(sorted(moved), VALUES_A_STATEMENT):
        for row in session.exec(select(ModelVersion).where(col(ModelVersion.id).in_(some))):
            if moved[row.id].stage is not None:
                transition_stage(session, row, TransitionDraft(to=moved[row.id].stage or FIRST_STAGE))
            _set_aliases(session, row, _names(moved[row.id]))


def _set_aliases(session: WriteSession, version: ModelVersion, names: Sequence[str]) -> None:
    for name in names:
        set_alias(session, version, name)
