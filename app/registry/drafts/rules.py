"""The rules of single values: names, texts, JSON, aliases. Each check returns the value as it is kept."""

import math
import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
)

from app.errors import InvalidInput

MAX_NAME = 256
MAX_TEXT = 100_000
MAX_LABEL = 1_000
MAX_TAGS = 1_000
MAX_PARAMS = 5_000
MAX_POINTS = 1_000
MAX_SAFE_INTEGER = 2**53 - 1
MAX_NUMBER = 1_000_000_000
LATEST = "latest"
MAX_JSON_DEPTH = 16
MAX_SHOWN = 80

_ALIAS = re.compile(r"[A-Za-z0-9_-]{1,255}")
_RESERVED_ALIAS = re.compile(rf"{LATEST}|v\d+", re.IGNORECASE)
_NUMBERED_ALIAS = re.compile(r"v([0-9]{1,10})")
_NUMERIC = r"(?:0|[1-9][0-9]*)"
_PRERELEASE = rf"(?:{_NUMERIC}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_BUILD = r"[0-9A-Za-z-]+"
_SEMVER = re.compile(
    rf"{_NUMERIC}\.{_NUMERIC}\.{_NUMERIC}"
    rf"(?:-{_PRERELEASE}(?:\.{_PRERELEASE})*)?(?:\+{_BUILD}(?:\.{_BUILD})*)?"
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20\x7f]+")
_ACTIVE_SCHEME = re.compile(r"(javascript|vbscript|data):", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_UNSEEN = {"Cc": "a control", "Cf": "an invisible", "Zl": "a separator", "Zp": "a separator"}


def check_name(text: str) -> str:
    """Return a name in NFC form.

    Raises:
        InvalidInput: It is empty, longer than 256 characters, `.` or `..`, has blanks at its ends, or holds
            `/`, `:` or what is not seen: controls, marks of direction, joiners, separators of lines.
    """
    name = composed(text)
    if not name:
        raise InvalidInput(f"a name has 1 to {MAX_NAME} characters")
    for char in name:
        if char in "/:":
            raise InvalidInput(f"a name may not contain {char!r}; '.', '-' and '_' are welcome in its place")
        if kind := _UNSEEN.get(unicodedata.category(char)):
            raise InvalidInput(f"a name may not contain {kind} character: leave out U+{ord(char):04X}")
    if name in {".", ".."} or name != name.strip():
        raise InvalidInput("a name is not '.' or '..' and has no blanks at its ends")
    return name


def composed(text: str) -> str:
    """Return text in NFC form, as names are kept and looked up.

    Raises:
        InvalidInput: It breaks `check_characters`, or is longer than any name.
    """
    name = unicodedata.normalize("NFC", check_characters(text))
    if len(name) > MAX_NAME:
        raise InvalidInput(f"a name has 1 to {MAX_NAME} characters, not {len(name)}")
    return name


def check_characters(text: str) -> str:
    """Return text that every store can keep.

    Raises:
        InvalidInput: It holds the NUL character or half of a surrogate pair.
    """
    if "\x00" in text or not (text.isascii() or _SURROGATE.search(text) is None):
        raise InvalidInput("text may not contain NUL or half a surrogate pair")
    return text


def check_json(value: Any) -> Any:
    """Return a JSON value that every store and every client can keep exactly.

    Raises:
        InvalidInput: It is no JSON, a number is not finite or an integer beyond 2^53, the value is nested
            more than 16 deep or longer than a text may be, or a text breaks `check_characters`; the field is
            the path within the value.
    """
    _check_json(value, 0)
    if len(orjson.dumps(value)) > MAX_TEXT:
        raise InvalidInput(f"a JSON value has at most {MAX_TEXT:,} bytes")
    return value


def _check_json(value: Any, depth: int) -> None:
    if depth > MAX_JSON_DEPTH:
        raise InvalidInput(f"JSON may be nested {MAX_JSON_DEPTH} deep")
    if not isinstance(value, list | dict):
        _check_scalar(value)
        return
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(value, dict):
            _check_key(key)
        try:
            _check_json(item, depth + 1)
        except InvalidInput as refused:
            raise refused.within(str(key)) from None


def check_alias(text: str) -> str:
    """Return an alias.

    Raises:
        InvalidInput: It is not 1 to 255 of ``A-Z a-z 0-9 _ -``, or is reserved (``latest``, ``v1``).
    """
    if not _ALIAS.fullmatch(text):
        raise InvalidInput("an alias is 1 to 255 letters, digits, '_' or '-'")
    if _RESERVED_ALIAS.fullmatch(text):
        raise InvalidInput(f"{text!r} is reserved: 'latest' and 'v1' mean what they say")
    return text


def numbered(alias: str) -> int | None:
    """Return the number that a reserved alias such as ``v3`` says, or None."""
    match = _NUMBERED_ALIAS.fullmatch(alias)
    return int(match.group(1)) if match else None


def check_semver(text: str) -> str:
    """Return a version by the rules of Semantic Versioning 2.0.0 (semver.org).

    Raises:
        InvalidInput: It is none, such as ``1.4`` or ``v1.4.0``.
    """
    if len(text) > MAX_NAME or not _SEMVER.fullmatch(text):
        raise InvalidInput("a semantic version has the form 1.4.2, with -rc.1 or +build behind it if need be")
    return text


def check_uri(text: str) -> str:
    """Return a URI, as it was sent (RFC 3986; characters beyond ASCII are welcome, as in RFC 3987).

    Raises:
        InvalidInput: It has no scheme or holds blanks, or a page that links to it would run it.
    """
    if _URI.fullmatch(check_characters(text)) is None:
        raise InvalidInput("a URI has a scheme and no blanks, like https://example.org/a or ssh://git@host/a")
    if _ACTIVE_SCHEME.match(text):
        raise InvalidInput("a URI of this scheme would run in a page that links to it; give an address")
    return text


def check_instant(moment: datetime) -> datetime:
    """Return a moment in UTC.

    Raises:
        InvalidInput: It falls out of the years 1 to 9999 there.
    """
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise InvalidInput("a moment lies in the years 1 to 9999 of UTC") from None


def read_instant(text: object) -> datetime:
    """Return the moment that a text means by RFC 3339, in UTC; what is beyond microseconds is cut off.

    Raises:
        InvalidInput: It has another form, lacks its zone, or names a day or an hour that there is not.
    """
    try:
        if isinstance(text, str) and _RFC_3339.fullmatch(text):
            return check_instant(datetime.fromisoformat(text.upper()))
    except ValueError as wrong:
        if isinstance(wrong, InvalidInput):
            raise
    shown = repr(text)[:MAX_SHOWN]
    raise InvalidInput(
        f"a moment is written like 2026-01-31T12:00:00Z, with its zone (RFC 3339), not {shown}"
    )


def _check_scalar(value: object) -> None:
    match value:
        case str():
            check_characters(value)
        case bool() | None:
            pass
        case int():
            if abs(value) > MAX_SAFE_INTEGER:
                raise InvalidInput("an integer beyond 2^53 is not exact in JSON; send it as text")
        case float():
            if not math.isfinite(value):
                raise InvalidInput("NaN and infinities are no JSON; send them as text")
        case _:
            raise InvalidInput(f"{type(value).__name__} is no JSON value")


def _check_key(key: object) -> None:
    if not isinstance(key, str):
        raise InvalidInput("the keys of a JSON object are text")
    check_characters(key)


def _moment_of(value: object) -> object:
    return value if isinstance(value, datetime) else read_instant(value)


def _check_value(value: Any) -> Any:
    if value is None:
        raise InvalidInput("a value is needed here; remove the entry to have none")
    return check_json(value)


Name = Annotated[StrictStr, AfterValidator(check_name)]
Text = Annotated[StrictStr, Field(max_length=MAX_TEXT), AfterValidator(check_characters)]
Label = Annotated[StrictStr, Field(min_length=1, max_length=MAX_LABEL), AfterValidator(check_characters)]
Uri = Annotated[Label, AfterValidator(check_uri)]
Json = Annotated[Any, AfterValidator(check_json)]
Semver = Annotated[StrictStr, AfterValidator(check_semver)]
AliasName = Annotated[StrictStr, AfterValidator(check_alias)]
Value = Annotated[Any, AfterValidator(_check_value)]
Integer = Annotated[StrictInt, Field(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)]
Count = Annotated[StrictInt, Field(ge=0, le=MAX_SAFE_INTEGER)]
# The counter goes on behind the highest number, and numbers of the API have 32 bits.
VersionNumber = Annotated[StrictInt, Field(ge=1, le=MAX_NUMBER)]
Number = StrictFloat
Flag = StrictBool
Instant = Annotated[AwareDatetime, BeforeValidator(_moment_of), AfterValidator(check_instant)]
