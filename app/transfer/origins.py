"""Importing who made models and when, who answers for them, what they were called, and that they retired.

Times and authors belong to what an import makes; what stood already keeps its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import select

from app.errors import Conflict, NotFound
from app.identity.session import WriteSession
from app.registry.drafts import QualifiedName
from app.registry.tables import Alias, ModelVersion, RegisteredModel
from app.registry.writing.redirects import lead_from
from app.registry.writing.restating import Restatable, restate
from app.transfer.interchange import ModelLine, Retirement, VersionEntry
from app.transfer.model_standing import StandingModel, models_at
from app.transfer.outcome import Kind, Outcome
from app.transfer.people import people_named

Values = Mapping[str, Any]
People = Mapping[str | None, str]


@dataclass(frozen=True, slots=True)
class Settled:
    """A line whose model stands in the registry as stated.

    Attributes:
        row: The model.
        before: The model as it stood before the line; None when it was made for it.
        versions: The versions of the line, by number.
    """

    row: RegisteredModel
    line: ModelLine
    before: StandingModel | None
    versions: Mapping[int, ModelVersion]


def settle_origins(session: WriteSession, settled: Sequence[Settled], outcome: Outcome) -> None:
    """Give models, versions and aliases the past that their lines state.

    Raises:
        NotFound: What is to be taken instead of a retired model is not there.
        Conflict: A former name is taken, or a model would replace itself in the end.
    """
    people = people_named(session, {name for one in settled for name in _named(one)}, outcome)
    restated: list[tuple[Restatable, Values]] = []
    for one in settled:
        restated.append((one.row, _model_values(one, people)))
        for entry in one.line.versions:
            restated.append((one.versions[entry.number], _version_values(one, entry, people)))
            restated += _alias_values(session, one, entry)
    restate(session, restated)
    for one in settled:
        if names := {former.name: former.since for former in one.line.former_names}:
            new = lead_from(session, one.row, names)
            outcome.count(Kind.FORMER_NAME, new=new, unchanged=len(names) - new)
        if one.line.retirement and one.before and one.before.retired:
            outcome.count(Kind.RETIREMENT, unchanged=1)
        elif one.line.retirement:
            _retire(session, one, one.line.retirement, people)
            outcome.count(Kind.RETIREMENT, new=1)


def _named(one: Settled) -> Iterator[str | None]:
    """Yield whom the registry is to know by what is made for a line."""
    line, before = one.line, one.before
    if before is None:
        yield line.created_by
        yield from line.owners
    if line.retirement and not (before and before.retired):
        yield line.retirement.by
    for entry in line.versions:
        if before is None or entry.number not in before.versions:
            yield entry.created_by


def _model_values(one: Settled, people: People) -> Values:
    row, line = one.row, one.line
    values = {"next_number": max(row.next_number, line.next_number or 1)}
    if one.before is not None:
        moved = row.updated_at != one.before.updated_at
        return {**values, "updated_at": _moved(one.before.updated_at, line.updated_at) if moved else None}
    owners = [people[name] for name in dict.fromkeys(line.owners)]
    return {**values, **_origin(line, people), "owners": owners or None}


def _retire(session: WriteSession, one: Settled, stated: Retirement, people: People) -> None:
    """Retire a model; what replaces it stands already, retired itself or not."""
    replacement = _replacement(session, one.row, stated.replacement) if stated.replacement else None
    values: dict[str, Any] = {
        "retirement_reason": stated.reason,
        "retired_at": stated.at or session.now,
        "retired_by": people.get(stated.by, session.viewer.id),
        "replacement_id": replacement,
    }
    if one.before is not None:
        values["revision"] = one.row.revision + 1
        values["updated_at"] = _moved(one.before.updated_at, one.line.updated_at) or session.now
    restate(session, [(one.row, values)])


def _replacement(session: WriteSession, model: RegisteredModel, name: QualifiedName) -> str:
    """Return the id of what is to be taken instead of a model; its own replacements do not lead back."""
    field = ["retirement", "replacement"]
    found = models_at(session, [name]).get((name.namespace, name.name))
    if found is None:
        raise NotFound(f"there is no model {name.name!r} in namespace {name.namespace!r}", field=field)
    following: RegisteredModel | None = found
    while following is not None:
        if following.id == model.id:
            raise Conflict(f"{name.name!r} is itself replaced by this model", field=field)
        by_id = select(RegisteredModel).where(RegisteredModel.id == following.replacement_id)
        following = session.exec(by_id).first()
    return found.id


def _version_values(one: Settled, entry: VersionEntry, people: People) -> Values:
    standing = one.before.versions.get(entry.number) if one.before else None
    if standing is not None:
        moved = one.versions[entry.number].updated_at != standing.updated_at
        return {"updated_at": _moved(standing.updated_at, entry.updated_at) if moved else None}
    placed = {"state_message": entry.state_message, "stage_since": entry.stage_since}
    return {**_origin(entry, people), **placed}


def _alias_values(
    session: WriteSession, one: Settled, entry: VersionEntry
) -> Iterator[tuple[Restatable, Values]]:
    standing = one.before.aliases if one.before else {}
    for alias in entry.aliases:
        if alias.name not in standing and (alias.since or alias.protected):
            row = session.get_one(Alias, (one.row.id, alias.name))
            yield row, {"since": alias.since, "protected": alias.protected}


def _origin(line: ModelLine | VersionEntry, people: People) -> Values:
    return {
        "created_at": line.created_at,
        "created_by": people.get(line.created_by),
        "updated_at": line.updated_at,
    }


def _moved(before: datetime, stated: datetime | None) -> datetime | None:
    """Return when something was changed last that has got what a line adds: as stated, and never earlier."""
    return None if stated is None else max(before, stated)
