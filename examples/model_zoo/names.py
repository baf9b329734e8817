"""Names: made safe for the registry, compared, and kept apart."""

import re
import unicodedata

LONGEST_NAME = 256
_NATURAL = re.compile(r"(\d+)")
_NOT_WORD = re.compile(r"[\W_]+")


def one_line(text: str | None) -> str:
    """Return text on one line: NFC, each run of blanks and control characters one blank, none at the ends."""
    spaced = "".join(" " if unicodedata.category(c) in {"Cc", "Cs"} else c for c in text or "")
    return " ".join(unicodedata.normalize("NFC", spaced).split())


def entity_name(text: str) -> str:
    """Return a name the registry accepts: one line, `/` and `:` written as `.`, at most 256 characters.

    The names `.` and `..`, which mean a place, become `_` and `__`; an empty name becomes `_`.
    """
    name = one_line(re.sub(r"[/:]", ".", text))[:LONGEST_NAME].rstrip()
    return name if name.strip(".") or len(name) > len("..") else "_" * max(1, len(name))


def slug(text: str) -> str:
    """Return what two spellings of one dataset share: NFKC, folded, all but letters and digits one `-`."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _NOT_WORD.sub("-", folded).strip("-") or folded


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key under which numbers inside text count as numbers: `1.9` before `1.10`."""
    parts = _NATURAL.split(text)
    return tuple((1, int(part), part) if part.isdecimal() else (0, 0, part) for part in parts if part)


def differing_part(source_id: str, other: str) -> str:
    """Return the parts of one identifier, cut at `/`, that another does not share at its beginning or end."""
    parts, others = source_id.split("/"), other.split("/")
    while len(parts) > 1 and len(others) > 1 and parts[0] == others[0]:
        parts, others = parts[1:], others[1:]
    while len(parts) > 1 and len(others) > 1 and parts[-1] == others[-1]:
        parts, others = parts[:-1], others[:-1]
    return "/".join(parts)


class NameBook:
    """The names given so far in each namespace, each with the source identifier of its holder."""

    def __init__(self) -> None:
        self._holders: dict[tuple[str, str], str] = {}

    def claim(self, namespace: str, wanted: str, source_id: str) -> str:
        """Give a name that nobody holds.

        A taken name gets the part of `source_id` that differs from its holder's; if that is taken too, a
        number from 2 on.
        """
        name = entity_name(wanted)
        holder = self._holders.get((namespace, name))
        if holder is not None:
            name = self._free(namespace, _joined(name, differing_part(source_id, holder)))
        self._holders[namespace, name] = source_id
        return name

    def _free(self, namespace: str, name: str) -> str:
        tried, number = name, 1
        while (namespace, tried) in self._holders:
            number += 1
            tried = _joined(name, str(number))
        return tried


def _joined(name: str, rest: str) -> str:
    tail = "." + entity_name(rest)
    return name[: max(1, LONGEST_NAME - len(tail))] + tail[: LONGEST_NAME - 1]


def free_key(taken: dict[str, object], key: str) -> str:
    """Return the key, or the first of `key 2`, `key 3` ... that is not taken; at most 256 characters."""
    key = one_line(key)[:LONGEST_NAME].rstrip() or "_"
    tried, number = key, 1
    while tried in taken:
        number += 1
        tried = f"{key[: LONGEST_NAME - 8]} {number}"
    return tried
