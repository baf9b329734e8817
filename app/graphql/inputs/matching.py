"""Conditions on single values, checked and counted."""

from collections.abc import Callable, Collection
from typing import Any, TypeAlias

from pydantic.alias_generators import to_camel
from strawberry import UNSET

from app.db.statements import VALUES_A_STATEMENT
from app.db.text import fold, fold_term
from app.errors import InvalidInput
from app.graphql.inputs import filters as given
from app.graphql.inputs.drafting import below, stated
from app.registry.drafts.rules import MAX_LABEL, check_characters
from app.registry.reading.finding import require_kind
from app.registry.reading.predicates import MetricKeyTest, Number, Property, Text, Time, Way
from app.search import filters
from app.search.filters import FactField, Filter

MAX_FILTER_PARTS = 400
"""How many conditions and joints a filter has at most; SQLite gives up at 1,000."""

Path: TypeAlias = tuple[str, ...]

_WAYS = {"contains": Way.CONTAINS, "starts_with": Way.STARTS_WITH}
_FACTS: dict[Way, Callable[[FactField, Any], Filter]] = {
    Way.CONTAINS: filters.Contains,
    Way.STARTS_WITH: filters.StartsWith,
}


class Matches:
    """Turns the inputs of one filter into conditions, so that none outgrows what a database can parse."""

    def __init__(self, fold_by: Callable[[str], str] = fold) -> None:
        self._parts = self._texts = 0
        self._fold = fold_by

    def count_part(self, path: Path) -> None:
        """Count a condition or joint.

        Raises:
            InvalidInput: There are too many.
        """
        self._parts += 1
        if self._parts > MAX_FILTER_PARTS:
            raise InvalidInput(f"a filter has at most {MAX_FILTER_PARTS} parts", field=path)

    def plain_text(self, match: given.TextMatch, path: Path) -> Text | None:
        """Return a condition on text, or None where there must not be any.

        Raises:
            InvalidInput: A text is longer than any fact, or is one that no store can keep.
        """
        self.count_part(path)
        if match.exists is not UNSET:
            return Text(Way.EXISTS) if match.exists else None
        if match.in_ is not UNSET and match.in_ is not None:
            return Text(
                Way.IN,
                tuple(self._folded(text, (*path, "in", str(at))) for at, text in enumerate(match.in_)),
            )
        if match.equals is not UNSET and match.equals is not None:
            return Text(Way.IN, (self._folded(match.equals, (*path, "equals")),))
        for name, way in _WAYS.items():
            text = getattr(match, name)
            if text is not UNSET:
                return Text(way, (self._folded(text, (*path, to_camel(name))),))
        raise AssertionError("a TextMatch has one part: GraphQL sees to it")

    def text(self, match: given.TextMatch, path: Path, make: Callable[[Text], Filter]) -> Filter:
        """Return a condition on text as a leaf that `make` makes."""
        text = self.plain_text(match, path)
        return filters.Not(make(Text(Way.EXISTS))) if text is None else make(text)

    def fact(
        self,
        field: FactField,
        match: given.TextMatch,
        path: Path,
        named: Callable[[Collection[str]], Collection[str]] = frozenset,
    ) -> Filter:
        """Return a condition on a fact that the index knows; `named` tells what given texts may be called."""

        def leaf(text: Text) -> Filter:
            if text.way is Way.EXISTS:
                return filters.Exists(field)
            if text.way is Way.IN:
                return filters.In(field, tuple(sorted(named(text.values))))
            return _FACTS[text.way](field, text.values[0])

        return self.text(match, path, leaf)

    def property(self, match: given.PropertyMatch, path: Path, make: Callable[[Property], Filter]) -> Filter:
        """Return a condition on the value under a key; the absence of text is the absence of such a leaf."""
        key = self._text(match.key, (*path, "key"))
        number = self.number(match.number) if match.number else None
        boolean = stated(match.boolean)
        if not match.text:
            return make(Property(key=key, number=number, boolean=boolean))
        text = self.plain_text(match.text, (*path, "text"))
        held = make(Property(key=key, text=text, number=number, boolean=boolean))
        if text is not None:
            return held
        without = filters.Not(make(Property(key=key, text=Text(Way.EXISTS))))
        return filters.And((held, without))

    def number(self, match: given.NumberMatch) -> Number:
        """Return the bounds of a number."""
        return Number(**{name: stated(getattr(match, name)) for name in ("equals", "gt", "gte", "lt", "lte")})

    def time(self, match: given.TimeMatch) -> Time:
        """Return the bounds of a moment."""
        return Time(after=stated(match.after), before=stated(match.before))

    def identifier(self, value: str | None, path: Path, *prefixes: str) -> str | None:
        """Return an id, or None where none is given.

        Raises:
            InvalidInput: It is no id, or one of another kind than `prefixes`, where any are given.
        """
        if value is UNSET or value is None:
            return None
        return require_kind(str(value), *prefixes, field=path)

    def metric_key(self, key: given.MetricKeyInput, path: Path) -> MetricKeyTest:
        """Return which series a key means.

        Raises:
            InvalidInput: A text is one that no store can keep.
        """
        parts: list[tuple[str, str | None]] = []
        for name in ("dataset", "split", "slice", "unit"):
            value = getattr(key, name)
            if value is not UNSET:
                parts.append((name, None if value is None else self._text(value, (*path, name))))
        if key.source:
            parts.append(("source", key.source.name))
        conditions = None
        if key.conditions is not UNSET:
            conditions = tuple(
                (self._text(one.name, (*path, "conditions")), self._text(one.value, (*path, "conditions")))
                for one in key.conditions or ()
            )
        folded = [
            ("dataset_folded", None if value is None else fold(value)) if name == "dataset" else (name, value)
            for name, value in parts
        ]
        called = self._text(key.name, (*path, "name"))
        return MetricKeyTest(
            name=fold_term(called), called=called, parts=tuple(folded), conditions=conditions
        )

    def _text(self, text: str, path: Path) -> str:
        self._texts += 1
        if self._texts > VALUES_A_STATEMENT:
            raise InvalidInput(f"a filter has at most {VALUES_A_STATEMENT} texts", field=path)
        if len(text) > MAX_LABEL:
            raise InvalidInput(f"a filter's text has at most {MAX_LABEL} characters", field=path)
        with below(*path):
            return check_characters(text)

    def _folded(self, text: str, path: Path) -> str:
        return self._fold(self._text(text, path))
