"""Language names for BCP 47 tags, so that `de` is found by "German"."""

from functools import lru_cache
from typing import Any

import pycountry

_FORMER = {"in": "id", "iw": "he", "ji": "yi", "mo": "ro"}
"""Tags that ISO 639 gave up and that programs still write, and what stands for them now."""
ALSO_CALLED = {
    "ben": "Bangla",
    "cat": "Valencian",
    "ckb": "Sorani",
    "cmn": "Putonghua",
    "div": "Dhivehi, Maldivian",
    "eus": "Euskara",
    "fas": "Farsi",
    "fil": "Tagalog",
    "gle": "Gaelic",
    "gsw": "Alemannic, Schwyzerdütsch",
    "hat": "Creole",
    "kal": "Greenlandic",
    "khm": "Cambodian",
    "kik": "Gikuyu",
    "kir": "Kyrgyz",
    "kmr": "Kurmanji",
    "lao": "Laotian",
    "lim": "Limburgish",
    "ltz": "Letzeburgesch",
    "mya": "Myanmar",
    "nan": "Hokkien, Taiwanese",
    "nds": "Low Saxon, Plattdeutsch",
    "nld": "Flemish",
    "nso": "Northern Sotho, Sepedi",
    "nya": "Chewa, Nyanja",
    "ori": "Odia",
    "oss": "Ossetic",
    "pan": "Punjabi",
    "pes": "Farsi",
    "pus": "Pashto",
    "ron": "Moldovan",
    "run": "Kirundi",
    "sin": "Sinhalese",
    "sot": "Sesotho",
    "spa": "Castilian",
    "tgl": "Filipino",
    "tsn": "Setswana",
    "uig": "Uyghur",
    "wuu": "Shanghainese",
    "yue": "Cantonese",
    "zho": "Mandarin",
}
"""By ISO 639-3, the names in use beside the standard's own: those of ISO 639-2 and of Unicode CLDR."""


@lru_cache(maxsize=4096)
def language_name(tag: str) -> str:
    """Return the English name of a BCP 47 tag's language, or the tag itself if ISO 639 does not know it.

    Only the primary subtag counts: `pt-BR` is Portuguese. Notes of the standard's names are left out:
    "Greek, Modern (1453-)" is Greek.
    """
    found = _language(tag)
    if found is None:
        return tag
    name: str = found.name
    return name.partition("(")[0].partition(",")[0].strip()


@lru_cache(maxsize=4096)
def language_names(tag: str) -> str:
    """Return the English names of a BCP 47 tag's language, or the tag itself if ISO 639 does not know it."""
    found = _language(tag)
    also = ALSO_CALLED.get(found.alpha_3) if found else None
    return ", ".join(filter(None, [language_name(tag), also]))


def _language(tag: str) -> Any | None:
    """Return what ISO 639 says of a tag's primary subtag: two letters, or three of either set."""
    written = tag.replace("_", "-").partition("-")[0].casefold()
    primary = _FORMER.get(written, written)
    found = (pycountry.languages.get(**{code: primary}) for code in ("alpha_2", "alpha_3", "bibliographic"))
    return next(filter(None, found), None)
