"""What an engine of the search index is for the one who writes it, and what it tells of what it holds.

One process writes an index; others stand by for its turn. A rebuild writes a draft beside it, which readers
do not see before it is published.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.search.contract import IndexPosition, IndexReader, Mark
from app.search.delivery import DocumentVectors, Refused, Sender, Sent
from app.search.document import Document
from app.search.parking import Parked, retry_at


class IndexLocked(Exception):
    """Another process writes the index; the message says which index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """How far the log was followed beyond the position, while a run of changes is not written in full.

    The run begins behind the position of words, which stays there until all of it is written.

    Attributes:
        followed: Whatever a change up to this one touched is written, but for what is left of the run.
        through: The last change of the run.
        done: The id through which, in their order, the documents are written that the run touched.
    """

    followed: Mark
    through: Mark
    done: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Drafts that were not what the registry holds, and were dropped.

    Attributes:
        tries: How many of them there were on end.
        reason: What was wrong with the last one.
        retry_at: When the indexer, of itself, makes the next one.
    """

    tries: int
    reason: str
    retry_at: datetime


def rejected_again(before: Rejected | None, reason: str) -> Rejected:
    """Return what is noted of one more draft that was dropped; the pause before the next one grows."""
    tries = before.tries + 1 if before else 1
    return Rejected(tries=tries, reason=reason, retry_at=retry_at(tries))


class IndexWriter(Protocol):
    """Changes the index; nothing is seen before `commit`, and a crash leaves the last commit."""

    @property
    def replaced(self) -> str | None:
        """Why what was there was unfit, so that an empty index took its place; None if it goes on."""

    @property
    def position(self) -> IndexPosition:
        """How far the index is, as last committed."""

    @property
    def filling_from(self) -> Mark | None:
        """The change at which the unfinished first reading of all documents began, if there is one."""

    @property
    def ahead(self) -> Ahead | None:
        """How far the log was followed beyond the position, if a run of changes is not written in full."""

    @property
    def parked(self) -> Mapping[str, Parked]:
        """What could not be indexed, by id."""

    def known_ids(self) -> AbstractSet[str]:
        """Return the ids of all documents in the index."""

    def put(self, documents: Sequence[Document]) -> list[Refused]:
        """Add or replace documents; return those that cannot be indexed, of which the index keeps the last.

        One that is older than what the index holds or knows is ignored.
        """

    def delete(self, ids: Sequence[str], sequence: int) -> None:
        """Remove the documents `ids` as of change `sequence`; unknown ones are no error."""

    def sender(self) -> Sender | None:
        """Return what other processes put documents by that the index lacks; None if only this one can."""

    def note_sent(self, sent: Sequence[Sent]) -> None:
        """Note what senders have put into the index since the last commit, which did not have it."""

    def park(self, parked: Parked) -> None:
        """Note what could not be indexed; it is forgotten when it is put, deleted or given its vectors."""

    def missing_vectors(self, limit: int, besides: AbstractSet[str] = frozenset()) -> list[str]:
        """Return up to `limit` ids of documents whose vectors are missing or out of date.

        The document that was put last and the one whose vectors have been missing for longest come by turns,
        the former first: what is new is soon found, and whatever is written meanwhile, none waits for ever.
        To be written again does not make a document wait anew. What is parked, or in `besides`, is left out.
        """

    def put_vectors(self, vectors: Sequence[DocumentVectors], through: Mark | None = None) -> list[str]:
        """Keep vectors; return the ids of those that stand for other texts than the index holds of them.

        Those are ignored, but for what is written faster than it can be encoded: vectors that bring their
        document on to change `through`, behind which it still misses them, take the place of what it has.

        Args:
            vectors: They replace those that their documents have.
            through: The documents from which they were made had been read at that change, or later; None if
                that is not known.
        """

    def use_embedder(self, digest: str) -> None:
        """Say which embedder makes the vectors; those of another one are dropped."""

    def begin_filling(self, at: Mark, expected: int) -> None:
        """Note that all `expected` documents are being read, as of change `at`, until words are committed."""

    def commit(self, words: Mark | None = None, ahead: Ahead | None = None) -> None:
        """Make everything since the last commit durable and visible, and move the position.

        Args:
            words: Through which change the documents are now up to date; None if that did not move.
            ahead: How far the log was followed beyond that, until words move; None if that did not change.
        """

    def discard(self) -> None:
        """Go back to the last commit."""

    def reset(self, log: str) -> None:
        """Begin anew with an empty index that follows the log `log`."""

    def is_wanted(self) -> bool:
        """Return whether another process waits for the index; close the writer to let it have its turn."""

    def close(self) -> None:
        """Let go of the index without committing; nothing can be done with the writer after that."""


UNIT_TOLERANCE = 1e-3
"""By how much the square of a unit vector's length may differ from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the index holds of a document.

    Attributes:
        content: The digest of the document.
        texts: The digest of the texts that its vectors have to stand for.
        vectors: The digest of the texts that its vectors do stand for; None without vectors.
        unit: Whether its vectors are of unit length.
    """

    id: str
    key: int
    content: int
    texts: int
    vectors: int | None
    unit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of an index without looking into it.

    Attributes:
        unfit: Why the index cannot be used as it is; None if it can.
        position: How far it is; None if there is none.
        parked: What could not be indexed.
        generation: How often it was made anew.
        size: How many bytes it takes, the draft included.
        kept: Whether a process writes it.
        draft: How far the draft of a rebuild is; None if there is none.
        rejected: The drafts before it that were dropped; None if there were none.
        previous_until: Until when the index is kept that the last rebuild replaced; None if none is.
    """

    unfit: str | None
    position: IndexPosition | None
    parked: tuple[Parked, ...]
    generation: int
    size: int
    kept: bool
    draft: IndexPosition | None
    rejected: Rejected | None
    previous_until: datetime | None


class SearchEngine(Protocol):
    """Keeps one index."""

    def reader(self) -> IndexReader:
        """Return a reader; the index may not exist yet."""

    def writer(self, log: str) -> IndexWriter:
        """Return the writer of the index, which follows the log `log`; it is made if missing or unfit.

        Raises:
            IndexLocked: Another process writes it, or waits for it.
        """

    def draft(self, log: str) -> IndexWriter:
        """Return the writer of a draft; one that was cut off goes on.

        Raises:
            IndexLocked: Another process rebuilds the index.
        """

    def alone(self) -> AbstractContextManager[None]:
        """Hold the index, once its writer has closed it, so that nobody else changes it.

        Raises:
            IndexLocked: It was not let go in time.
        """

    def publish(self, draft: IndexWriter) -> None:
        """Make a draft the index, at once, in the place of what was; the index has to be held."""

    def draft_size(self) -> int:
        """Return how many documents of the draft, as last committed, can be found."""

    def draft_faults(
        self, documents: Sequence[Document], vectors: Sequence[DocumentVectors]
    ) -> Mapping[str, str]:
        """Return what is wrong with documents in the draft, as last committed, by their ids.

        Args:
            documents: How they have to be, whenever they were built.
            vectors: The vectors that some of them have to have; those of the others are not looked at.
        """

    def reject_draft(self, draft: IndexWriter, reason: str) -> None:
        """Drop what a draft holds and close it; the empty one that is left notes the reason."""

    def roll_back(self) -> None:
        """Let the index that the last draft took the place of be searched again; the index has to be held.

        Raises:
            IndexUnavailable: None is kept, or it cannot be used any more.
        """

    def drop_replaced(self) -> None:
        """Drop the index that the last draft took the place of, once it has been kept for its time."""

    def why_outdated(self) -> str | None:
        """Say what about the index this version makes otherwise; None if there is none, or nothing.

        Processes of the version that made it can search it until another takes its place.
        """

    def standing(self) -> Standing:
        """Return what is known of the index without looking into it."""

    def entries(self) -> list[Entry]:
        """Return what the index holds; held, that is what its position says.

        Raises:
            IndexUnavailable: There is no index that could be read.
        """
