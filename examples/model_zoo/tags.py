"""Tags and addresses."""

import re
from collections.abc import Iterable

from examples.model_zoo.names import LONGEST_NAME, one_line
from examples.model_zoo.records import Record

_ADDRESS = re.compile(r"https?://[^\s,]+")


def bare_tags(bare: Iterable[str], known: Record) -> Record:
    """Return tags with the bare ones among them, each with the value true.

    A tag that is known already keeps its value. A bare tag longer than 256 characters has its beginning as
    key and all of it as value.
    """
    tags = dict(known)
    for text in map(one_line, bare):
        if text:
            key = text[:LONGEST_NAME].rstrip()
            tags.setdefault(key, True if key == text else text)
    return tags


def web_address(text: str | None) -> str | None:
    """Return the first http address in a text, `https://` added to one of arXiv, or None."""
    text = (text or "").strip()
    found = _ADDRESS.search("https://" + text if text.startswith("arxiv.org/") else text)
    return found[0] if found else None
