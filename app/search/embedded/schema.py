"""How documents are kept in tantivy."""

import hashlib
from functools import cache

import tantivy

from app.db.text import fold
from app.search.completion import CompletionKind, comparable, starts_of
from app.search.document import (
    Document,
    TaskWords,
    content_digest,
    fact_values,
    texts_digest,
    words_text,
)
from app.search.filters import FactField

SEPARATOR = "\x1f"
"""Stands between the folded and the written form of a fact, so that one term answers filters and facets."""
WORDS = "words"
KEY = "key"
ID = "id"
SEQUENCE = "sequence"
TEXTS = "texts"
CONTENT = "content"
COMPLETIONS = "completions"

# Whatever changes one of these strings on their way into the index makes every stored document out of date.
_PROBE = Document(
    key=1,
    id="mdl_0",
    sequence=1,
    namespace="probe",
    name="resnet50_FPN mBERT YOLOv5s6 HTTPServer",
    display_name="Naïve Straße",
    description="The 中文模型 was running for 3.5 hours. हिन्दी ½ LLMs",
    tasks=(
        TaskWords(
            name="object_detection", title="Object detection", description="Finds things", synonyms=("od",)
        ),
    ),
    task_as_written="Detecting objects",
    domains=("computer vision",),
    framework="PyTorch",
    architecture="ResNet",
    family="bert",
    license="Apache-2.0",
    publisher="Someone",
    languages=("de", "pt-BR", "ell"),
    datasets=("ImageNet-1k",),
    tags=("size large",),
    tag_keys=("size",),
)


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
    for field in FactField:
        builder.add_text_field(field.value, tokenizer_name="raw", index_option="basic", fast=True)
    return builder.build()


def to_tantivy(document: Document, texts: int, content: int, schema: tantivy.Schema) -> tantivy.Document:
    """Return the document, with its digests, as tantivy keeps it.

    Raises:
        ValueError, TypeError: It cannot be kept, such as a text with half a character.
    """
    facts = {field.value: _fact_terms(document, field) for field in FactField}
    return tantivy.Document.from_dict(
        {
            WORDS: words_text(document),
            ID: document.id,
            KEY: document.key,
            SEQUENCE: document.sequence,
            TEXTS: texts,
            CONTENT: content,
            COMPLETIONS: _completion_terms(document),
            **{name: terms for name, terms in facts.items() if terms},
        },
        schema,
    )


@cache
def fingerprint() -> str:
    """Return a digest of how documents are built: an index made otherwise has to be made anew."""
    terms = [term for field in FactField for term in _fact_terms(_PROBE, field)]
    made = [words_text(_PROBE), str(texts_digest(_PROBE)), str(content_digest(_PROBE))]
    parts = [*made, *terms, *_completion_terms(_PROBE)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def completion_prefix(kind: CompletionKind, prefix: str) -> str:
    """Return how the terms begin that complete a prefix."""
    return f"{kind}{SEPARATOR}{comparable(prefix)}"


def _completion_terms(document: Document) -> list[str]:
    """Return each start of a word: kind, comparable form, whether words come before it, the whole text."""
    terms = [
        (start.kind, start.begins, str(int(start.inside)), start.written.replace(SEPARATOR, " "))
        for start in starts_of(document)
    ]
    return list(dict.fromkeys(map(SEPARATOR.join, terms)))


def _fact_terms(document: Document, field: FactField) -> list[str]:
    """Return each value as its folded form, the separator, and the value as written; one spelling a value."""
    clean = [value.replace(SEPARATOR, " ") for value in fact_values(document, field)]
    return [
        f"{folded}{SEPARATOR}{value}" for folded, value in {fold(value): value for value in clean}.items()
    ]
