"""Words that are spelled alike, from the dictionary of the index's terms."""

from rapidfuzz.distance import OSA
from tantivy import Occur, Query

from app.search.embedded.schema import SPELLINGS
from app.search.embedded.snapshot import Snapshot
from app.search.spelling import Spelling, cuts, slips_allowed


def spelled_like(snapshot: Snapshot, word: str) -> list[Spelling]:
    """Return how documents spell words like `word`: a slip or two from it, or apart."""
    slips = slips_allowed(word)
    begun = snapshot.searcher.terms_with_prefix(SPELLINGS, word[0])
    near = (term for term, _ in begun if 0 < OSA.distance(word, term, score_cutoff=slips) <= slips)
    # tantivy counts documents that are deleted until their segment is merged.
    counted = (Spelling(written, _documents(snapshot, written)) for written in (*near, *cuts(word)))
    return [one for one in counted if one.documents]


def _documents(snapshot: Snapshot, written: str) -> int:
    """Return how many documents have a word, or both of two."""
    terms = (Query.term_query(snapshot.schema, SPELLINGS, term) for term in written.split())
    return snapshot.count(Query.boolean_query([(Occur.Must, term) for term in terms]))
