"""The numbers and semantic versions of a model, each given once: failed and deleted versions keep theirs."""

from collections.abc import Iterator, Sequence

from sqlmodel import col, select

from app.db.statements import VALUES_A_STATEMENT, batched
from app.errors import AlreadyExists
from app.identity.session import WriteSession
from app.registry.drafts import VersionDraft, VersionState
from app.registry.tables import ModelVersion, RegisteredModel

Value = tuple[str, str, int | str]
"""A model by its id, a field of its versions, and what stands there."""


def refuse_taken(
    session: WriteSession, given: Sequence[tuple[RegisteredModel, VersionDraft]], numbers: Sequence[int]
) -> None:
    """Refuse versions whose number or semantic version is taken, also by one another.

    Args:
        session: Where they would be made.
        given: The model and the draft of each.
        numbers: The number that each would have.

    Raises:
        AlreadyExists: One is taken.
    """
    taken: dict[Value, ModelVersion | None] = dict(_taken(session, given))
    for (model, draft), number in zip(given, numbers, strict=True):
        for field, value in (("number", number), ("semver", draft.semver)):
            if value is None:
                continue
            if (model.id, field, value) in taken:
                raise taken_by(taken[model.id, field, value], model.name, field, value)
            taken[model.id, field, value] = None


def taken_by(version: ModelVersion | None, model: str, field: str, value: int | str) -> AlreadyExists:
    """Return the refusal of what a version has; None is another version of the same request."""
    if version is None:
        return AlreadyExists(f"two versions of model {model!r} would have the {field} {value}", field=[field])
    holder, way_out = f"version {version.number} of model {model!r}", "choose another"
    if version.deleted_at is not None:
        holder = f"{holder}, which was deleted,"
    elif field == "semver":
        holder = f"{holder}, which FAILED," if version.state == VersionState.FAILED else holder
        way_out = f"{way_out}, or give that version another first"
    return AlreadyExists(f"{holder} has the {field} {value}: {way_out}", existing=version.id, field=[field])


def _taken(
    session: WriteSession, given: Sequence[tuple[RegisteredModel, VersionDraft]]
) -> Iterator[tuple[Value, ModelVersion]]:
    """Yield what versions have already of the numbers and semantic versions that drafts bring along."""
    stated = [(model, draft) for model, draft in given if draft.number or draft.semver]
    for chunk in batched(stated, VALUES_A_STATEMENT):
        rows = session.exec(
            select(ModelVersion).where(
                col(ModelVersion.model_id).in_({model.id for model, _ in chunk}),
                col(ModelVersion.number).in_({draft.number for _, draft in chunk} - {None})
                | col(ModelVersion.semver).in_({draft.semver for _, draft in chunk} - {None}),
            )
        )
        for version in rows:
            yield (version.model_id, "number", version.number), version
            yield (version.model_id, "semver", version.semver or ""), version
