"""Comparing an index with the registry, document by document."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.db.statements import batched
from app.search.contract import IndexPosition, Mark
from app.search.document import Document, content_digest, texts_digest
from app.search.keeping import Entry, SearchEngine, Standing
from indexer.source import DocumentSource
from indexer.worker import CHANGES_AT_ONCE, DOCUMENTS_AT_ONCE


class Fault(StrEnum):
    """How an index and the registry differ."""

    UNFIT = "unfit"
    POSITION = "position"
    MISSING = "missing"
    PARKED = "parked"
    ORPHANED = "orphaned"
    DOUBLED = "doubled"
    WRONG_KEY = "wrong key"
    STALE = "stale"
    NO_VECTORS = "no vectors"
    WRONG_VECTORS = "wrong vectors"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: which document, None for the index itself, and what is wrong."""

    fault: Fault
    id: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing an index with the registry came to.

    Attributes:
        documents: How many documents were compared.
        behind: How many of them changed behind the index's position; what it holds of them is not judged.
        differences: Everything else that differs.
    """

    documents: int
    behind: int
    differences: tuple[Difference, ...]


def compare(source: DocumentSource, engine: SearchEngine) -> Comparison:
    """Compare an index with the registry; its indexer stands by while the index is read.

    Raises:
        IndexLocked: The indexer did not let go of the index.
        IndexUnavailable: There is no index that could be read.
    """
    with engine.alone():
        standing = engine.standing()
        position = standing.position
        if standing.unfit or position is None:
            return Comparison(0, 0, (Difference(Fault.UNFIT, None, standing.unfit or "there is none"),))
        entries = engine.entries()
    wrong = list(_wrong_position(source, position, entries))
    if any(one.fault is Fault.UNFIT for one in wrong):
        return Comparison(len(entries), 0, tuple(wrong))
    ids = source.ids()
    found = list(_wrong_documents(source, ids, entries, standing))
    # Read last, so that it names whatever changed since the index was read.
    behind = touched_since(source, position.words)
    wrong += [one for one in found if one.id not in behind]
    return Comparison(len(ids), len(behind), tuple(wrong))


def _wrong_position(
    source: DocumentSource, position: IndexPosition, entries: Sequence[Entry]
) -> Iterator[Difference]:
    if position.log != source.log() or source.mark(position.words.sequence) != position.words:
        yield Difference(Fault.UNFIT, None, "it was made from another registry, or from a later state of it")
    if position.documents != len(entries):
        said = f"it says that it holds {position.documents} documents, and holds {len(entries)}"
        yield Difference(Fault.POSITION, None, said)
    embedded = sum(entry.vectors == entry.texts for entry in entries)
    if position.embedded != embedded:
        said = f"it says that {position.embedded} documents have their vectors, and {embedded} have"
        yield Difference(Fault.POSITION, None, said)


def _wrong_documents(
    source: DocumentSource, ids: Sequence[str], entries: Sequence[Entry], standing: Standing
) -> Iterator[Difference]:
    held: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        held[entry.id].append(entry)
    parked = {one.id: one for one in standing.parked}
    for one in parked.values():
        yield Difference(Fault.PARKED, one.id, f"cannot be found by its {one.part}: {one.reason}")
    for orphan in sorted(held.keys() - set(ids)):
        yield Difference(Fault.ORPHANED, orphan, "is in the index and not in the registry")
    complete = standing.position is not None and standing.position.meaning == standing.position.words
    for some in batched([one for one in ids if one not in parked], DOCUMENTS_AT_ONCE):
        for document in source.documents(some):
            yield from _wrong_entries(document, held.get(document.id, []), complete=complete)


def _wrong_entries(document: Document, entries: Sequence[Entry], *, complete: bool) -> Iterator[Difference]:
    if not entries:
        yield Difference(Fault.MISSING, document.id, "is in the registry and not in the index")
        return
    if len(entries) > 1:
        yield Difference(Fault.DOUBLED, document.id, f"is in the index {len(entries)} times")
    entry = entries[0]
    if entry.key != document.key:
        yield Difference(Fault.WRONG_KEY, document.id, f"has the key {entry.key}, not {document.key}")
    if entry.content != content_digest(document):
        yield Difference(Fault.STALE, document.id, "is in the index as it was before")
        return
    yield from _wrong_vectors(document, entry, complete=complete)


def _wrong_vectors(document: Document, entry: Entry, *, complete: bool) -> Iterator[Difference]:
    if entry.vectors is None:
        if complete:
            yield Difference(Fault.NO_VECTORS, document.id, "has no vectors, and none are being made")
    elif not entry.unit:
        yield Difference(Fault.WRONG_VECTORS, document.id, "has vectors that are not of unit length")
    elif complete and entry.vectors != texts_digest(document):
        yield Difference(Fault.WRONG_VECTORS, document.id, "has vectors that stand for other texts")


def touched_since(source: DocumentSource, after: Mark) -> set[str]:
    """Return what changed behind a place in the log."""
    ids: set[str] = set()
    mark: Mark | None = after
    while mark is not None:
        touched = source.touched(mark.sequence, CHANGES_AT_ONCE)
        ids |= touched.ids | touched.many
        mark = touched.through
    return ids
