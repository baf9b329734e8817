"""The names of a document's fields in OpenSearch."""

from app.search.filters import FactField

KEY = "key"
"""The document's number: an integer, which bitmaps need, unless the kind has keys of 63 bits; then a long."""
ID = "id"
"""The document's id, as a keyword; in the order of hits, so that no stored field is read for it."""
WORDS = "words"
"""The weighted text: prepared tokens, split at blanks, with frequencies but without positions."""
FACTS, DESCRIPTION = "facts", "description"
"""The two vectors; a document has both or none."""
VECTORS = "vectors"
"""The digest of the texts that the vectors stand for: the document's own, unless those changed since."""
EMBEDDER = "embedder"
"""The digest of what made the vectors; those of another embedder than the index has now do not count."""
TEXTS = "texts"
"""The digest of the texts that the vectors have to stand for."""
CONTENT = "content"
"""The digest of the document."""
SEQUENCE = "sequence"
"""The change that the document was built at."""
STATE = "state"
"""What the writer notes of the index, in a document of its own that has no other field; and that one's id."""
COMPLETIONS = "completions"
"""What the document can complete, as `app.search.terms.completion_terms` makes it."""
SPELLINGS = "spellings"
"""The document's words as they are spelled, as `app.search.spelling.spelling_terms` makes them."""


def filtered_by(field: FactField) -> str:
    """Return where a fact is filtered by: a keyword of its folded values, found but not kept by column."""
    return f"filter.{field.value}"


def counted_by(field: FactField) -> str:
    """Return where a fact is counted by: a keyword of `app.search.terms.fact_terms`, kept by column alone."""
    return f"facet.{field.value}"
