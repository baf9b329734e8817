"""What completes the beginning of a word: names, tasks, datasets, tags and frameworks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import islice

from app.db.text import fold_term
from app.search.document import REMEMBERED, Document
from app.search.tokens import unaccented

MAX_PREFIX = 200
_LONGEST = 80
_LONGEST_NAME = 50
_MOST_STARTS = 8
_WORD_START = re.compile(r"(?<![^\W_])[^\W_]")


class CompletionKind(StrEnum):
    """What a completion is; the value tells its terms apart in an index."""

    MODEL = "m"
    TASK = "t"
    DATASET = "d"
    TAG = "g"
    FRAMEWORK = "f"


@dataclass(frozen=True, slots=True)
class Completion:
    """A text that a person may mean, and how many of the index's documents have it."""

    text: str
    kind: CompletionKind
    count: int


@dataclass(frozen=True, slots=True)
class Start:
    """A text from the start of one of its words, as prefixes are compared with it.

    Attributes:
        begins: The comparable form from there to the end.
        inside: Whether words stand before it.
        written: The whole text.
    """

    kind: CompletionKind
    begins: str
    inside: bool
    written: str


def comparable(text: str) -> str:
    """Return a text without accents, folded, and with blanks, underscores and dashes alike."""
    return fold_term(unaccented(text))


def starts_of(document: Document) -> Iterator[Start]:
    """Yield all that a document can complete, from each of its first words."""
    for kind, written in _texts(document):
        yield from _starts(kind, written)


def by_turns(completions: dict[CompletionKind, list[Completion]], limit: int) -> list[Completion]:
    """Return the best of each kind in turn, so that no kind keeps the others out."""
    longest = max(map(len, completions.values()), default=0)
    turns = [mine[place] for place in range(longest) for mine in completions.values() if place < len(mine)]
    return turns[:limit]


@lru_cache(maxsize=REMEMBERED)
def _starts(kind: CompletionKind, written: str) -> tuple[Start, ...]:
    found = enumerate(islice(_WORD_START.finditer(written), _MOST_STARTS))
    starts = (
        Start(kind, comparable(written[at.start() :])[:_LONGEST], place > 0, written) for place, at in found
    )
    return tuple(start for start in starts if start.begins)


def _texts(document: Document) -> Iterator[tuple[CompletionKind, str]]:
    yield CompletionKind.MODEL, document.name
    display_name = document.display_name or ""
    # Some are whole sentences, which nobody means who begins to type.
    if display_name != document.name and 0 < len(display_name) <= _LONGEST_NAME:
        yield CompletionKind.MODEL, display_name
    for task in document.tasks:
        yield CompletionKind.TASK, task.name
    for dataset in document.datasets:
        yield CompletionKind.DATASET, dataset
    for key in document.tag_keys:
        yield CompletionKind.TAG, key
    if document.framework:
        yield CompletionKind.FRAMEWORK, document.framework
