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
COMPLETIONS = "completions"
"""What the document can complete, as `app.search.terms.completion_terms` makes it."""


def filtered_by(field: FactField) -> str:
    """Return where a fact is filtered by: a keyword of its folded values, found but not kept by column."""
    return f"filter.{field.value}"


def counted_by(field: FactField) -> str:
    """Return where a fact is counted by: a keyword of `app.search.terms.fact_terms`, kept by column alone."""
    return f"facet.{field.value}"
