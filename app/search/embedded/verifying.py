"""Whether a committed index holds documents as they have to be."""

from collections.abc import Iterator, Sequence

import numpy as np
import tantivy
from tantivy import Occur, Query

from app.search.delivery import DocumentVectors
from app.search.document import Document, words_text
from app.search.embedded.rows import Rows, last_rows
from app.search.embedded.schema import COMPLETIONS, ID, KEY, SPELLINGS, WORDS
from app.search.filters import FactField
from app.search.spelling import spelling_terms
from app.search.terms import completion_terms, fact_terms


def why_wrong(index: tantivy.Index, document: Document) -> str | None:
    """Say what is wrong with a document; None if it is found once, and by each term that it has to have."""
    searcher, schema = index.searcher(), index.schema
    by_id = Query.term_query(schema, ID, document.id, "basic")
    held = searcher.search(by_id, limit=2).hits
    if len(held) != 1:
        return f"is there {len(held)} times"
    if searcher.fast_field_values(KEY, [held[0][1]]) != [document.key]:
        return "has another key"
    terms = {Query.term_query(schema, field, term, "basic") for field, term in _terms(document)}
    whole = Query.boolean_query([(Occur.Must, by_id), *((Occur.Must, one) for one in terms)])
    return None if searcher.search(whole, limit=1).hits else "is not found by all of its words and facts"


def wrong_vectors(rows: Rows, vectors: Sequence[DocumentVectors]) -> list[str]:
    """Return the ids of the documents whose vectors are others than these."""
    keys, last = last_rows(rows)
    row_of = dict(zip(keys.tolist(), last.tolist(), strict=True))
    return [one.id for one in vectors if one.key not in row_of or not _is(rows, row_of[one.key], one)]


def _is(rows: Rows, at: int, given: DocumentVectors) -> bool:
    same = [
        np.array_equal(rows[name][at], getattr(given, name)) for name in ("texts", "facts", "description")
    ]
    return all(same)


def _terms(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the different terms of a document, each with its field."""
    for field, terms in (
        (WORDS, words_text(document).split()),
        (COMPLETIONS, completion_terms(document)),
        (SPELLINGS, spelling_terms(document)),
        *((fact.value, fact_terms(document, fact)) for fact in FactField),
    ):
        for term in dict.fromkeys(terms):
            yield field, term
