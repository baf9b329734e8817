"""Completion of prefixes from the dictionary of the index's terms."""

from collections.abc import Iterator
from dataclasses import dataclass

from tantivy import Query

from app.search.completion import Completion, CompletionKind, by_turns, comparable
from app.search.embedded.schema import COMPLETIONS
from app.search.embedded.snapshot import Snapshot
from app.search.terms import SEPARATOR, completion_prefix


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A term of the dictionary.

    Attributes:
        inside: Whether words stand before the one that it begins.
        frequency: How many documents have the term, deleted ones that were not cleared away yet included.
    """

    term: str
    written: str
    inside: bool
    frequency: int


def complete(snapshot: Snapshot, prefix: str, limit: int) -> list[Completion]:
    """Return what completes a prefix in one state of the index; nothing for a prefix without a letter."""
    if not comparable(prefix):
        return []
    return by_turns({kind: _of_kind(snapshot, kind, prefix, limit) for kind in CompletionKind}, limit)


def _of_kind(snapshot: Snapshot, kind: CompletionKind, prefix: str, limit: int) -> list[Completion]:
    found: dict[str, Completion] = {}
    for candidate in sorted(_candidates(snapshot, kind, prefix), key=_preference):
        if len(found) == limit:
            break
        query = Query.term_query(snapshot.schema, COMPLETIONS, candidate.term)
        if candidate.written not in found and (count := snapshot.count(query)):
            found[candidate.written] = Completion(candidate.written, kind, count)
    return list(found.values())


def _candidates(snapshot: Snapshot, kind: CompletionKind, prefix: str) -> Iterator[_Candidate]:
    for term, frequency in snapshot.searcher.terms_with_prefix(COMPLETIONS, completion_prefix(kind, prefix)):
        *_, inside, written = term.split(SEPARATOR)
        yield _Candidate(term, written, inside == "1", frequency)


def _preference(candidate: _Candidate) -> tuple[bool, int, int, str]:
    return candidate.inside, -candidate.frequency, len(candidate.written), candidate.written
