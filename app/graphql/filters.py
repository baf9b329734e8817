"""Typed filters; they become the neutral tree that SQL and the index understand alike."""

from typing import TypeAlias

import strawberry
from pydantic.alias_generators import to_camel
from strawberry import UNSET

from app.db.statements import VALUES_A_STATEMENT
from app.db.text import fold
from app.errors import InvalidInput
from app.graphql.naming import below
from app.registry.rules import MAX_LABEL, check_characters
from app.search import filters
from app.search.filters import FactField, Filter

MAX_FILTER_PARTS = 400
"""How many conditions and joints a filter has at most; SQLite gives up at 1,000."""
MAX_FILTER_DEPTH = 20
"""How deep `and`, `or` and `not` are nested at most; SQLite's parser gives up on 23 negations."""

Path: TypeAlias = tuple[str, ...]


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

_COMPARISONS: dict[str, type[filters.Equals | filters.Contains | filters.StartsWith]] = {
    "equals": filters.Equals,
    "contains": filters.Contains,
    "starts_with": filters.StartsWith,
}


def model_filter(given: ModelFilter | None) -> Filter:
    """Return the neutral tree of a filter.

    Raises:
        InvalidInput: A text is longer than any fact or is one that no store can keep, or the filter has more
            than 400 parts or 10,000 texts, or is nested more than 20 deep.
    """
    return _Builder().tree(given, ("filter",)) if given else filters.All()


class _Builder:
    """Makes a tree and counts what it is made of, so that no filter outgrows what a database can parse."""

    def __init__(self) -> None:
        self._parts = self._texts = 0

    def tree(self, given: ModelFilter, path: Path, depth: int = 0) -> Filter:
        """Return the tree of one part of a filter."""
        if depth > MAX_FILTER_DEPTH:
            raise InvalidInput(f"a filter is nested at most {MAX_FILTER_DEPTH} deep", field=path)
        self._count_part(path)
        items: list[Filter] = []
        if given.and_:
            items.append(filters.And(self._trees(given.and_, (*path, "and"), depth + 1)))
        if given.or_ is not UNSET and given.or_ is not None:
            items.append(filters.Or(self._trees(given.or_, (*path, "or"), depth + 1)))
        if given.not_:
            items.append(filters.Not(self.tree(given.not_, (*path, "not"), depth + 1)))
        for name in _FACTS:
            match = getattr(given, name)
            if match:
                items.append(self._leaf(FactField(name), match, (*path, name)))
        return items[0] if len(items) == 1 else filters.And(tuple(items))

    def _trees(self, given: list[ModelFilter], path: Path, depth: int) -> tuple[Filter, ...]:
        return tuple(self.tree(item, (*path, str(index)), depth) for index, item in enumerate(given))

    def _leaf(self, field: FactField, match: TextMatch, path: Path) -> Filter:
        self._count_part(path)
        if match.exists is not UNSET:
            exists = filters.Exists(field)
            return exists if match.exists else filters.Not(exists)
        if match.in_ is not UNSET and match.in_ is not None:
            values = [self._folded(text, (*path, "in", str(index))) for index, text in enumerate(match.in_)]
            return filters.In(field, frozenset(values))
        for name, kind in _COMPARISONS.items():
            text = getattr(match, name)
            if text is not UNSET:
                return kind(field, self._folded(text, (*path, to_camel(name))))
        raise AssertionError("a TextMatch has one part: GraphQL sees to it")

    def _folded(self, text: str, path: Path) -> str:
        self._texts += 1
        if self._texts > VALUES_A_STATEMENT:
            raise InvalidInput(f"a filter has at most {VALUES_A_STATEMENT} texts", field=path)
        if len(text) > MAX_LABEL:
            raise InvalidInput(f"a filter's text has at most {MAX_LABEL} characters", field=path)
        with below(*path):
            return fold(check_characters(text))

    def _count_part(self, path: Path) -> None:
        self._parts += 1
        if self._parts > MAX_FILTER_PARTS:
            raise InvalidInput(f"a filter has at most {MAX_FILTER_PARTS} parts", field=path)
