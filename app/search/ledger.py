"""What the writer knows of the index: which documents it holds, and whose vectors are missing."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from itertools import chain

from app.search.contract import IndexPosition, Mark
from app.search.delivery import DocumentVectors, Sent
from app.search.parking import Parked, Part


@dataclass(frozen=True, slots=True)
class Stored:
    """What the index holds of a document.

    Attributes:
        key: Its key.
        sequence: The change it was built at.
        texts: The digest of the texts of its vectors.
        content: The digest of the whole of it.
    """

    key: int
    sequence: int
    texts: int
    content: int


@dataclass(slots=True)
class Ledger:
    """The documents of the index by id.

    Attributes:
        stored: What is in the index, or will be with the next commit.
        deleted: What was deleted since the last commit of words, and as of which change.
        texts: By key, the digest of the texts that the newest vectors stand for.
        missing: Documents whose vectors are missing or out of date, the one put last at the end; each with
            the position through which its vectors are up to date.
        parked: What could not be indexed; the positions pass it by.
    """

    stored: dict[str, Stored]
    texts: dict[int, int]
    deleted: dict[str, int] = field(default_factory=dict)
    missing: dict[str, Mark] = field(default_factory=dict)
    parked: dict[str, Parked] = field(default_factory=dict)

    def is_stale(self, document_id: str, sequence: int, words: Mark) -> bool:
        """Return whether a change is older than what is known of a document: all up to the position is."""
        stored = self.stored.get(document_id)
        newest = stored.sequence if stored else self.deleted.get(document_id, 0)
        return sequence < max(words.sequence, newest)

    def put(self, document_id: str, stored: Stored, since: Mark) -> None:
        """Note that a document is put; `since` is the position before."""
        before = self.stored.get(document_id)
        self.stored[document_id] = stored
        self.deleted.pop(document_id, None)
        missing_since = self.missing.pop(document_id, since)
        parked = self.parked.get(document_id)
        if parked and (parked.part is Part.WORDS or before is None or before.texts != stored.texts):
            del self.parked[document_id]
            # The position has passed what was parked.
            missing_since = since
        if self.texts.get(stored.key) != stored.texts:
            self.missing[document_id] = missing_since

    def delete(self, document_id: str, sequence: int) -> None:
        """Note that a document is deleted as of change `sequence`."""
        self.stored.pop(document_id, None)
        self.missing.pop(document_id, None)
        self.parked.pop(document_id, None)
        self.deleted[document_id] = sequence

    def put_sent(self, sent: Sent, since: Mark) -> None:
        """Note a document that was not in the index, and is now; `since` is the position before."""
        if sent.encoded:
            self.texts[sent.key] = sent.texts
        self.put(sent.id, Stored(sent.key, sent.sequence, sent.texts, sent.content), since)

    def put_back(self, document_id: str, before: Stored | None, texts: int | None) -> None:
        """Note that a document is parked instead of put: it is as `before`, with vectors for `texts`."""
        refused = self.stored.pop(document_id)
        self.missing.pop(document_id, None)
        self.texts.pop(refused.key, None)
        if before:
            self.stored[document_id] = before
        if before and texts is not None:
            self.texts[before.key] = texts
        if before and texts != before.texts:
            # What is parked holds no position back.
            self.missing[document_id] = Mark()

    def stands_for(self, given: DocumentVectors) -> bool:
        """Return whether vectors stand for the texts that the index holds of their document."""
        stored = self.stored.get(given.id)
        return stored is not None and stored.texts == given.texts

    def put_vectors(self, given: DocumentVectors, through: Mark) -> bool:
        """Note vectors, made of a document as of `through` or later; return whether they are to be kept."""
        if self.stands_for(given):
            self.missing.pop(given.id, None)
            if given.id in self.parked and self.parked[given.id].part is Part.MEANING:
                del self.parked[given.id]
        elif given.id in self.missing and self.missing[given.id].sequence < through.sequence:
            self.missing[given.id] = through
        else:
            return False
        self.texts[given.key] = given.texts
        return True

    def missing_by_turns(self, limit: int, besides: AbstractSet[str]) -> list[str]:
        """Return up to `limit` documents without vectors, the newest and the oldest of them by turns."""
        waiting = [one for one in self.missing if one not in self.parked and one not in besides]
        newest = waiting[: -limit - 1 : -1]
        oldest = nsmallest(limit, waiting, key=lambda one: self.missing[one].sequence)
        by_turns = chain.from_iterable(zip(newest, oldest, strict=True))
        return list(dict.fromkeys(by_turns))[:limit]

    def meaning(self, words: Mark) -> Mark:
        """Return through which change vectors are up to date, if words are through `words`."""
        marks = (mark for document_id, mark in self.missing.items() if document_id not in self.parked)
        return min([words, *marks], key=lambda mark: mark.sequence)


def moved_on(position: IndexPosition, ledger: Ledger, words: Mark | None, *, filling: bool) -> IndexPosition:
    """Return the position after a commit.

    Args:
        position: The position before.
        ledger: What the index holds now.
        words: Through which change the documents are now up to date; None if that did not move.
        filling: Whether more is to come before the index has all documents for the first time.
    """
    documents = len(ledger.stored)
    words_now = words or position.words
    return replace(
        position,
        words=words_now,
        meaning=ledger.meaning(words_now),
        expected=position.expected if filling else documents,
        documents=documents,
        embedded=documents - len(ledger.missing),
        parked=len(ledger.parked),
    )


def ledger_of(
    stored: Mapping[str, Stored], texts: dict[int, int], meaning: Mark, parked: Iterable[Parked] = ()
) -> Ledger:
    """Return the ledger of a committed index.

    Args:
        stored: What it holds, by id.
        texts: By key, the digest of the texts that the vectors stand for.
        meaning: Through which change the vectors are up to date.
        parked: What could not be indexed.
    """
    missing = {
        document_id: meaning
        for document_id, held in sorted(stored.items(), key=lambda item: (item[1].sequence, item[1].key))
        if texts.get(held.key) != held.texts
    }
    return Ledger(dict(stored), texts, missing=missing, parked={one.id: one for one in parked})
