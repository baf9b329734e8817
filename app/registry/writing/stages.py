"""Moving versions between stages."""

from collections.abc import Sequence

from sqlmodel import col, select

from app.db.changelog import Fact
from app.db.history import close_states, columns_of, open_states
from app.errors import StaleRevision
from app.identity.session import WriteSession
from app.registry.drafts import TransitionDraft
from app.registry.drafts.rules import check_characters
from app.registry.reading.stages import ARCHIVE, OPEN_TO_DRAFTS, stage_named
from app.registry.tables import ModelVersion, RegisteredModel, version_history
from app.registry.writing.revising import require_ready


def transition_stage(
    session: WriteSession, version: ModelVersion, move: TransitionDraft
) -> list[ModelVersion]:
    """Move a version into a stage and return the incumbents that were archived for it.

    Moving a version to where it is changes nothing and logs nothing. A reader sees the whole move or none.

    Raises:
        NotFound: There is no such stage.
        InvalidInput: The comment is text that no store can keep.
        StaleRevision: The version was changed since the caller read it.
        Conflict: The version is not READY, and the stage is for those that are.
    """
    stage = stage_named(move.to)
    check_characters(move.comment or "")
    session.require("version.stage", version.id)
    if move.expected_revision not in {None, version.revision}:
        raise StaleRevision(
            f"version {version.number} is at revision {version.revision} by now: read it again",
            current=version.revision,
            field=["expectedRevision"],
        )
    if stage.name not in OPEN_TO_DRAFTS:
        require_ready(version)
    archived = _incumbents(session, version, stage.name) if move.archive_incumbents else []
    moves = [(incumbent, ARCHIVE) for incumbent in archived if stage.name != ARCHIVE]
    if version.stage != stage.name:
        moves.append((version, stage.name))
    _move(session, moves, move.comment)
    return [incumbent for incumbent, _ in moves if incumbent is not version]


def _incumbents(session: WriteSession, version: ModelVersion, stage: str) -> Sequence[ModelVersion]:
    return session.exec(
        select(ModelVersion)
        .where(
            ModelVersion.model_id == version.model_id,
            ModelVersion.stage == stage,
            ModelVersion.id != version.id,
            col(ModelVersion.deleted_at).is_(None),
        )
        .order_by(col(ModelVersion.number))
    ).all()


def _move(session: WriteSession, moves: Sequence[tuple[ModelVersion, str]], comment: str | None) -> None:
    if not moves:
        return
    facts = [
        Fact(
            action="version.staged",
            subject_id=version.id,
            related=[version.model_id],
            before={"stage": version.stage},
            after={"stage": stage, **({"comment": comment} if comment else {})},
        )
        for version, stage in moves
    ]
    logged = session.record(facts)
    for version, stage in moves:
        version.stage, version.stage_since = stage, session.now
        version.revision += 1
        version.updated_at = session.now
        session.add(version)
    model = session.exec(select(RegisteredModel).where(RegisteredModel.id == moves[0][0].model_id)).one()
    model.updated_at = session.now
    session.add(model)
    session.flush()
    states = [columns_of(version) for version, _ in moves]
    close_states(session, version_history, states, logged)
    open_states(session, version_history, states, logged)
