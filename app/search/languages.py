"""Language names for BCP 47 tags, so that `de` is found by "German"."""

from functools import lru_cache

import pycountry


@lru_cache(maxsize=4096)
def language_name(tag: str) -> str:
    """Return the English name of a BCP 47 tag's language, or the tag itself if ISO 639 does not know it.

    Only the primary subtag counts: `pt-BR` is Portuguese. Notes of the standard's names are left out:
    "Greek, Modern (1453-)" is Greek.
    """
    primary = tag.replace("_", "-").partition("-")[0].casefold()
    found = pycountry.languages.get(**{"alpha_2" if len(primary) == 2 else "alpha_3": primary})  # noqa: PLR2004 - ISO 639-1 has two letters
    if found is None:
        return tag
    name: str = found.name
    return name.partition("(")[0].partition(",")[0].strip()
