"""Tags, params and aliases."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import delete, func
from sqlmodel import col, select

from app.db.changelog import Fact, Logged
from app.db.columns import Row
from app.db.engine import ReadSession
from app.db.history import close_states, columns_of, open_states
from app.db.rows import insert_rows
from app.db.statements import VALUES_A_STATEMENT, batched
from app.db.text import fold
from app.errors import InvalidInput, LimitExceeded, NotFound
from app.identity.session import WriteSession
from app.registry.drafts import TagsDraft, draft
from app.registry.drafts.rules import MAX_TAGS, check_alias
from app.registry.reading.finding import require_kind
from app.registry.reading.holding import hold_models_of, kept
from app.registry.tables import (
    Alias,
    Dataset,
    ModelVersion,
    Param,
    RegisteredModel,
    Tag,
    alias_history,
    tag_history,
)
from app.registry.writing.revising import require_ready
from app.registry.writing.words import rewrite_words

Tagged = RegisteredModel | ModelVersion | Dataset
TAGGED: dict[str, type[Row]] = {"mdl": RegisteredModel, "ver": ModelVersion, "dst": Dataset}


def shadows(value: Any) -> dict[str, Any]:
    """Return the columns that filters read beside a JSON value: folded text, or a number."""
    return {
        "text_folded": fold(value) if isinstance(value, str) else None,
        "number": float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None,
    }


def write_tags(
    session: WriteSession, tagged: Sequence[tuple[str, Mapping[str, Any]]], logged: Sequence[Logged]
) -> None:
    """Keep the tags of new entities, opened by the changes `logged` (one an entity)."""
    rows, changes = [], []
    for (subject_id, tags), change in zip(tagged, logged, strict=True):
        for key, value in tags.items():
            rows.append({"subject_id": subject_id, "key": key, "value": value, **shadows(value)})
            changes.append(change)
    if rows:
        insert_rows(session, Tag, rows)
        open_states(session, tag_history, rows, changes)


def write_params(session: WriteSession, given: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Keep the params of new versions."""
    rows = [
        {"version_id": version_id, "name": name, "value": value, **shadows(value)}
        for version_id, params in given
        for name, value in params.items()
    ]
    insert_rows(session, Param, rows)


def set_tags(session: WriteSession, subject_id: str, tags: Mapping[str, Any]) -> Tagged:
    """Set tags on a model, version or dataset and return it; tags that are as wanted already are left alone.

    Raises:
        Refusals: A key or a value breaks its rule.
        InvalidInput: The id is not of a thing that has tags.
        NotFound: There is no such thing.
        LimitExceeded: It would have more than 1,000 tags.
    """
    tags = draft(TagsDraft, {"tags": tags}).tags
    subject = find_tagged(session, subject_id)
    session.require("tags.set", subject_id)
    mine = select(Tag).where(Tag.subject_id == subject_id)
    before = {tag.key: tag.value for tag in session.exec(mine.where(col(Tag.key).in_(tags)))}
    changed = {
        key: value for key, value in tags.items() if key not in before or not _same(before[key], value)
    }
    if not changed:
        return subject
    total = session.exec(select(func.count()).select_from(Tag).where(Tag.subject_id == subject_id)).one()
    if total + len(changed.keys() - before.keys()) > MAX_TAGS:
        raise LimitExceeded(f"an entity has at most {MAX_TAGS} tags", field=["tags"])
    old = {key: before[key] for key in changed if key in before}
    related = [subject.model_id] if isinstance(subject, ModelVersion) else []
    fact = Fact(action="tags.set", subject_id=subject_id, related=related, before=old, after=changed)
    [logged] = session.record([fact])
    _replace(session, subject_id, changed, old, logged)
    retagged(session, subject)
    return subject


def set_alias(session: WriteSession, version: ModelVersion, name: str) -> ModelVersion | None:
    """Point an alias at `version` and return the version that it pointed at before, if another.

    Raises:
        InvalidInput: The name is no alias, or is reserved.
        Conflict: The version is not READY.
    """
    try:
        check_alias(name)
    except InvalidInput as refused:
        raise refused.within("alias") from None
    session.require("alias.set", version.model_id)
    require_ready(version)
    alias = session.get(Alias, (version.model_id, name))
    previous = session.get(ModelVersion, alias.version_id) if alias else None
    if alias is not None and alias.version_id == version.id:
        return None
    fact = Fact(
        action="alias.set",
        subject_id=version.model_id,
        related=[version.id, *([previous.id] if previous else [])],
        before={"alias": name, "version": previous.number} if previous else None,
        after={"alias": name, "version": version.number},
    )
    logged = session.record([fact])
    if alias is None:
        alias = Alias(model_id=version.model_id, name=name, version_id=version.id, since=session.now)
    else:
        close_states(session, alias_history, [columns_of(alias)], logged)
        alias.version_id, alias.since = version.id, session.now
    session.add(alias)
    touch(session, session.exec(select(RegisteredModel).where(RegisteredModel.id == version.model_id)).one())
    open_states(session, alias_history, [columns_of(alias)], logged)
    return previous


def _same(one: Any, other: Any) -> bool:
    """Compare values as they are written: Python has 1 and True and 1.0 for equal."""
    return orjson.dumps(one) == orjson.dumps(other)


def find_tagged(session: ReadSession, subject_id: str) -> Tagged:
    """Return the living thing whose tags are meant.

    Raises:
        InvalidInput: The id is not of a thing that has tags.
        NotFound: There is no such thing.
    """
    table: Any = TAGGED[require_kind(subject_id, *TAGGED, field=["subject"])[:3]]
    if table is ModelVersion:
        hold_models_of(session, [subject_id])
    found: Tagged | None = session.exec(kept(session, select(table).where(table.id == subject_id))).first()
    if found is None or (not isinstance(found, Dataset) and found.deleted_at is not None):
        raise NotFound(f"there is nothing with the id {subject_id}", field=["subject"])
    return found


def _replace(
    session: WriteSession, subject_id: str, changed: Mapping[str, Any], old: Mapping[str, Any], logged: Logged
) -> None:
    rows = [
        {"subject_id": subject_id, "key": key, "value": value, **shadows(value)}
        for key, value in changed.items()
    ]
    for keys in batched(sorted(old), VALUES_A_STATEMENT):
        session.execute(delete(Tag).where(col(Tag.subject_id) == subject_id, col(Tag.key).in_(keys)))
    ended = [row for row in rows if row["key"] in old]
    close_states(session, tag_history, ended, [logged] * len(ended))
    insert_rows(session, Tag, rows)
    open_states(session, tag_history, rows, [logged] * len(rows))


def retagged(session: WriteSession, subject: Tagged) -> None:
    """Note that the tags of a thing changed, and let it be found by them; versions are not found."""
    touch(session, subject)
    if not isinstance(subject, ModelVersion):
        rewrite_words(session, [subject])


def touch(session: WriteSession, subject: Tagged) -> None:
    """Note that a model or a version changed by what hangs on it; datasets keep no such note."""
    if not isinstance(subject, Dataset):
        subject.updated_at = session.now
        session.add(subject)
        session.flush()
