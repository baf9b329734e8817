"""Facets, as they are asked for."""

from collections.abc import Sequence

import strawberry
from strawberry import UNSET

from app.db.paging import MAX_PAGE
from app.errors import InvalidInput
from app.graphql.enums import FacetField
from app.graphql.inputs.drafting import below
from app.insight.discovery import facets
from app.registry.drafts.rules import check_characters
from app.search.filters import FactField


@strawberry.input(description="Asks for the most frequent values of a field.")
class FacetInput:
    """Asks for the most frequent values of a field."""

    field: FacetField = strawberry.field(
        description="The field; a facet ignores the filter on its own field."
    )
    tag_key: str | None = strawberry.field(default=UNSET, description="The tag's key; for TAG alone.")
    limit: int | None = strawberry.field(default=20, description="How many values at most, 1 to 100.")


def facets_wanted(given: Sequence[FacetInput]) -> tuple[facets.FacetWanted, ...]:
    """Return what is to be counted.

    Raises:
        InvalidInput: A limit is out of range, a field is asked for twice, or a tag's key is missing or given
            for another field.
    """
    asked: list[facets.FacetWanted] = []
    for index, one in enumerate(given):
        with below("facets", str(index)):
            wanted = _facet_wanted(one)
            if any((wanted.field, wanted.tag_key) == (before.field, before.tag_key) for before in asked):
                raise InvalidInput(f"{one.field.name} is counted once; ask for it once", field=["field"])
        asked.append(wanted)
    return tuple(asked)


def _facet_wanted(one: FacetInput) -> facets.FacetWanted:
    limit = 20 if one.limit is None else one.limit
    if not 1 <= limit <= MAX_PAGE:
        raise InvalidInput(f"limit is 1 to {MAX_PAGE}, not {limit}", field=["limit"])
    tag_key = one.tag_key or None
    if (one.field is FacetField.TAG) != (tag_key is not None):
        raise InvalidInput("tagKey goes with TAG: give both or neither", field=["tagKey"])
    if tag_key is not None:
        with below("tagKey"):
            return facets.FacetWanted(facets.Held.TAG, limit, check_characters(tag_key))
    if one.field is FacetField.STAGE:
        return facets.FacetWanted(facets.Held.STAGE, limit)
    return facets.FacetWanted(FactField[one.field.name], limit)
