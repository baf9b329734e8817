"""How text is compared: one rule for SQL, for the index and for suggestions."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz, process

_SEPARATORS = re.compile(r"[\s_\-]+")


def fold(text: str) -> str:
    """Return `text` as filters compare it: NFKC, then case-folded.

    SQLite and PostgreSQL have neither, so every filtered column keeps this form in a shadow column.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=8_192)
def fold_term(text: str) -> str:
    """Return `text` folded, with blanks, underscores and dashes alike: how catalogue terms match."""
    return _SEPARATORS.sub(" ", fold(text)).strip()


def nearest(wanted: str, known: Iterable[str], *, limit: int = 5) -> list[str]:
    """Return up to `limit` of the `known` names that are most like `wanted`, best first.

    Similarity is RapidFuzz's weighted ratio over folded text, from 60 of 100. A name that is much shorter or
    longer has to be contained nearly as it is: three letters are found in almost any long text.
    """
    found = process.extract(
        wanted, known, scorer=fuzz.WRatio, processor=fold, limit=4 * limit, score_cutoff=60
    )
    return [name for name, _, _ in found if _alike(fold(wanted), fold(name))][:limit]


def _alike(wanted: str, name: str) -> bool:
    return fuzz.ratio(wanted, name) >= 50 or fuzz.partial_ratio(wanted, name) >= 85  # noqa: PLR2004
