"""Counting what was found by a field: facts are counted by the index, stages and tags by the database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from sqlalchemy import ColumnElement

from app.db.engine import ReadSession
from app.registry.reading.filtering import answered, model_condition
from app.registry.reading.predicates import AnyVersion, LatestVersion, ModelTag, VersionHas, VersionText
from app.registry.reading.tallies import count_stages, count_tag_values, with_keys
from app.search.contract import FacetCounts, FacetRequest, KeyArray
from app.search.counting import FacetValue, most_frequent
from app.search.filters import All, And, FactField, Filter, Not, Or, conditions_of


class Held(StrEnum):
    """What is counted of what hangs on a model."""

    STAGE = "stage"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class FacetWanted:
    """Asks for the `limit` most frequent values of a field; a facet ignores the filter on its own field.

    Attributes:
        tag_key: Which tag's values are counted; None for all other fields.
    """

    field: FactField | Held
    limit: int = 20
    tag_key: str | None = None


@dataclass(frozen=True, slots=True)
class FacetFound:
    """The most frequent values of a field; `other_count` is the sum of the counts of all others."""

    field: FactField | Held
    tag_key: str | None
    values: tuple[FacetValue, ...]
    other_count: int


Leaf: TypeAlias = Callable[[Filter], bool]


def by_index(wanted: Sequence[FacetWanted]) -> tuple[FacetRequest, ...]:
    """Return what the index counts."""
    return tuple(FacetRequest(one.field, one.limit) for one in wanted if isinstance(one.field, FactField))


def by_database(wanted: Sequence[FacetWanted]) -> list[FacetWanted]:
    """Return what the database counts."""
    return [one for one in wanted if isinstance(one.field, Held)]


def own_filters(
    session: ReadSession, wanted: Sequence[FacetWanted], tree: Filter, admitted: Filter
) -> tuple[Filter, ...]:
    """Return for each facet the filter that it is counted under, as an index understands it.

    `admitted` is `tree`, the filter of the search, as an index understands it.
    """
    trees = [_without(tree, facet) for facet in wanted]
    return tuple(admitted if one is tree else answered(session, one) for one in trees)


def count_found(
    session: ReadSession, wanted: Sequence[FacetWanted], listed: Sequence[KeyArray]
) -> list[FacetFound]:
    """Count facets among the models with the keys that are listed for each."""
    return [
        _counted(session, facet, with_keys(keys.tolist())) for facet, keys in zip(wanted, listed, strict=True)
    ]


def count_admitted(session: ReadSession, wanted: Sequence[FacetWanted], tree: Filter) -> list[FacetFound]:
    """Count facets among all models that the filter admits."""
    return [_counted(session, facet, model_condition(_without(tree, facet))) for facet in wanted]


def in_order(
    wanted: Sequence[FacetWanted], index: Sequence[FacetCounts], database: Sequence[FacetFound]
) -> tuple[FacetFound, ...]:
    """Return what was counted in the order in which it was asked for; what was not counted is left out."""
    counted = [FacetFound(one.field, None, one.values, one.other_count) for one in index]
    found = {(one.field, one.tag_key): one for one in (*counted, *database)}
    return tuple(found[key] for facet in wanted if (key := (facet.field, facet.tag_key)) in found)


def _counted(session: ReadSession, facet: FacetWanted, among: ColumnElement[bool]) -> FacetFound:
    if facet.tag_key is None:
        spellings = count_stages(session, among)
    else:
        spellings = count_tag_values(session, facet.tag_key, among)
    return FacetFound(facet.field, facet.tag_key, *most_frequent(spellings, facet.limit))


def _without(tree: Filter, facet: FacetWanted) -> Filter:
    """Return a filter without the conditions that speak of nothing but the facet's own field."""

    def own(leaf: Filter) -> bool:
        if facet.tag_key is None:
            return isinstance(leaf, VersionHas) and leaf.field is VersionText.STAGE
        return isinstance(leaf, ModelTag) and leaf.property.key == facet.tag_key

    conditions = conditions_of(tree)
    kept = tuple(one for one in conditions if isinstance(one, All) or not _speaks_only(one, own))
    return tree if len(kept) == len(conditions) else And(kept)


def _speaks_only(tree: Filter, own: Leaf) -> bool:
    match tree:
        case And(items) | Or(items):
            return bool(items) and all(_speaks_only(item, own) for item in items)
        case Not(item) | AnyVersion(item) | LatestVersion(item):
            return _speaks_only(item, own)
    return own(tree)
