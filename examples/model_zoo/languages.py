"""Languages a model deals with, as BCP 47 primary subtags."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import pycountry

from examples.model_zoo.records import Record

_PARAMETERS = ("language", "languages", "source_languages", "target_languages")
_DOMAINS = {"natural language", "audio", "multimodal"}
_PAGE_LANGUAGE = {"paddlehub"}
_PAIR_TAG = re.compile(r"(?:src|tgt):(.+)")
_PAIR_NAME = re.compile(r"(?:^|[/ ])opus-mt[- ]([a-z]{2,3})-([a-z]{2,3})(?![a-z])")
_COUNTRY_FOR_LANGUAGE = {"jp": "ja", "jap": "ja", "cn": "zh", "vn": "vi"}
_OTHER_NAMES = {
    "greek": "el",
    "farsi": "fa",
    "punjabi": "pa",
    "khmer": "km",
    "mandarin": "zh",
    "flemish": "nl",
}
_AMBIGUOUS_CODES = {"cv", "ml", "mt", "ts"}
_AMBIGUOUS_NAMES = {"latin", "pali"}
_SHORTEST_NAME = 4


def languages_of(record: Record) -> list[str]:
    """Return the languages that a record states, each once, in the order found.

    A record states a language only if it deals with language: its domains include natural language, audio or
    multimodal, or one of its tasks is `ocr`. Then they are read, in this order, from

    1. the parameters `language`, `languages`, `source_languages`, `target_languages` (any capitals): codes,
       or English names in a list (not where the source means the language of the page by it);
    2. tags: `src:de` and `tgt:en`; an English name of a language; a two-letter code of ISO 639-1 in small
       letters other than cv, ml, mt and ts, which mean other things in this field;
    3. the name: `opus-mt-de-en`, or a whole word of it that is the English name of a language with a
       two-letter code.

    A code is ISO 639 with two or three letters; the two-letter one is given where it exists. Scripts and
    regions are left to the parameters, and well-known slips (`jp`, `cn`, `vn`) are mended.
    """
    if not _DOMAINS & set(record.get("domain_norm") or []) and "ocr" not in (record.get("task_norm") or []):
        return []
    found = [*_from_parameters(record), *_from_tags(record.get("tags") or []), *_from_name(record["name"])]
    return list(dict.fromkeys(found))


def _from_parameters(record: Record) -> Iterator[str]:
    if record["source"] in _PAGE_LANGUAGE:
        return
    for key, value in (record.get("params") or {}).items():
        if key.casefold() in _PARAMETERS:
            for item in _items(value):
                if code := language_code(item) or _named(item):
                    yield code


def _items(value: Any) -> Iterable[str]:
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str)]
    if not isinstance(value, str):
        return []
    return (item.strip() for item in re.split(r"[,;:/]|\band\b", re.sub(r"\(.*?\)", "", value)))


def _from_tags(tags: list[str]) -> Iterator[str]:
    for tag in tags:
        pair = _PAIR_TAG.fullmatch(tag)
        short = re.fullmatch(r"[a-z]{2}", tag) and tag not in _AMBIGUOUS_CODES
        code = language_code(pair[1] if pair else tag) if pair or short else _named(tag)
        if code:
            yield code


def _from_name(name: str) -> Iterator[str]:
    if pair := _PAIR_NAME.search(name.casefold()):
        yield from filter(None, (language_code(pair[1]), language_code(pair[2])))
    for word in re.split(r"[\W\d_]+", name):
        if code := _named(word):
            yield code


def language_code(text: str) -> str | None:
    """Return the primary subtag of a code (`deu-Latn`, `zh_CN`, `en`), or None if it is not ISO 639."""
    parts = re.split(r"[-_]", text.strip())
    code = _COUNTRY_FOR_LANGUAGE.get(parts[0].casefold(), parts[0].casefold())
    if parts[-1] == "Code" or not re.fullmatch(r"[a-z]{2,3}", code):
        return None
    return _known_codes().get(code)


def _named(text: str) -> str | None:
    folded = text.strip().casefold()
    return _known_names().get(folded) if len(folded) >= _SHORTEST_NAME else None


@cache
def _known_codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for language in pycountry.languages:
        short = getattr(language, "alpha_2", language.alpha_3)
        codes |= {
            language.alpha_3: short,
            getattr(language, "bibliographic", language.alpha_3): short,
            short: short,
        }
    return codes


@cache
def _known_names() -> dict[str, str]:
    names = {
        re.sub(r" *\(.*\)", "", language.name).casefold(): language.alpha_2
        for language in pycountry.languages
        if hasattr(language, "alpha_2")
    }
    return {name: code for name, code in (names | _OTHER_NAMES).items() if name not in _AMBIGUOUS_NAMES}
