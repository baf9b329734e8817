"""The terms of an index: each fact and each completion of a document as one, alike in every engine."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from app.db.text import fold
from app.search.completion import CompletionKind, comparable, starts_of
from app.search.contract import FacetCounts, FacetRequest
from app.search.counting import most_frequent
from app.search.document import (
    REMEMBERED,
    Document,
    TaskWords,
    content_digest,
    fact_values,
    texts_digest,
    words_text,
)
from app.search.filters import FactField
from app.search.spelling import spelling_terms

SEPARATOR = "\x1f"
"""Stands between the parts of a term, such as the folded and the written form of a fact."""

# Whatever changes one of these strings on their way into the index makes every stored document out of date.
_PROBE = Document(
    key=1,
    id="mdl_0",
    sequence=1,
    namespace="probe",
    name="resnet50_FPN mBERT YOLOv5s6 HTTPServer",
    display_name="Naïve Straße",
    description="The 中文模型 was running for 3.5 hours on 1.3 billion words. हिन्दी ½ LLMs",
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
    parameter_counts=(6_738_415_616,),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A term that completes a prefix.

    Attributes:
        written: What a person reads.
        inside: Whether words stand before the one that the prefix begins.
        documents: How many documents have the term, as far as the engine knows.
    """

    term: str
    written: str
    inside: bool
    documents: int


@cache
def fingerprint() -> str:
    """Return a digest of how documents are built: an index made otherwise has to be made anew."""
    terms = [term for field in FactField for term in fact_terms(_PROBE, field)]
    made = [words_text(_PROBE), str(texts_digest(_PROBE)), str(content_digest(_PROBE))]
    parts = [*made, *terms, *completion_terms(_PROBE), *spelling_terms(_PROBE)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def completion_prefix(kind: CompletionKind, prefix: str) -> str:
    """Return how the terms begin that complete a prefix."""
    return f"{kind}{SEPARATOR}{comparable(prefix)}"


def candidate(term: str, documents: int) -> Candidate:
    """Return a term of `completion_terms` as what it completes."""
    *_, inside, written = term.split(SEPARATOR)
    return Candidate(term, written, inside == "1", documents)


def preference(one: Candidate) -> tuple[bool, int, int, str]:
    """Return the place of a candidate: what begins so before what has it inside, then the most frequent."""
    return one.inside, -one.documents, len(one.written), one.written


def completion_terms(document: Document) -> list[str]:
    """Return each start of a word: kind, comparable form, whether words come before it, the whole text."""
    terms = [
        (start.kind, start.begins, str(int(start.inside)), start.written.replace(SEPARATOR, " "))
        for start in starts_of(document)
    ]
    return list(dict.fromkeys(map(SEPARATOR.join, terms)))


def fact_terms(document: Document, field: FactField) -> list[str]:
    """Return each value as its folded form, the separator, and the value as written; one spelling a value."""
    return list(_fact_terms(fact_values(document, field)))


@lru_cache(maxsize=REMEMBERED)
def _fact_terms(values: tuple[str, ...]) -> tuple[str, ...]:
    clean = (value.replace(SEPARATOR, " ") for value in values)
    spelled = {fold(value): value for value in clean}
    return tuple(f"{folded}{SEPARATOR}{value}" for folded, value in spelled.items())


def facet_counts(facet: FacetRequest, counts: Mapping[str, int]) -> FacetCounts:
    """Add up the spellings of each value and cut to the most frequent values.

    Args:
        facet: What was asked.
        counts: How many documents have each of the field's terms.
    """
    split = ((term.split(SEPARATOR, 1), count) for term, count in counts.items())
    spellings = [(folded, written, count) for (folded, written), count in split]
    values, others = most_frequent(spellings, facet.limit)
    return FacetCounts(facet.field, values, others)
