"""Answers of the search."""

from datetime import datetime

import strawberry

from app.graphql.enums import FacetField, SuggestionKind
from app.graphql.types.connections import PageInfo
from app.graphql.types.degradation import Degradation
from app.graphql.types.registered import ModelVersion, RegisteredModel
from app.insight.discovery import facets
from app.search import completion, contract, reasons


@strawberry.type(description="A field that shares words with the query.")
class MatchedField:
    """A field that shares words with the query."""

    field: str = strawberry.field(description="The field, such as `displayName`.")
    words: list[str] = strawberry.field(description="The shared words, as the field has them.")


@strawberry.type(description="Excerpts of a field.")
class Highlight:
    """Excerpts of a field."""

    field: str = strawberry.field(description="The field.")
    fragments: list[str] = strawberry.field(
        description="Excerpts; matches stand between `<mark>` and `</mark>`, the rest is HTML-escaped."
    )


@strawberry.type(description="Why a model was found.")
class MatchExplanation:
    """Why a model was found."""

    words: float | None = strawberry.field(
        description="bm25 / (bm25 + 10), comparable between queries; null when no word matched."
    )
    meaning: float | None = strawberry.field(
        description="(1 + cosine) / 2, comparable between queries; null without a vector."
    )
    matched: list[MatchedField] = strawberry.field(description="The fields that share words with the query.")
    highlights: list[Highlight] = strawberry.field(description="Where those words stand.")


@strawberry.type(description="A model that was found.")
class SearchEdge:
    """A model that was found."""

    cursor: str = strawberry.field(description="Its place, for `after`.")
    rank: int = strawberry.field(description="Its place in the order, from 1.")
    node: RegisteredModel = strawberry.field(description="The model.")
    version: ModelVersion | None = strawberry.field(
        description="The version whose metric orders the answer, or the newest that the filter's "
        "`anyVersion` admits; else its latest."
    )
    score: float = strawberry.field(description="0 to 1; orders within one answer.")
    why: MatchExplanation = strawberry.field(description="Why it was found.")
    collapsed: int = strawberry.field(description="How many models it stands for beside itself.")


@strawberry.type(description="A value of a facet.")
class FacetValue:
    """A value of a facet."""

    value: str = strawberry.field(description="The value in its most frequent spelling.")
    count: int = strawberry.field(description="How many of the found models have it.")


@strawberry.type(description="The most frequent values of a field among the found models.")
class Facet:
    """The most frequent values of a field among the found models."""

    field: FacetField = strawberry.field(description="The field.")
    tag_key: str | None = strawberry.field(description="The tag's key; null for all other fields.")
    values: list[FacetValue] = strawberry.field(description="The values, the most frequent first.")
    other_count: int = strawberry.field(description="The sum of the counts of all other values.")


@strawberry.type(description="A page of what was found.")
class SearchConnection:
    """A page of what was found."""

    edges: list[SearchEdge] = strawberry.field(description="What was found, with reasons.")
    nodes: list[RegisteredModel] = strawberry.field(description="What was found.")
    page_info: PageInfo = strawberry.field(description="Where the page lies.")
    total_count: int = strawberry.field(
        description="What the filter admits and matches the words or lies in the window by meaning; "
        "without a text, what the filter admits."
    )
    window: int = strawberry.field(
        description="Among how many candidates a text orders; without a text, pages reach the end."
    )
    facets: list[Facet] = strawberry.field(
        description="The facets asked for, over the same models as `totalCount`; while there is no index, "
        "`degraded` names those that are not counted."
    )
    indexed_through: datetime | None = strawberry.field(
        description="Every change up to then is in the answer; null when that is not known."
    )
    degraded: list[Degradation] = strawberry.field(
        description="Why the answer is not whole; empty when it is."
    )
    suggestions: list[str] = strawberry.field(
        description="The text with words that no model has in the spelling of words that models have, the "
        "likeliest first, at most 3; empty when every word is known."
    )


@strawberry.type(description="A text that completes what was typed.")
class Suggestion:
    """A text that completes what was typed."""

    text: str = strawberry.field(description="The text, as it is written.")
    kind: SuggestionKind = strawberry.field(description="What it is.")
    count: int = strawberry.field(description="How many models have it.")


def explanation(hit: contract.Hit, why: reasons.Reasons | None) -> MatchExplanation:
    """Make an explanation of a hit and of the words it shares with the query."""
    return MatchExplanation(
        words=_rounded(hit.words),
        meaning=_rounded(hit.meaning),
        matched=[MatchedField(field=one.field, words=list(one.words)) for one in why.matched] if why else [],
        highlights=[Highlight(field=one.field, fragments=list(one.fragments)) for one in why.highlights]
        if why
        else [],
    )


def facet(counts: facets.FacetFound) -> Facet:
    """Make a facet of what was counted."""
    return Facet(
        field=FacetField[counts.field.name],
        tag_key=counts.tag_key,
        values=[FacetValue(value=one.value, count=one.count) for one in counts.values],
        other_count=counts.other_count,
    )


def suggestion(one: completion.Completion) -> Suggestion:
    """Make a suggestion of a completion."""
    return Suggestion(text=one.text, kind=SuggestionKind[one.kind.name], count=one.count)


def _rounded(part: float | None) -> float | None:
    """Leave out the digits that differ from machine to machine."""
    return None if part is None else round(part, 4)
