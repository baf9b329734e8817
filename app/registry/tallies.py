"""How many of some models have a version in a stage, or a tag with a value."""

from collections.abc import Iterable

import orjson
from sqlalchemy import func, true
from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.text import fold
from app.registry.filtering import Condition
from app.registry.tables import ModelVersion, RegisteredModel, Tag
from app.search.counting import Spelling

_SCALARS = ("text", "integer", "real", "true", "false")


def with_keys(keys: Iterable[int]) -> Condition:
    """Return the condition that a model has one of many keys, as one bound value."""
    listed = func.json_each(orjson.dumps(list(keys)).decode()).table_valued("value")
    return col(RegisteredModel.key).in_(select(listed.c.value))


def count_stages(session: ReadSession, among: Condition) -> list[Spelling]:
    """Return how many of the living models `among` have a living version in each stage."""
    rows = session.execute(
        select(ModelVersion.stage, func.count(col(ModelVersion.model_id).distinct()))
        .join(RegisteredModel, col(RegisteredModel.id) == ModelVersion.model_id)
        .where(col(ModelVersion.deleted_at).is_(None), col(RegisteredModel.deleted_at).is_(None), among)
        .group_by(col(ModelVersion.stage))
    )
    return [Spelling(fold(stage), stage, count) for stage, count in rows]


def count_tag_values(session: ReadSession, key: str, among: Condition) -> list[Spelling]:
    """Return how many of the living models `among` have each value under a tag's key.

    The items of a list count each; what is no text, number or truth value does not count.
    """
    values = func.json_each(Tag.value).table_valued("type", "atom")
    rows = session.execute(
        select(values.c.type, values.c.atom, func.count(col(Tag.subject_id).distinct()))
        .select_from(Tag)
        .join(RegisteredModel, col(RegisteredModel.id) == Tag.subject_id)
        .join(values, true())
        .where(
            col(Tag.key) == key,
            col(RegisteredModel.deleted_at).is_(None),
            among,
            values.c.type.in_(_SCALARS),
        )
        .group_by(values.c.type, values.c.atom)
    )
    written = [(kind if kind in {"true", "false"} else str(atom), count) for kind, atom, count in rows]
    return [Spelling(fold(text), text, count) for text, count in written]
