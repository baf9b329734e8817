"""The tokeniser: one for documents and queries, whichever engine stores them.

Text is split at everything that is neither letter nor digit. A word gives itself, its camelCase parts and its
runs of letters and of digits, each folded (NFKD without Latin accents, lower case) and stemmed (Snowball
English); English stop words and single characters give nothing, but a single character that a hyphen binds to
a word makes one word with it too: X-ray is xray, U-Net is unet. A size is one word that gives the term of its
number: 1.3 billion and 1300M are 1.3b. Chinese, Japanese and Korean give bigrams.
"""

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

import Stemmer  # type: ignore[import-not-found]

from app.search.sizes import SIZE, size_terms

_ACCENTS = "\u0300-\u036f"
# Marks belong to the letter before them; Python's \w leaves them out.
_MARKS = "".join(
    re.escape(mark) for mark in map(chr, range(0x300, 0x10000)) if unicodedata.category(mark)[0] == "M"
)
CJK = (
    r"\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uac00-\ud7af\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"
)
_CHARACTER = rf"(?![{CJK}])[^\W_]"
_HYPHEN = "[-\u2010\u2011]"


def _a_word(character: str, further: str) -> str:
    """Return the pattern of a size, or of a word with the single character that a hyphen binds to it."""
    plain, bound = rf"{character}{further}*+", rf"{_HYPHEN}(?!{SIZE})"
    return rf"{SIZE}|{character}{bound}{plain}|{plain}(?:{bound}{character}(?![^\W_]))?"


_WORD = re.compile(rf"[{CJK}]+|{_a_word(_CHARACTER, f'(?:{_CHARACTER}|[{_MARKS}])')}")
# Most text is ASCII, in which words are found ten times as fast by a pattern of its own.
_ASCII_WORD = re.compile(_a_word("[A-Za-z0-9]", "[A-Za-z0-9]"))
_IS_CJK = re.compile(rf"[{CJK}]")
_SIZE = re.compile(SIZE)
_LATIN_ACCENT = re.compile(rf"[{_ACCENTS}]")
_RUN = re.compile(r"\d+|[^\W\d_]+")
# An acronym gives its last letter to the word that follows it only if that is longer than one letter:
# HTTPServer is HTTP + Server, but YOLOv5 is YOLO + v + 5 and LLMs is LLM + s.
_CAMEL = re.compile(r"[A-Z]+(?![a-z]{2})|[A-Z]?[a-z]+|\d+")
_BROKEN = re.compile(r"[\s\u2044]+")
_LONGEST_WORD = 64
MAX_TERMS = 64
"""How many different terms of a query count: the first ones."""

_STOP_WORDS = """
a about above after again against all also am an and any are as at be because been before being below between
both but by can could did do does doing down during each few for from further had has have having he her here
hers herself him himself his how i if in into is it its itself just me more most my myself no nor not now of
off on once only or other our ours ourselves out over own same she should so some such than that the their
theirs them themselves then there these they this those through to too under until up very was we were what
when where which while who whom why will with would you your yours yourself yourselves
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True, slots=True)
class Span:
    """A range of characters of a text, the end behind the last."""

    start: int
    end: int


def words_with(text: str, wanted: AbstractSet[str]) -> dict[str, tuple[str, ...]]:
    """Return the different words of `text` that have one of the `wanted` terms, in order, with their terms.

    A bigram counts as a word.
    """
    found: dict[str, tuple[str, ...]] = {}
    for word in dict.fromkeys(_pattern(text).findall(text)):
        terms = _terms(word)
        if wanted.isdisjoint(terms):
            continue
        if _IS_CJK.match(word):
            found |= {pair: (term,) for pair in _pairs(word) if (term := _folded(pair)) in wanted}
        else:
            found[word] = terms
    return found


def places_of(text: str, words: Container[str]) -> Iterator[Span]:
    """Yield where words that `words_with` found stand in `text`, in order; bigrams may overlap."""
    plain = text.isascii()
    for match in _pattern(text).finditer(text):
        if match.group() in words:
            yield Span(*match.span())
        elif not plain and _IS_CJK.match(text, match.start()):
            for at, pair in enumerate(_pairs(match.group()), match.start()):
                if pair in words:
                    yield Span(at, at + len(pair))


def tokens(text: str) -> list[str]:
    """Return the terms of `text` in order, with repetitions."""
    return [term for word in _pattern(text).findall(text) for term in _terms(word)]


def query_terms(text: str) -> list[str]:
    """Return the different terms of a query, the first 64 of them; none if it has only stop words."""
    return list(dict.fromkeys(tokens(text)))[:MAX_TERMS]


def _pattern(text: str) -> re.Pattern[str]:
    return _ASCII_WORD if text.isascii() else _WORD


def _pairs(run: str) -> list[str]:
    """Return the pairs of neighbours of a run, or its only character."""
    return [run[at : at + 2] for at in range(max(len(run) - 1, 1))]


@lru_cache(maxsize=1 << 16)
def _terms(word: str) -> tuple[str, ...]:
    """Return the terms of one word, the whole first, or those of a run without blanks (CJK) in order."""
    if word.isascii() and word.isalpha() and (word.islower() or word.istitle() or word.isupper()):
        # Most words have no parts.
        return _stems([word[:_LONGEST_WORD]])
    if _IS_CJK.match(word):
        return tuple(map(_folded, _pairs(word)))
    if _SIZE.fullmatch(word):
        return tuple(dict.fromkeys((*size_terms(word), *_stems(_RUN.findall(word)))))
    pieces = re.split(_HYPHEN, word)
    # A compatibility form may hold blanks and slashes, as a half does.
    forms = (unaccented(form)[:_LONGEST_WORD] for form in dict.fromkeys(("".join(pieces), *pieces)))
    wholes = [whole for form in forms for whole in _BROKEN.split(form)]
    return _stems(part for whole in wholes for part in _parts(whole))


def _stems(words: Iterable[str]) -> tuple[str, ...]:
    """Return the different stems of those words that say something."""
    folded = (word.casefold() for word in words)
    return tuple(dict.fromkeys(_stem(word) for word in folded if len(word) > 1 and word not in STOP_WORDS))


def _parts(word: str) -> list[str]:
    """Return a word, its runs of letters and digits, and its camelCase parts (English letters only)."""
    return [word, *_RUN.findall(word), *(_CAMEL.findall(word) if word.isascii() else ())]


def unaccented(text: str) -> str:
    """Return `text` in compatibility form, case kept, without accents on its letters."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _LATIN_ACCENT.sub("", unicodedata.normalize("NFKD", text)))


def _folded(text: str) -> str:
    # A compatibility form may hold a blank, as a sound mark that stands alone does.
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _stem(word: str) -> str:
    # A stemmer keeps the word in itself, so threads must not share one.
    stemmed: str = Stemmer.Stemmer("english").stemWord(word)
    return stemmed
