"""Typed filters; they become the neutral tree that SQL and the index understand alike."""

from typing import Any

import strawberry
from strawberry import UNSET

from app.db.text import fold
from app.errors import InvalidInput
from app.search import filters
from app.search.filters import FactField, Filter

MAX_FILTER_NODES = 200


@strawberry.input(
    one_of=True, description="A condition on text, without regard to case and to Unicode's variants."
)
class TextMatch:
    """A condition on text."""

    equals: str | None = strawberry.field(default=UNSET, description="It is this text.")
    in_: list[str] | None = strawberry.field(
        default=UNSET, name="in", description="It is one of these texts."
    )
    contains: str | None = strawberry.field(default=UNSET, description="It contains this text.")
    starts_with: str | None = strawberry.field(default=UNSET, description="It starts with this text.")
    exists: bool | None = strawberry.field(default=UNSET, description="Whether there is any text.")


@strawberry.input(description="Which models are admitted; all parts that are given must hold.")
class ModelFilter:
    """Which models are admitted."""

    and_: "list[ModelFilter] | None" = strawberry.field(
        default=UNSET, name="and", description="All of these hold."
    )
    or_: "list[ModelFilter] | None" = strawberry.field(
        default=UNSET, name="or", description="Any of these holds."
    )
    not_: "ModelFilter | None" = strawberry.field(
        default=UNSET, name="not", description="This does not hold."
    )
    namespace: TextMatch | None = strawberry.field(default=UNSET, description="The namespace's name.")
    name: TextMatch | None = strawberry.field(default=UNSET, description="The model's name.")
    task: TextMatch | None = strawberry.field(default=UNSET, description="The canonical task.")
    domain: TextMatch | None = strawberry.field(default=UNSET, description="Any of the domains.")
    framework: TextMatch | None = strawberry.field(default=UNSET, description="The framework.")
    architecture: TextMatch | None = strawberry.field(default=UNSET, description="The architecture.")
    family: TextMatch | None = strawberry.field(default=UNSET, description="The family.")
    license: TextMatch | None = strawberry.field(default=UNSET, description="The licence.")
    publisher: TextMatch | None = strawberry.field(default=UNSET, description="The publisher.")
    language: TextMatch | None = strawberry.field(default=UNSET, description="Any of the languages.")


_FACTS = (
    "namespace",
    "name",
    "task",
    "domain",
    "framework",
    "architecture",
    "family",
    "license",
    "publisher",
    "language",
)


def model_filter(given: ModelFilter | None) -> Filter:
    """Return the neutral tree of a filter.

    Raises:
        InvalidInput: A part is null, or the filter has more than 200 parts.
    """
    parts = [0]
    return filters.All() if not given else _tree(given, parts)


def _tree(given: ModelFilter, parts: list[int]) -> Filter:
    parts[0] += 1
    if parts[0] > MAX_FILTER_NODES:
        raise InvalidInput(f"a filter has at most {MAX_FILTER_NODES} parts", field=["filter"])
    items: list[Filter] = []
    if given.and_:
        items.append(filters.And(tuple(_tree(item, parts) for item in given.and_)))
    if given.or_ is not UNSET and given.or_ is not None:
        items.append(filters.Or(tuple(_tree(item, parts) for item in given.or_)))
    if given.not_:
        items.append(filters.Not(_tree(given.not_, parts)))
    for name in _FACTS:
        match = getattr(given, name)
        if match:
            items.append(_leaf(FactField(name), match))
    return items[0] if len(items) == 1 else filters.And(tuple(items))


def _leaf(field: FactField, match: TextMatch) -> Filter:
    values: dict[str, Any] = {
        name: value
        for name in ("equals", "in_", "contains", "starts_with", "exists")
        if (value := getattr(match, name)) is not UNSET
    }
    [(name, value)] = values.items()
    match name:
        case "equals":
            return filters.Equals(field, fold(value))
        case "in_":
            return filters.In(field, frozenset(fold(item) for item in value))
        case "contains":
            return filters.Contains(field, fold(value))
        case "starts_with":
            return filters.StartsWith(field, fold(value))
    return filters.Exists(field) if value else filters.Not(filters.Exists(field))
