"""Words that are spelled alike, from the server's dictionary of terms."""

from collections.abc import Sequence

from app.search.opensearch.asking import Asker, Body
from app.search.opensearch.fields import SPELLINGS
from app.search.opensearch.queries import EVERYTHING, NOTHING
from app.search.spelling import LEAST_ASKED, Spelling, cuts, slips_allowed

MOST = 50
"""How many spellings of a word are looked at: those with the fewest slips, the most frequent first."""


def spelled_like(asker: Asker, words: Sequence[str]) -> dict[str, list[Spelling]]:
    """Return for each word how documents spell words like it.

    Raises:
        IndexUnavailable: The index did not answer.
    """
    if not words:
        return {}
    [response] = asker.search(_asked(words))
    found = [response["suggest"][str(place)] for place in range(len(words))]
    near = [
        [*(option["text"] for entry in entries for option in entry["options"]), *cuts(word)]
        for word, entries in zip(words, found, strict=True)
    ]
    counts = _documents(asker, sorted({spelling for each in near for spelling in each}))
    return {
        word: [Spelling(written, counts[written]) for written in each if counts[written]]
        for word, each in zip(words, near, strict=True)
    }


def _asked(words: Sequence[str]) -> Body:
    wanted = {
        str(place): {
            "text": word,
            "term": {
                "field": SPELLINGS,
                "max_edits": slips_allowed(word),
                "prefix_length": 1,
                "min_word_length": LEAST_ASKED,
                "size": MOST,
                "suggest_mode": "always",
            },
        }
        for place, word in enumerate(words)
    }
    return {"query": NOTHING, "size": 0, "track_total_hits": False, "suggest": wanted}


def _documents(asker: Asker, spellings: Sequence[str]) -> dict[str, int]:
    """Return how many documents have each spelling or both its words; the dictionary counts deleted ones."""
    if not spellings:
        return {}
    counted = {"filters": {"filters": [_having(spelling.split()) for spelling in spellings]}}
    [response] = asker.search(
        {"query": EVERYTHING, "size": 0, "track_total_hits": False, "aggs": {"having": counted}}
    )
    buckets = response["aggregations"]["having"]["buckets"]
    return {spelling: bucket["doc_count"] for spelling, bucket in zip(spellings, buckets, strict=True)}


def _having(words: Sequence[str]) -> Body:
    return {"bool": {"filter": [{"term": {SPELLINGS: word}} for word in words]}}
