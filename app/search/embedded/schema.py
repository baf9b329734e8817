"""How documents are kept in tantivy."""

import tantivy

from app.search.document import Document, words_text
from app.search.filters import FactField
from app.search.spelling import spelling_terms
from app.search.terms import completion_terms, fact_terms

WORDS = "words"
KEY = "key"
ID = "id"
SEQUENCE = "sequence"
TEXTS = "texts"
CONTENT = "content"
COMPLETIONS = "completions"
SPELLINGS = "spellings"


def build_schema() -> tantivy.Schema:
    """Return the schema: one weighted text, one field a fact, and the numbers that tell documents apart."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(WORDS, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(ID, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(KEY, indexed=True, fast=True)
    builder.add_unsigned_field(SEQUENCE, fast=True)
    builder.add_unsigned_field(TEXTS, fast=True)
    builder.add_unsigned_field(CONTENT, fast=True)
    builder.add_text_field(COMPLETIONS, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(SPELLINGS, tokenizer_name="raw", index_option="basic")
    for field in FactField:
        builder.add_text_field(field.value, tokenizer_name="raw", index_option="basic", fast=True)
    return builder.build()


def to_tantivy(document: Document, texts: int, content: int, schema: tantivy.Schema) -> tantivy.Document:
    """Return the document, with its digests, as tantivy keeps it.

    Raises:
        ValueError, TypeError: It cannot be kept, such as a text with half a character.
    """
    facts = {field.value: fact_terms(document, field) for field in FactField}
    return tantivy.Document.from_dict(
        {
            WORDS: words_text(document),
            ID: document.id,
            KEY: document.key,
            SEQUENCE: document.sequence,
            TEXTS: texts,
            CONTENT: content,
            COMPLETIONS: completion_terms(document),
            SPELLINGS: spelling_terms(document),
            **{name: terms for name, terms in facts.items() if terms},
        },
        schema,
    )
