"""Completion of prefixes by counting the terms that begin so."""

import re
from collections.abc import Iterator

from app.search.completion import Completion, CompletionKind, by_turns, comparable
from app.search.opensearch.asking import Asker, Body, Response
from app.search.opensearch.fields import COMPLETIONS
from app.search.opensearch.queries import any_of
from app.search.terms import SEPARATOR, Candidate, candidate, completion_prefix, preference

MOST_TERMS = 500
"""How many terms of a kind, and as many inside of others, are looked at: the most frequent."""
_OPERATOR = re.compile(r"[^\w\s]")


def complete(asker: Asker, prefix: str, limit: int) -> list[Completion]:
    """Return what completes a prefix; nothing for a prefix without a letter.

    Raises:
        IndexUnavailable: The index did not answer.
    """
    if not comparable(prefix):
        return []
    [response] = asker.search(_asked(prefix))
    return by_turns({kind: _of_kind(response, kind, limit) for kind in CompletionKind}, limit)


def _asked(prefix: str) -> Body:
    begun = (completion_prefix(kind, prefix) for kind in CompletionKind)
    terms = {
        f"{kind}{inside}": {
            "terms": {
                "field": COMPLETIONS,
                "size": MOST_TERMS,
                "include": _pattern(completion_prefix(kind, prefix), inside),
            }
        }
        for kind in CompletionKind
        for inside in (0, 1)
    }
    query = any_of({"prefix": {COMPLETIONS: start}} for start in begun)
    return {"query": query, "size": 0, "track_total_hits": False, "aggs": terms}


def _pattern(start: str, inside: int) -> str:
    """Return the regular expression of the terms that begin so, with or without words before."""
    literal = _OPERATOR.sub(r"\\\g<0>", start)
    return f"{literal}[^{SEPARATOR}]*{SEPARATOR}{inside}{SEPARATOR}.*"


def _of_kind(response: Response, kind: CompletionKind, limit: int) -> list[Completion]:
    found: dict[str, Completion] = {}
    for one in sorted(_candidates(response, kind), key=preference):
        found.setdefault(one.written, Completion(one.written, kind, one.documents))
    return list(found.values())[:limit]


def _candidates(response: Response, kind: CompletionKind) -> Iterator[Candidate]:
    for inside in (0, 1):
        for bucket in response["aggregations"][f"{kind}{inside}"]["buckets"]:
            yield candidate(bucket["key"], bucket["doc_count"])
