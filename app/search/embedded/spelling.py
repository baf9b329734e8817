"""Words that are spelled alike, from the dictionary of the index's terms."""

from rapidfuzz.distance import OSA
from tantivy import Query

from app.search.embedded.schema import SPELLINGS
from app.search.embedded.snapshot import Snapshot
from app.search.spelling import Spelling, slips_allowed


def spelled_like(snapshot: Snapshot, word: str) -> list[Spelling]:
    """Return the words of documents that begin like `word` and are a slip or two from it."""
    slips = slips_allowed(word)
    begun = snapshot.searcher.terms_with_prefix(SPELLINGS, word[0])
    near = (term for term, _ in begun if 0 < OSA.distance(word, term, score_cutoff=slips) <= slips)
    # tantivy counts documents that are deleted until their segment is merged.
    counted = (Spelling(term, _documents(snapshot, term)) for term in near)
    return [one for one in counted if one.documents]


def _documents(snapshot: Snapshot, term: str) -> int:
    return snapshot.count(Query.term_query(snapshot.schema, SPELLINGS, term))
