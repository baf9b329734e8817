"""The rules of single values: names, texts, JSON, aliases. Each check returns the value as it is kept."""

import math
import re
import unicodedata
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    JsonValue,
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
MAX_JSON_DEPTH = 16

_ALIAS = re.compile(r"[A-Za-z0-9_-]{1,255}")
_RESERVED_ALIAS = re.compile(r"latest|v\d+", re.IGNORECASE)
_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?"
)


def check_name(text: str) -> str:
    """Return a name in NFC form.

    Raises:
        InvalidInput: It is empty, longer than 256 characters, `.` or `..`, or holds `/`, `:`, a control
            character or blanks at its ends.
    """
    name = unicodedata.normalize("NFC", check_characters(text))
    if not name or len(name) > MAX_NAME:
        raise InvalidInput(f"a name has 1 to {MAX_NAME} characters, not {len(name)}")
    bad = next((char for char in name if char in "/:" or unicodedata.category(char) == "Cc"), None)
    if bad is not None:
        raise InvalidInput(f"a name may not contain {bad!r}; '.', '-' and '_' are welcome in its place")
    if name in {".", ".."} or name != name.strip():
        raise InvalidInput("a name is not '.' or '..' and has no blanks at its ends")
    return name


def check_characters(text: str) -> str:
    """Return text that every store can keep.

    Raises:
        InvalidInput: It holds the NUL character or half of a surrogate pair.
    """
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise InvalidInput("text may not contain NUL or half a surrogate pair")
    return text


def check_json(value: Any, depth: int = 0) -> Any:
    """Return a JSON value that every store and every client can keep exactly.

    Raises:
        InvalidInput: A number is not finite or an integer beyond 2^53, the value is nested more than 16 deep,
            or a text breaks `check_characters`.
    """
    if depth > MAX_JSON_DEPTH:
        raise InvalidInput(f"JSON may be nested {MAX_JSON_DEPTH} deep")
    match value:
        case str():
            check_characters(value)
        case bool() | None:
            pass
        case int() if abs(value) > MAX_SAFE_INTEGER:
            raise InvalidInput("an integer beyond 2^53 is not exact in JSON; send it as text")
        case float() if not math.isfinite(value):
            raise InvalidInput("NaN and infinities are no JSON; send them as text")
        case list():
            for item in value:
                check_json(item, depth + 1)
        case dict():
            for key, item in value.items():
                check_json(check_characters(key), depth)
                check_json(item, depth + 1)
    return value


def check_alias(text: str) -> str:
    """Return an alias.

    Raises:
        InvalidInput: It is not 1 to 255 of ``A-Z a-z 0-9 _ -``, or is reserved (``latest``, ``v1``).
    """
    if not _ALIAS.fullmatch(text):
        raise InvalidInput("an alias is 1 to 255 letters, digits, '_' or '-'", field=["alias"])
    if _RESERVED_ALIAS.fullmatch(text):
        raise InvalidInput(f"{text!r} is reserved: 'latest' and 'v1' mean what they say", field=["alias"])
    return text


def check_semver(text: str) -> str:
    """Return a version by the rules of Semantic Versioning 2.0.0 (semver.org).

    Raises:
        InvalidInput: It is none, such as ``1.4`` or ``v1.4.0``.
    """
    if len(text) > MAX_NAME or not _SEMVER.fullmatch(text):
        raise InvalidInput("a semantic version has the form 1.4.2, with -rc.1 or +build behind it if need be")
    return text


def _check_value(value: Any) -> Any:
    if value is None:
        raise InvalidInput("a value is needed here; remove the entry to have none")
    return check_json(value)


Name = Annotated[StrictStr, AfterValidator(check_name)]
Text = Annotated[StrictStr, AfterValidator(check_characters), Field(max_length=MAX_TEXT)]
Label = Annotated[StrictStr, AfterValidator(check_characters), Field(min_length=1, max_length=MAX_LABEL)]
Semver = Annotated[StrictStr, AfterValidator(check_semver)]
AliasName = Annotated[StrictStr, AfterValidator(check_alias)]
Value = Annotated[JsonValue, AfterValidator(_check_value)]
Integer = Annotated[StrictInt, Field(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)]
Count = Annotated[StrictInt, Field(ge=0, le=MAX_SAFE_INTEGER)]
Number = StrictFloat | StrictInt
Flag = StrictBool
Instant = AwareDatetime
