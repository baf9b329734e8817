"""What a search counts under one filter."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.search.filters import FactField
from app.search.opensearch.asking import Body, Response
from app.search.opensearch.fields import counted_by
from app.search.opensearch.queries import Query
from app.search.ranking import NONE, Scored

FACET_VALUES = 65_000
"""How many values a server gives of all fields of one search: of a field with more, the most frequent."""


@dataclass(slots=True)
class Scope:
    """What a search finds under one filter.

    Attributes:
        admitted: The query for what the filter admits.
        fields: The facets that are counted under it.
        near: The nearest of that, with their cosines; none if meaning takes no part.
        total: How many documents count.
        terms: How many of them have each term of the fields.
        cut: The fields with more values than their share of what a search gives, so that `terms` lacks some.
    """

    admitted: Query
    fields: Sequence[FactField]
    near: Scored = NONE
    total: int = 0
    terms: dict[FactField, Counter[str]] = field(default_factory=dict)
    cut: set[FactField] = field(default_factory=set)

    def counting(self, query: Query) -> Body:
        """Return what counts `query` and its facets, without a hit."""
        facets = {"aggs": terms_of(self.fields)} if self.fields else {}
        return {"query": query, "size": 0, "track_total_hits": True, **facets}

    def count(self, response: Response) -> None:
        """Add what the response to `counting` says."""
        self.total += response["hits"]["total"]["value"]
        for one in self.fields:
            found = response["aggregations"][one.value]
            self.terms.setdefault(one, Counter()).update(documents_by_term(found))
            if found["sum_other_doc_count"]:
                self.cut.add(one)


def terms_of(fields: Sequence[FactField]) -> Body:
    """Return what counts the values of fields, which share what a server gives at once."""
    values = FACET_VALUES // len(fields)
    return {one.value: {"terms": {"field": counted_by(one), "size": values}} for one in fields}


def documents_by_term(found: Response) -> dict[str, int]:
    """Return how many documents have each term that a search counted of one field."""
    return {bucket["key"]: bucket["doc_count"] for bucket in found["buckets"]}
