"""Release dates: as they are stated, and as they stand in names."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_STATED = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})$")
_YEAR, _MONTH, _DAY = r"(?:19[5-9]|20[0-4])\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_MONTH_NAME = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*"
_IN_NAME = re.compile(
    rf"(?<![0-9A-Za-z.])(?:{_YEAR}(?P<sep>[-_.]?){_MONTH}(?P=sep){_DAY}|{_MONTH}[-_]{_YEAR}|{_YEAR}-{_MONTH}"
    rf"|{_MONTH_NAME}\.? {_YEAR})(?![0-9A-Za-z])"
)
_SHORT = re.compile(r"(?<![0-9A-Za-z.])\d{4}(?![0-9A-Za-z.])")
_HOLE = "\0"
_LARGEST_MONTH, _LARGEST_DAY = 12, 31


@dataclass(frozen=True, slots=True)
class Release:
    """A release date and whether all of it was stated; what is not stated is the first month and day."""

    date: str
    whole: bool


def released(text: str | None) -> Release | None:
    """Read a stated release date: `2020-02-27`, `2023-2-17`, `2023-02`, `2023`, `31/01/2020`.

    A date between slashes is read where day and month cannot be taken for each other; else None.
    """
    if text is None:
        return None
    if found := _STATED.match(text.strip()):
        year, month, day = found.groups()
        return _release(int(year), int(month or 1), int(day or 1), whole=day is not None)
    if found := _SLASHED.match(text.strip()):
        first, second, year = (int(part) for part in found.groups())
        if first == second or second > _LARGEST_MONTH:
            return _release(year, first, second, whole=True)
        if first > _LARGEST_MONTH:
            return _release(year, second, first, whole=True)
    return None


def _release(year: int, month: int, day: int, *, whole: bool) -> Release | None:
    try:
        return Release(datetime(year, month, day, tzinfo=UTC).date().isoformat(), whole)
    except ValueError:
        return None


def date_in_name(name: str) -> str | None:
    """Return the whole date that a name carries, as `YYYY-MM-DD`, or None."""
    found = _IN_NAME.search(name)
    digits = re.sub(r"\D", "", found[0]) if found else ""
    if len(digits) != len("YYYYMMDD") or not digits.startswith(("19", "20")):
        return None
    release = _release(int(digits[:4]), int(digits[4:6]), int(digits[6:]), whole=True)
    return release.date if release else None


def dateless_names(named: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """Map the names of one source to themselves without their dates.

    A date is a whole one (`2024-05-13`, `20240513`), a month with its year (`Aug 2024`, `03-2025`), or four
    digits alone that can be read as month and day or as year and month (`0613`, `2402`). Four digits are as
    often a serial number, so they count only where every name of the source that differs from it there alone
    can be read so, and where the release date of one of these names says the same.

    Args:
        named: The names of one source, each with its release date as `YYYY-MM-DD`.
    """
    named = list(named)
    whole = {name: _IN_NAME.sub(_HOLE, name) for name, _ in named}
    families: defaultdict[str, list[tuple[str, str | None]]] = defaultdict(list)
    for name, date in named:
        if len(short := _SHORT.findall(whole[name])) == 1:
            families[_SHORT.sub(_HOLE, whole[name])].append((short[0], date))
    dated = {family for family, members in families.items() if _are_dates(members)}
    return {name: _without_hole(_short_hole(text, dated)) or name for name, text in whole.items()}


def _short_hole(text: str, dated: set[str]) -> str:
    without = _SHORT.sub(_HOLE, text)
    return without if without in dated else text


def _are_dates(members: list[tuple[str, str | None]]) -> bool:
    readable = all(_readable(digits) for digits, _ in members)
    return readable and any(date is not None and _confirms(digits, date) for digits, date in members)


def _readable(digits: str) -> bool:
    first, second = int(digits[:2]), int(digits[2:])
    month_and_day = 1 <= first <= _LARGEST_MONTH and 1 <= second <= _LARGEST_DAY
    return month_and_day or 1 <= second <= _LARGEST_MONTH


def _confirms(digits: str, date: str) -> bool:
    year, month, day = date.split("-")
    return digits in {month + day, year[2:] + month}


def _without_hole(text: str) -> str:
    text = re.sub(rf"[-_ .@+]*\(?{_HOLE}\)?", "", text)
    return re.sub(r"^[-_ .@+]+", "", text)
