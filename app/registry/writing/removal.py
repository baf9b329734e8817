"""Deleting and restoring: nothing is erased, and no number is freed.

Deleting a model hides it and its living versions at one moment and frees its name; restoring it brings back
what went at that moment. Its aliases stay where they point. Deleting a version removes the aliases on it.
"""

from collections.abc import Sequence

from sqlmodel import col, delete, select

from app.db.changelog import Fact, Logged
from app.db.history import close_states, columns_of, open_states
from app.db.locks import held
from app.db.statements import VALUES_A_STATEMENT, batched
from app.errors import AlreadyExists, Conflict, NotFound
from app.identity.session import WriteSession
from app.registry.reading.finding import models_named, require_kind
from app.registry.tables import (
    Alias,
    ModelVersion,
    RegisteredModel,
    Tag,
    alias_history,
    model_history,
    tag_history,
    version_history,
)
from app.registry.writing.labels import find_tagged, retagged
from app.registry.writing.redirects import drop_redirects
from app.registry.writing.revising import require_revision
from app.registry.writing.words import rewrite_words


def delete_model(session: WriteSession, model: RegisteredModel, *, expected: int | None = None) -> None:
    """Delete a model with its living versions.

    Raises:
        StaleRevision: Someone changed the model first.
    """
    session.require("model.delete", model.id)
    require_revision(model, expected)
    versions = session.exec(
        select(ModelVersion).where(ModelVersion.model_id == model.id, col(ModelVersion.deleted_at).is_(None))
    ).all()
    fact = Fact(
        action="model.deleted",
        subject_id=model.id,
        related=[model.namespace_id, *(version.id for version in versions)],
        before={"name": model.name},
    )
    _mark(session, model, versions, session.record([fact])[0], deleted=True)


def restore_model(session: WriteSession, model_id: str) -> RegisteredModel:
    """Bring a deleted model back with the versions that were deleted with it; return it.

    Raises:
        InvalidInput: The id is of another kind.
        NotFound: There is no such model.
        Conflict: It is not deleted.
        AlreadyExists: Its name is taken by now.
    """
    wanted = select(RegisteredModel).where(RegisteredModel.id == require_kind(model_id, "mdl"))
    found = session.exec(held(session, wanted)).first()
    if found is None:
        raise NotFound(f"there is no model {model_id}", field=["id"])
    session.require("model.restore", found.id)
    if found.deleted_at is None:
        raise Conflict(f"model {found.name!r} is not deleted", field=["id"])
    if taken := models_named(session, found.namespace_id, [found.name]).get(found.name):
        message = f"another model is called {found.name!r} by now: rename that first"
        raise AlreadyExists(message, existing=taken.id, field=["id"])
    versions = session.exec(
        select(ModelVersion).where(
            ModelVersion.model_id == found.id, ModelVersion.deleted_at == found.deleted_at
        )
    ).all()
    fact = Fact(
        action="model.restored",
        subject_id=found.id,
        related=[found.namespace_id, *(version.id for version in versions)],
        after={"name": found.name},
    )
    drop_redirects(session, found.namespace_id, [found.name])
    _mark(session, found, versions, session.record([fact])[0], deleted=False)
    return found


def delete_version(session: WriteSession, version: ModelVersion, *, expected: int | None = None) -> None:
    """Delete a version and the aliases on it; its number is never used again.

    Raises:
        StaleRevision: Someone changed the version first.
    """
    session.require("version.delete", version.id)
    require_revision(version, expected)
    model = session.exec(select(RegisteredModel).where(RegisteredModel.id == version.model_id)).one()
    aliases = session.exec(select(Alias).where(Alias.version_id == version.id)).all()
    fact = Fact(
        action="version.deleted",
        subject_id=version.id,
        related=[version.model_id],
        before={"number": version.number, "aliases": sorted(alias.name for alias in aliases)},
    )
    [logged] = session.record([fact])
    _drop_aliases(session, aliases, logged)
    model.updated_at = session.now
    session.add(model)
    _mark_versions(session, [version], logged, deleted=True)


def remove_alias(session: WriteSession, model: RegisteredModel, name: str) -> None:
    """Remove an alias of a model.

    Raises:
        NotFound: The model has no such alias; its aliases are suggested.
    """
    session.require("alias.remove", model.id)
    aliases = session.exec(select(Alias).where(Alias.model_id == model.id)).all()
    mine = [alias for alias in aliases if alias.name == name]
    if not mine:
        known = sorted(alias.name for alias in aliases)
        raise NotFound(f"model {model.name!r} has no alias {name!r}", field=["alias"], suggestions=known[:5])
    version = session.get_one(ModelVersion, mine[0].version_id)
    fact = Fact(
        action="alias.removed",
        subject_id=model.id,
        related=[version.id],
        before={"alias": name, "version": version.number},
    )
    _drop_aliases(session, mine, session.record([fact])[0])
    model.updated_at = session.now
    session.add(model)
    session.flush()


def remove_tags(session: WriteSession, subject_id: str, keys: Sequence[str]) -> int:
    """Remove tags of a model, version or dataset; return how many there were. Unknown keys are no error.

    Raises:
        InvalidInput: The id is not of a thing that has tags.
        NotFound: There is no such thing.
    """
    subject = find_tagged(session, subject_id)
    session.require("tags.remove", subject_id)
    tags = [
        tag
        for chunk in batched(list(dict.fromkeys(keys)), VALUES_A_STATEMENT)
        for tag in session.exec(select(Tag).where(Tag.subject_id == subject_id, col(Tag.key).in_(chunk)))
    ]
    if not tags:
        return 0
    fact = Fact(
        action="tags.removed",
        subject_id=subject_id,
        related=[subject.model_id] if isinstance(subject, ModelVersion) else [],
        before={tag.key: tag.value for tag in tags},
    )
    logged = session.record([fact])
    close_states(session, tag_history, [columns_of(tag) for tag in tags], logged * len(tags))
    for chunk in batched([tag.key for tag in tags], VALUES_A_STATEMENT):
        session.execute(delete(Tag).where(col(Tag.subject_id) == subject_id, col(Tag.key).in_(chunk)))
    retagged(session, subject)
    return len(tags)


def _mark(
    session: WriteSession,
    model: RegisteredModel,
    versions: Sequence[ModelVersion],
    logged: Logged,
    *,
    deleted: bool,
) -> None:
    """Hide or show a model with some of its versions, by one change."""
    model.deleted_at = session.now if deleted else None
    model.revision += 1
    model.updated_at = session.now
    session.add(model)
    session.flush()
    close_states(session, model_history, [columns_of(model)], [logged])
    open_states(session, model_history, [columns_of(model)], [logged])
    _mark_versions(session, versions, logged, deleted=deleted)
    rewrite_words(session, [model])


def _mark_versions(
    session: WriteSession, versions: Sequence[ModelVersion], logged: Logged, *, deleted: bool
) -> None:
    for version in versions:
        version.deleted_at = session.now if deleted else None
        version.revision += 1
        version.updated_at = session.now
        session.add(version)
    session.flush()
    states = [columns_of(version) for version in versions]
    close_states(session, version_history, states, [logged] * len(states))
    open_states(session, version_history, states, [logged] * len(states))


def _drop_aliases(session: WriteSession, aliases: Sequence[Alias], logged: Logged) -> None:
    states = [columns_of(alias) for alias in aliases]
    close_states(session, alias_history, states, [logged] * len(states))
    for alias in aliases:
        session.delete(alias)
    session.flush()
