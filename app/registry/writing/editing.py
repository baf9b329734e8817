"""Changing models and versions: new facts, new names, retirement, the end of a draft."""

from sqlmodel import select

from app.db.text import fold
from app.errors import AlreadyExists, Conflict, Immutable, InvalidInput
from app.identity.principals import require_principals
from app.identity.session import WriteSession
from app.registry.drafts import FactsDraft, ModelPatch, OutcomeDraft, VersionPatch, VersionState
from app.registry.drafts.rules import check_name
from app.registry.reading.finding import models_named
from app.registry.tables import ModelRedirect, ModelVersion, RegisteredModel
from app.registry.writing.redirects import drop_redirects
from app.registry.writing.registration import fact_columns
from app.registry.writing.revising import require_revision, revise
from app.registry.writing.taken import taken_by

SHADOWED = {"task": ("task", "task_written", "task_folded")}


def update_model(
    session: WriteSession, model: RegisteredModel, patch: ModelPatch, *, expected: int | None = None
) -> bool:
    """Give a model new facts and return whether any differed: what the patch leaves out stays.

    Raises:
        StaleRevision: Someone changed the model first.
        NotFound: An owner does not exist.
    """
    session.require("model.update", model.id)
    require_revision(model, expected)
    given = patch.model_fields_set - {"owners"}
    every = fact_columns(session, FactsDraft(**{name: getattr(patch, name) for name in given}))
    columns = {
        column: every[column]
        for name in given
        for column in SHADOWED.get(name, (name, f"{name}_folded"))
        if column in every
    }
    if "owners" in patch.model_fields_set:
        require_principals(session, patch.owners)
        columns["owners"] = list(dict.fromkeys(patch.owners))
    return revise(session, model, columns, action="model.updated")


def rename_model(
    session: WriteSession, model: RegisteredModel, name: str, *, expected: int | None = None
) -> bool:
    """Give a model a new name and return whether it differed; the old name leads to it until it is taken.

    Raises:
        InvalidInput: The name breaks a rule.
        AlreadyExists: The name is taken in the model's namespace.
        StaleRevision: Someone changed the model first.
    """
    session.require("model.rename", model.id)
    require_revision(model, expected)
    new = check_name(name)
    taken = models_named(session, model.namespace_id, [new]).get(new)
    if taken is not None and taken.id != model.id:
        raise AlreadyExists(f"there is a model {new!r} already", existing=taken.id, field=["name"])
    old = model.name
    if not revise(session, model, {"name": new, "name_folded": fold(new)}, action="model.renamed"):
        return False
    drop_redirects(session, model.namespace_id, [old, new])
    session.add(
        ModelRedirect(namespace_id=model.namespace_id, name=old, model_id=model.id, since=session.now)
    )
    session.flush()
    return True


def retire_model(
    session: WriteSession, model: RegisteredModel, reason: str, replacement: RegisteredModel | None
) -> bool:
    """Say that a model should not be taken any more, and what to take instead.

    Raises:
        InvalidInput: The model would replace itself.
        Conflict: The replacement is retired too.
    """
    session.require("model.retire", model.id)
    if replacement is not None and replacement.id == model.id:
        raise InvalidInput("a model cannot replace itself", field=["replacement"])
    if replacement is not None and replacement.retired_at is not None:
        raise Conflict(f"{replacement.name!r} is retired too: name what replaces it", field=["replacement"])
    values = {
        "retirement_reason": reason,
        "replacement_id": replacement.id if replacement else None,
        "retired_at": model.retired_at or session.now,
        "retired_by": model.retired_by or session.viewer.id,
    }
    related = [replacement.id] if replacement else []
    return revise(session, model, values, action="model.retired", related=related)


def update_version(
    session: WriteSession, version: ModelVersion, patch: VersionPatch, *, expected: int | None = None
) -> bool:
    """Give a version new facts and return whether any differed.

    Raises:
        AlreadyExists: The semantic version is taken in the model.
        StaleRevision: Someone changed the version first.
    """
    session.require("version.update", version.id)
    require_revision(version, expected)
    values = {name: getattr(patch, name) for name in patch.model_fields_set}
    semver = values.get("semver")
    if semver is not None and semver != version.semver:
        mine = select(ModelVersion).where(ModelVersion.model_id == version.model_id)
        if holder := session.exec(mine.where(ModelVersion.semver == semver)).first():
            model = session.exec(select(RegisteredModel).where(RegisteredModel.id == version.model_id)).one()
            raise taken_by(holder, model.name, "semver", semver).within("patch")
    return revise(session, version, values, action="version.updated")


def finalize_version(session: WriteSession, version: ModelVersion, ended: OutcomeDraft) -> bool:
    """End a draft: READY, after which nothing of it changes, or FAILED.

    Raises:
        Immutable: It has ended already, otherwise.
        InvalidInput: PENDING is no end.
    """
    session.require("version.finalize", version.id)
    if ended.outcome is VersionState.PENDING:
        raise InvalidInput("a draft ends READY or FAILED", field=["outcome"])
    if version.state == ended.outcome:
        return False
    if version.state != VersionState.PENDING:
        raise Immutable(f"version {version.number} is {version.state} for good", field=["version"])
    values = {"state": str(ended.outcome), "state_message": ended.message}
    return revise(session, version, values, action="version.finalized")
