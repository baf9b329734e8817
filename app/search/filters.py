"""The filter tree: one neutral form that the registry compiles to SQL and an engine to its own query.

Values are folded (`app.db.text.fold`) by whoever makes a leaf. A field may hold several values; a leaf holds
for a model if it holds for any of them.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import reduce


class FactField(StrEnum):
    """The facts of a model that are filtered and counted; the value names the document's attribute."""

    NAMESPACE = "namespace"
    NAME = "name"
    TASK = "task"
    DOMAIN = "domain"
    FRAMEWORK = "framework"
    ARCHITECTURE = "architecture"
    FAMILY = "family"
    LICENSE = "license"
    PUBLISHER = "publisher"
    LANGUAGE = "language"
    DATASET = "dataset"


@dataclass(frozen=True, slots=True)
class All:
    """Admits every model."""


@dataclass(frozen=True, slots=True)
class And:
    """Admits what every item admits; without items, every model."""

    items: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Admits what any item admits; without items, nothing."""

    items: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Admits what `item` does not."""

    item: "Filter"


@dataclass(frozen=True, slots=True)
class In:
    """The field's folded value is one of `values`, each there once and in order; without values, nothing.

    Cursors are made for a filter as it is written, which a set would write in another order in every process.
    """

    field: FactField
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contains:
    """The field's folded value contains `value`; the empty text is contained in any value."""

    field: FactField
    value: str


@dataclass(frozen=True, slots=True)
class StartsWith:
    """The field's folded value starts with `value`."""

    field: FactField
    value: str


@dataclass(frozen=True, slots=True)
class Exists:
    """The field has a value."""

    field: FactField


@dataclass(frozen=True, slots=True)
class Keys:
    """The model's key is one of `keys`: the answer of the database to what the index does not know."""

    keys: frozenset[int]


class Outside:
    """A condition that no index knows; it is answered as `Keys` before an index is asked."""

    __slots__ = ()


LONGEST_PART = 200
"""How long a text may be that an index looks for inside of others."""

Filter = All | And | Or | Not | In | Contains | StartsWith | Exists | Keys | Outside


def conditions_of(tree: Filter) -> tuple[Filter, ...]:
    """Return the items of the outermost conjunctions, all of which must hold."""
    if isinstance(tree, And):
        return tuple(condition for item in tree.items for condition in conditions_of(item))
    return (tree,)


def asks_outside(tree: Filter) -> bool:
    """Return whether a condition of the tree is none for an index: unknown to it, or too long to look for."""
    match tree:
        case And(items) | Or(items):
            return any(map(asks_outside, items))
        case Not(item):
            return asks_outside(item)
        case Contains(_, value):
            return len(value) > LONGEST_PART
    return isinstance(tree, Outside)


def without_field(tree: Filter, field: FactField) -> Filter:
    """Return the filter that a facet of `field` counts under: without the conditions on that field alone.

    Conditions are the items of the outermost conjunctions. One that speaks of other fields too is kept whole,
    since leaving out a part of it would mean something else.
    """
    conditions = conditions_of(tree)
    kept = tuple(item for item in conditions if _fields(item) != {field})
    if len(kept) == len(conditions):
        return tree
    return And(kept) if kept else All()


def _fields(tree: Filter) -> frozenset[FactField | None]:
    """Return the fields that a condition speaks of; None stands for what is no fact."""
    match tree:
        case All():
            return frozenset()
        case And(items) | Or(items):
            return reduce(frozenset.union, map(_fields, items), frozenset())
        case Not(item):
            return _fields(item)
        case Keys() | Outside():
            return frozenset({None})
        case _:
            return frozenset({tree.field})
