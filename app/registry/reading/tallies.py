"""How many of some models have a version in a stage, or a tag with a value."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from sqlalchemy import BigInteger, Text, cast, func, literal, type_coerce
from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.json_lists import elements
from app.db.text import fold
from app.registry.reading.filtering import Condition
from app.registry.tables import ModelVersion, RegisteredModel, Tag
from app.search.counting import WrittenValue


def with_keys(keys: Iterable[int]) -> Condition:
    """Return the condition that a model has one of many keys, as one bound value."""
    listed = elements(literal(orjson.dumps(list(keys)).decode()))
    return col(RegisteredModel.key).in_(select(cast(listed.c.value, BigInteger)))


def count_stages(session: ReadSession, among: Condition) -> list[WrittenValue]:
    """Return how many of the living models `among` have a living version in each stage."""
    rows = session.execute(
        select(ModelVersion.stage, func.count(col(ModelVersion.model_id).distinct()))
        .join(RegisteredModel, col(RegisteredModel.id) == ModelVersion.model_id)
        .where(col(ModelVersion.deleted_at).is_(None), col(RegisteredModel.deleted_at).is_(None), among)
        .group_by(col(ModelVersion.stage))
    )
    return [WrittenValue(fold(stage), stage, count) for stage, count in rows]


def count_tag_values(session: ReadSession, key: str, among: Condition) -> list[WrittenValue]:
    """Return how many of the living models `among` have each value under a tag's key.

    The items of a list count each; what is no text, number or truth value does not count.
    """
    value = type_coerce(cast(Tag.value, Text), Text).label("value")
    rows = session.execute(
        select(value, func.count())
        .select_from(Tag)
        .join(RegisteredModel, col(RegisteredModel.id) == Tag.subject_id)
        .where(col(Tag.key) == key, col(RegisteredModel.deleted_at).is_(None), among)
        .group_by(value)
    )
    counts: Counter[str] = Counter()
    for written, count in rows:
        # One model may have a value in several spellings.
        for text in {fold(text): text for text in _texts(orjson.loads(written))}.values():
            counts[text] += count
    return [WrittenValue(fold(text), text, count) for text, count in counts.items()]


def _texts(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item
        elif isinstance(item, bool | int | float):
            yield orjson.dumps(item).decode()
