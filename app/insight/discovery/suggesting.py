"""Completing what a person begins to type, and mending what was typed."""

from collections.abc import Set as AbstractSet

from app.errors import InvalidInput
from app.insight.discovery.asking import Discovery
from app.search.completion import MAX_PREFIX, Completion
from app.search.contract import IndexUnavailable, Kind
from app.search.spelling import respelled, unknown_words

MOST = 50


def suggest(discovery: Discovery, prefix: str, limit: int) -> list[Completion] | None:
    """Return what completes a prefix; None while there is no index.

    Raises:
        InvalidInput: The prefix is too long, or the limit out of range.
    """
    if len(prefix) > MAX_PREFIX:
        raise InvalidInput(f"prefix has at most {MAX_PREFIX} characters", field=["prefix"])
    if not 1 <= limit <= MOST:
        raise InvalidInput(f"limit is 1 to {MOST}, not {limit}", field=["limit"])
    try:
        # A lone surrogate, which JSON can spell, is no text that an index could hold.
        return discovery.models.complete(prefix.encode(errors="replace").decode(), limit)
    except IndexUnavailable:
        return None


def other_spellings(discovery: Discovery, kind: Kind, text: str, unmatched: AbstractSet[str]) -> list[str]:
    """Return a query in other spellings, the likeliest first; the index is asked if a word is unknown.

    Args:
        discovery: The indexes.
        kind: What is looked for.
        text: The query.
        unmatched: Those of its terms that nothing of that kind has.
    """
    unknown = unknown_words(text, unmatched)
    if not unknown:
        return []
    try:
        return respelled(text, discovery.of(kind).spelled_like(unknown))
    except IndexUnavailable:
        return []
