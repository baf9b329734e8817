"""Why a document was found: the words it shares with the query, and where they stand in its text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from html import escape

from app.search.document import Document, field_texts
from app.search.tokens import Span, places_of, query_terms, words_with

MARK_OPEN, MARK_CLOSE = "<mark>", "</mark>"
FRAGMENT_CHARACTERS = 160
MOST_FRAGMENTS = 2
MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class MatchedField:
    """A field that shares words with the query.

    Attributes:
        field: The field's name as the API spells it.
        words: The shared words as the field first writes them, in order.
    """

    field: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Highlight:
    """Excerpts of a field: matches between ``<mark>`` and ``</mark>``, all else HTML-escaped."""

    field: str
    fragments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a document was found by words; both parts are empty if it was found by meaning alone.

    Where highlights are not asked for, that part is empty too.
    """

    matched: tuple[MatchedField, ...]
    highlights: tuple[Highlight, ...]


@dataclass(frozen=True, slots=True)
class _Shared:
    """What a text shares with the query: the words, and the excerpts in which they stand, if asked for."""

    words: tuple[str, ...]
    fragments: tuple[str, ...]


def explain(text: str, documents: Iterable[Document], *, highlighted: bool = True) -> list[Reasons]:
    """Return for each document, in order, what it shares with the query `text`, with highlights if wanted.

    Only words are explained; it is worked out from the documents alone and asks no engine.
    """
    terms = frozenset(query_terms(text))
    # Documents that are found together share many a text, such as their task's.
    shared = cache(partial(_shared, terms, highlighted))
    return [_reasons([(field.field, shared(field.text)) for field in field_texts(one)]) for one in documents]


def _reasons(fields: Sequence[tuple[str, _Shared | None]]) -> Reasons:
    found = [(name, shared) for name, shared in fields if shared]
    return Reasons(
        tuple(MatchedField(name, shared.words) for name, shared in found),
        tuple(Highlight(name, shared.fragments) for name, shared in found if shared.fragments),
    )


def _shared(terms: frozenset[str], highlighted: bool, text: str) -> _Shared | None:  # noqa: FBT001 - bound, not passed
    """Return what a text has of the terms, or None."""
    words = words_with(text, terms)
    if not words:
        return None
    spans = places_of(text, words) if highlighted else ()
    return _Shared(_spellings(words), _fragments(text, _joined(spans)))


def _spellings(words: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the words that differ in their terms, each as it is first written."""
    first: dict[tuple[str, ...], str] = {}
    for word, terms in words.items():
        first.setdefault(terms, word)
    return tuple(first.values())[:MOST_WORDS]


def _joined(hits: Iterable[Span]) -> list[Span]:
    """Return the ranges of matches, those that overlap made one."""
    spans: list[Span] = []
    for hit in hits:
        if spans and hit.start < spans[-1].end:
            spans[-1] = Span(spans[-1].start, hit.end)
        else:
            spans.append(hit)
    return spans


def _fragments(text: str, spans: Sequence[Span]) -> tuple[str, ...]:
    """Return the excerpts with the most matches, in the order of the text."""
    excerpts: list[list[Span]] = []
    for span in spans:
        if excerpts and span.end - excerpts[-1][0].start <= FRAGMENT_CHARACTERS:
            excerpts[-1].append(span)
        else:
            excerpts.append([span])
    best = sorted(excerpts, key=len, reverse=True)[:MOST_FRAGMENTS]
    return tuple(_marked(text, excerpt) for excerpt in excerpts if excerpt in best)


def _marked(text: str, spans: Sequence[Span]) -> str:
    """Return the excerpt around `spans`, cut at blanks, with an ellipsis where text was left out."""
    window = _window(text, spans[0].start, spans[-1].end)
    parts = ["…" if window.start else ""]
    at = window.start
    for span in spans:
        parts += [escape(text[at : span.start]), MARK_OPEN, escape(text[span.start : span.end]), MARK_CLOSE]
        at = span.end
    parts += [escape(text[at : window.end]), "…" if window.end < len(text) else ""]
    return "".join(parts)


def _window(text: str, start: int, end: int) -> Span:
    """Widen a range to about one fragment, up to whole words; more room goes behind than before it."""
    room = max(FRAGMENT_CHARACTERS - (end - start), 0)
    first = max(start - room // 3, 0)
    if first:
        blank = text.find(" ", first, start)
        first = start if blank < 0 else blank + 1
    last = min(first + max(FRAGMENT_CHARACTERS, end - first), len(text))
    if last < len(text):
        blank = text.rfind(" ", end, last)
        last = end if blank < 0 else blank
    return Span(first, last)
