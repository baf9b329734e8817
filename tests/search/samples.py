"""Documents and vectors for the tests of search, and a plain reference of what filters admit."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from app.db.text import fold
from app.search.contract import Mark, Vector
from app.search.delivery import DIMENSION, DocumentVectors
from app.search.document import Document, TaskWords, fact_values, meaning_texts, texts_digest
from app.search.embedded.writer import EmbeddedWriter
from app.search.filters import (
    All,
    And,
    Contains,
    Exists,
    FactField,
    Filter,
    In,
    Keys,
    Not,
    Or,
    Outside,
    StartsWith,
)

LOG = "chg_first"


def document(key: int, name: str = "", **facts: Any) -> Document:
    """Return a document that is made of what is given."""
    facts = {"namespace": "default", "sequence": 1, **facts}
    return Document(key=key, id=f"mdl_{key:032x}", name=name or f"model-{key}", **facts)


def task(name: str, description: str = "") -> TaskWords:
    return TaskWords(name=name, description=description)


def vector_of(text: str) -> Vector:
    """Return a unit vector that is the sum of one random direction a word, so that like texts are near."""
    total = np.zeros(DIMENSION)
    for word in text.casefold().split():
        seed = int.from_bytes(hashlib.blake2b(word.encode(errors="replace"), digest_size=4).digest())
        total += np.random.default_rng(seed).normal(size=DIMENSION)
    length = np.linalg.norm(total)
    unit: Vector = (total / length if length else np.eye(DIMENSION)[0]).astype(np.float32)
    return unit


def vectors(documents: Iterable[Document]) -> list[DocumentVectors]:
    return [
        DocumentVectors(
            given.key,
            given.id,
            texts_digest(given),
            vector_of(meaning_texts(given).facts),
            vector_of(meaning_texts(given).description),
        )
        for given in documents
    ]


def fill(writer: EmbeddedWriter, documents: Sequence[Document], *, sequence: int = 1) -> None:
    """Index documents with their vectors and commit."""
    writer.put(documents)
    writer.put_vectors(vectors(documents))
    writer.commit(Mark(sequence))


def index_of(directory: Path, documents: Sequence[Document]) -> None:
    """Make an index in `directory`."""
    writer = EmbeddedWriter(directory, LOG)
    writer.use_embedder("test")
    fill(writer, documents)
    writer.close()


def admits(tree: Filter, given: Document) -> bool:
    """Say whether a filter admits a document, in the plainest way."""
    match tree:
        case All():
            return True
        case And(items):
            return all(admits(item, given) for item in items)
        case Or(items):
            return any(admits(item, given) for item in items)
        case Not(item):
            return not admits(item, given)
        case Keys(keys):
            return given.key in keys
        case Outside():
            raise TypeError(f"a document does not tell {tree}")
        case _:
            return any(_holds(tree, fold(value)) for value in fact_values(given, tree.field))


def _holds(leaf: In | Contains | StartsWith | Exists, value: str) -> bool:
    match leaf:
        case In(_, wanted_values):
            return value in wanted_values
        case Contains(_, wanted):
            return wanted in value
        case StartsWith(_, wanted):
            return value.startswith(wanted)
        case Exists():
            return True


WORDS = ("PyTorch", "pytorch", "ONNX", "Straße", "größe", "deutsch", "a*b", "x.y", "[z]", "日本", "b")
words = st.sampled_from(WORDS)
some_words = st.lists(words, max_size=2, unique=True).map(tuple)
fields = st.sampled_from(FactField)


@st.composite
def corpora(draw: st.DrawFn) -> list[Document]:
    """Draw up to a dozen documents with few different facts."""
    return [
        document(
            key,
            namespace=draw(words),
            name=draw(words),
            framework=draw(st.none() | words),
            domains=draw(some_words),
            languages=draw(some_words),
            datasets=draw(some_words),
            tasks=tuple(task(name) for name in draw(some_words)),
            description=" ".join(draw(st.lists(words, max_size=4))) or None,
        )
        for key in draw(st.lists(st.integers(1, 99), max_size=12, unique=True))
    ]


_values = words.map(fold)
_parts = _values.flatmap(lambda value: st.integers(0, len(value)).map(lambda end: value[:end]))
_leaves: st.SearchStrategy[Filter] = st.one_of(
    st.just(All()),
    st.builds(In, fields, st.frozensets(_values, max_size=3)),
    st.builds(Contains, fields, _parts),
    st.builds(StartsWith, fields, _parts),
    st.builds(Exists, fields),
    st.builds(Keys, st.frozensets(st.integers(1, 99), max_size=40)),
)


def _branches(items: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(items, max_size=3).map(tuple)
    return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, items))


filters: st.SearchStrategy[Filter] = st.recursive(_leaves, _branches, max_leaves=6)
