"""What an engine of the search index is for those who read it.

An engine stores, matches, scores and counts. Tokens, documents, fusion and explanations are ours and the same
for every engine. It returns keys, scores and counts; the database returns the truth. `app.search.keeping` is
the other half of the contract.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol, overload

import numpy as np
import numpy.typing as npt

from app.search.completion import Completion
from app.search.counting import FacetValue
from app.search.filters import All, FactField, Filter
from app.search.parking import Parked
from app.search.spelling import Spelling

WINDOW = 1000
"""How many candidates relevance orders; there is no order beyond."""

Vector = npt.NDArray[np.float32]
"""A unit vector, or rows of them."""
KeyArray = npt.NDArray[np.int64]
"""Keys of documents."""
PartArray = npt.NDArray[np.float64]
"""One part of a hit for each of many."""


class Kind(StrEnum):
    """What an index holds; each kind has one of its own, and the value names its folder."""

    MODELS = "models"
    DATASETS = "datasets"


class IndexUnavailable(Exception):
    """There is no index to ask yet, or it cannot be read; the message says which."""


NONE_YET = "there is no search index yet: the indexer has not run"
OUTDATED = "the search index was made by another version of Holotype: the indexer makes it anew"
"""Why there is no index to ask, whichever engine keeps it."""


class SearchMode(StrEnum):
    """What ranks: words and meaning together, or one of them."""

    HYBRID = "HYBRID"
    WORDS = "WORDS"
    MEANING = "MEANING"


@dataclass(frozen=True, slots=True)
class FacetRequest:
    """Asks for the `limit` most frequent values of a field; a facet ignores the filter on its own field."""

    field: FactField
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """A search.

    Attributes:
        text: What is looked for, in a person's words; None or blank: the filter alone decides.
        vector: The unit vector of `text`, or None if there is no encoder: then words rank alone.
        task: The name of the task that `text` describes, whose words rank as if they stood there too.
        mode: What ranks.
        filter: What is admitted.
        facets: What is counted.
        listed: Filters under each of which the keys of all matched documents are wanted.
        window: How many candidates words and meaning each bring.
    """

    text: str | None = None
    vector: Vector | None = None
    task: str | None = None
    mode: SearchMode = SearchMode.HYBRID
    filter: Filter = All()  # noqa: RUF009 - a frozen value without parts
    facets: tuple[FacetRequest, ...] = ()
    listed: tuple[Filter, ...] = ()
    window: int = WINDOW


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found.

    Attributes:
        key: Its number.
        id: Its id.
        score: 0..1, orders within this answer.
        words: bm25 / (bm25 + 10), comparable between answers; None if no word matched.
        meaning: (1 + cosine) / 2, likewise; None if the query or the document has no vector.
    """

    key: int
    id: str
    score: float
    words: float | None
    meaning: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Hits(Sequence[Hit]):
    """Hits in order, kept as arrays: of a whole window few are ever looked at.

    Attributes:
        keys: The key of each hit.
        ids: Its id.
        scores: Its score.
        words: Its part by words; NaN where no word matched.
        meaning: Its part by meaning; NaN where the query or the document has no vector.
    """

    keys: KeyArray
    ids: Sequence[str]
    scores: PartArray
    words: PartArray
    meaning: PartArray

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> Hit: ...

    @overload
    def __getitem__(self, place: slice) -> "Hits": ...

    def __getitem__(self, place: int | slice) -> "Hit | Hits":
        """Return the hit at a place, or the hits of a range."""
        if isinstance(place, slice):
            parts = (self.scores[place], self.words[place], self.meaning[place])
            return Hits(self.keys[place], self.ids[place], *parts)
        words, meaning = float(self.words[place]), float(self.meaning[place])
        return Hit(
            int(self.keys[place]),
            self.ids[place],
            float(self.scores[place]),
            None if math.isnan(words) else words,
            None if math.isnan(meaning) else meaning,
        )


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """The most frequent values of a field; `other_count` is the sum of the counts of all others."""

    field: FactField
    values: tuple[FacetValue, ...]
    other_count: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the change log: every change up to `sequence`, made at `at`, is in.

    The log's `digest` there stands for all of these changes, so that another log is told from this one.
    """

    sequence: int = 0
    at: datetime | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPosition:
    """How far an index is: never ahead of what it holds.

    Attributes:
        log: Identity of the change log that it follows.
        words: Through which change words, facets and filters are up to date.
        meaning: Through which change the vectors are, too.
        embedder: Digest of the embedder that made the vectors; None before the first.
        expected: How many documents the registry had when that was last counted, for a bar.
        documents: How many documents are findable by words.
        embedded: How many of them have up-to-date vectors.
        parked: How many documents could not be indexed, so that the positions pass them by.
    """

    log: str
    words: Mark = Mark()
    meaning: Mark = Mark()
    embedder: str | None = None
    expected: int = 0
    documents: int = 0
    embedded: int = 0
    parked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAnswer:
    """What was found.

    Attributes:
        hits: The whole window in order.
        total: How many documents the filter admits that match the words or lie in the window by meaning.
        facets: The counts asked for, over the same documents, in the order of the request.
        listed: The keys asked for, a list for each filter, ascending.
        position: How far the index was that answered.
        unmatched: The terms of the text that no document has; none if words took no part.
    """

    hits: Hits
    total: int
    facets: tuple[FacetCounts, ...]
    listed: tuple[KeyArray, ...]
    position: IndexPosition
    unmatched: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MeaningVectors:
    """The unit vectors of a document's two texts."""

    facts: Vector
    description: Vector


@dataclass(frozen=True, slots=True)
class Likeness:
    """A document that is like another.

    Attributes:
        score: (1 + mean of the two cosines) / 2, facts with facts and description with description.
    """

    key: int
    id: str
    score: float


class IndexReader(Protocol):
    """Answers searches from the newest committed state, from any thread.

    Attributes:
        engine: What keeps the index, as the API names it.
    """

    engine: ClassVar[str]

    def position(self) -> IndexPosition | None:
        """Return how far the index is, or None if there is none."""

    def parked(self) -> Sequence[Parked]:
        """Return what could not be indexed; nothing without an index."""

    def search(self, request: SearchRequest) -> SearchAnswer:
        """Answer a search.

        Raises:
            IndexUnavailable: There is no index.
        """

    def vectors_of(self, key: int) -> MeaningVectors | None:
        """Return the vectors of a document, or None while it has none.

        Raises:
            IndexUnavailable: There is no index.
        """

    def alike(self, vectors: MeaningVectors, limit: int) -> list[Likeness]:
        """Return the documents whose vectors are nearest, the nearest first and then by key.

        Raises:
            IndexUnavailable: There is no index.
        """

    def complete(self, prefix: str, limit: int) -> list[Completion]:
        """Return what completes a prefix, in turns by kind: what begins with it before what has it inside.

        Raises:
            IndexUnavailable: There is no index.
        """

    def spelled_like(self, words: Sequence[str]) -> dict[str, list[Spelling]]:
        """Return for each word how documents spell words like it.

        Those that begin alike and are a slip or two from it, and pairs of words that it runs together.

        Raises:
            IndexUnavailable: There is no index.
        """

    def close(self) -> None:
        """Let go of the index."""
