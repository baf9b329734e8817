"""Completion of prefixes from the dictionary of the index's terms."""

from collections.abc import Iterator

from tantivy import Query

from app.search.completion import Completion, CompletionKind, by_turns, comparable
from app.search.embedded.schema import COMPLETIONS
from app.search.embedded.snapshot import Snapshot
from app.search.terms import Candidate, candidate, completion_prefix, preference


def complete(snapshot: Snapshot, prefix: str, limit: int) -> list[Completion]:
    """Return what completes a prefix in one state of the index; nothing for a prefix without a letter."""
    if not comparable(prefix):
        return []
    return by_turns({kind: _of_kind(snapshot, kind, prefix, limit) for kind in CompletionKind}, limit)


def _of_kind(snapshot: Snapshot, kind: CompletionKind, prefix: str, limit: int) -> list[Completion]:
    found: dict[str, Completion] = {}
    for one in sorted(_candidates(snapshot, kind, prefix), key=preference):
        if len(found) == limit:
            break
        query = Query.term_query(snapshot.schema, COMPLETIONS, one.term)
        if one.written not in found and (count := snapshot.count(query)):
            found[one.written] = Completion(one.written, kind, count)
    return list(found.values())


def _candidates(snapshot: Snapshot, kind: CompletionKind, prefix: str) -> Iterator[Candidate]:
    # tantivy counts documents that are deleted until their segment is merged.
    listed = snapshot.searcher.terms_with_prefix(COMPLETIONS, completion_prefix(kind, prefix))
    return (candidate(term, frequency) for term, frequency in listed)
