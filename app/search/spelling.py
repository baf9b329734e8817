"""Did you mean: the words of a query that no document has, as documents spell words like them.

A slip leaves out, adds, changes or swaps letters (Damerau, 1964), seldom the first one (Pollock and Zamora,
1984), or runs two words together. What is compared are whole words, not stems, so that a suggestion can be
read.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from rapidfuzz.distance import OSA

from app.search.document import REMEMBERED, Document, field_texts
from app.search.tokens import CJK, tokens

LEAST_LETTERS, LONGEST = 4, 40
"""Shorter words are like too many others, and longer ones are none that a person types."""
LEAST_ASKED = LEAST_LETTERS - 1
"""A word of a query may lack a letter."""
TWO_SLIPS_FROM = 7
"""From so many letters on, a word may have two slips."""
MOST_WORDS = 8
"""How many unknown words of a query are looked up: more of them are another language."""
MOST_SUGGESTIONS = 3
FAR_RARER = 100
"""What so many times fewer documents have than the likeliest spelling is a slip of theirs."""

_WORD = re.compile(rf"(?:(?![{CJK}])[^\W\d_]){{{LEAST_ASKED},}}")
# Most text is ASCII, in which words are found several times as fast by a pattern of its own.
_ASCII_WORD = re.compile(rf"[A-Za-z]{{{LEAST_ASKED},}}")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word as documents spell it, in lower case, or two of them; and how many have it, or both."""

    written: str
    documents: int


def spelling_terms(document: Document) -> list[str]:
    """Return the different words of a document, in lower case and without digits."""
    return list(dict.fromkeys(chain.from_iterable(_spelled(field.text) for field in field_texts(document))))


def slips_allowed(word: str) -> int:
    """Return how many slips may lie between a word and another spelling of it."""
    return 2 if len(word) >= TWO_SLIPS_FROM else 1


def cuts(word: str) -> Iterator[str]:
    """Yield a word cut into two, with a blank between, wherever both may be words of documents."""
    for place in range(LEAST_LETTERS, len(word) - LEAST_LETTERS + 1):
        yield f"{word[:place]} {word[place:]}"


def unknown_words(text: str, unmatched: AbstractSet[str]) -> list[str]:
    """Return the different words of a query, in lower case, that it has no match for.

    Args:
        text: The query.
        unmatched: Those of its terms that no document has.
    """
    words = (word for word in _words(text) if len(word) <= LONGEST and _is_unknown(word, unmatched))
    return list(dict.fromkeys(word.lower() for word in words))[:MOST_WORDS]


def respelled(text: str, alike: Mapping[str, Sequence[Spelling]]) -> list[str]:
    """Return a query in other spellings, the likeliest first; none if none of its words has another.

    Args:
        text: The query.
        alike: For each of its unknown words, the words of documents that are spelled like it.
    """
    likeliest = {word: _likeliest(word, found) for word, found in alike.items() if found}
    longest = max(map(len, likeliest.values()), default=0)
    return [
        _replaced(text, {word: each[min(place, len(each) - 1)] for word, each in likeliest.items()})
        for place in range(longest)
    ]


@lru_cache(maxsize=REMEMBERED)
def _spelled(text: str) -> tuple[str, ...]:
    """Return the different words of a text that documents are looked up by, in lower case."""
    # There are far fewer different words than words.
    words = (word.lower() for word in dict.fromkeys(_words(text)) if LEAST_LETTERS <= len(word) <= LONGEST)
    return tuple(dict.fromkeys(words))


def _words(text: str) -> list[str]:
    found: list[str] = _pattern(text).findall(unicodedata.normalize("NFC", text))
    return found


def _pattern(text: str) -> re.Pattern[str]:
    return _ASCII_WORD if text.isascii() else _WORD


def _is_unknown(word: str, unmatched: AbstractSet[str]) -> bool:
    terms = tokens(word)
    return bool(terms) and unmatched >= set(terms)


def _replaced(text: str, spellings: Mapping[str, str]) -> str:
    """Return a query with some of its words, in lower case, replaced."""
    composed = unicodedata.normalize("NFC", text)
    return _pattern(text).sub(lambda match: spellings.get(match[0].lower(), match[0]), composed)


def _likeliest(word: str, found: Sequence[Spelling]) -> list[str]:
    """Return spellings, those with the fewest slips first, then the most frequent; one of each stem.

    `found` has at least one.
    """
    ordered = sorted(found, key=lambda one: (OSA.distance(word, one.written), -one.documents, one.written))
    least = ordered[0].documents / FAR_RARER
    stems: dict[str, str] = {}
    for one in (one for one in ordered if one.documents >= least):
        stems.setdefault(" ".join(tokens(one.written)), one.written)
    return list(stems.values())[:MOST_SUGGESTIONS]
