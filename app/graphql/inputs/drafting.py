"""How an input becomes a draft of the registry, and how what is refused names the input's own fields."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar

from pydantic.alias_generators import to_camel, to_snake
from strawberry import UNSET

from app.errors import HolotypeError, InvalidInput, Refusals
from app.registry.drafts import draft
from app.registry.drafts.checking import Draft

AnyDraft = TypeVar("AnyDraft", bound=Draft)
Value = TypeVar("Value")

UNDIGESTED = {"idempotency_key", "client_mutation_id"}
PAIRS = {"tags": "key", "params": "name", "conditions": "name"}
"""Lists of pairs that the registry takes as mappings, and what each entry is told apart by."""


@contextmanager
def below(*outer: str) -> Iterator[None]:
    """Put the fields of what is refused below `outer`."""
    try:
        yield
    except HolotypeError as refusal:
        raise refusal.within(*outer) from None
    except Refusals as refusals:
        raise Refusals(error.within(*outer) for error in refusals.errors) from None


def drafted(kind: type[AnyDraft], given: Any, *names: str, nulls: bool = False) -> AnyDraft:
    """Check an input, or those of its fields that `names` lists, and make a draft of it.

    With `nulls`, a field that is null is given to the draft as such: in a patch it clears.

    Raises:
        Refusals: Every rule that a value breaks, each with the path of its field in the input.
        InvalidInput: A key stands twice in a list of pairs.
    """
    values = plain(given)
    if nulls:
        values |= {
            to_camel(field.name): None for field in fields(given) if getattr(given, field.name) is None
        }
    wanted = {to_camel(name) for name in names} or values.keys()
    try:
        return draft(kind, {name: value for name, value in values.items() if name in wanted})
    except Refusals as refusals:
        for error in refusals.errors:
            error.field = _path_in(given, error.field)
        raise


def stated(value: Value | None) -> Value | None:
    """Return what a field of an input holds; None where it is left out."""
    return None if value is UNSET else value


def plain(given: Any, path: tuple[str, ...] = ()) -> Any:
    """Return an input as plain values by the names of its fields; what is absent or null is left out.

    Raises:
        InvalidInput: A key stands twice in a list of pairs.
    """
    if isinstance(given, Enum):
        return given.name
    if isinstance(given, list):
        return [plain(item, (*path, str(index))) for index, item in enumerate(given)]
    if not is_dataclass(given):
        return given
    values: dict[str, Any] = {}
    for field in fields(given):
        value = getattr(given, field.name)
        if value is UNSET or value is None:
            continue
        name = to_camel(field.name)
        values[name] = _mapping(value, (*path, name)) if name in PAIRS else plain(value, (*path, name))
    return values


def request_digest(given: Any) -> str:
    """Return what tells an input from any other, its key and its echo aside."""
    text = repr(_stated(given)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()


def _stated(given: Any) -> Any:
    """Return an input as nested pairs, in the order of names; null is told from what is absent."""
    if isinstance(given, list):
        return [_stated(item) for item in given]
    if not is_dataclass(given):
        return given
    named = sorted(field.name for field in fields(given))
    values = [(name, getattr(given, name)) for name in named if name not in UNDIGESTED]
    return [(name, _stated(value)) for name, value in values if value is not UNSET]


def _path_in(given: Any, path: tuple[str, ...]) -> tuple[str, ...]:
    """Return a path through an input as the client wrote it: an entry of a list of pairs by its place."""
    found: list[str] = []
    here, name = given, ""
    for part in path:
        if not isinstance(here, list):
            here, name = getattr(here, to_snake(part), None), part
            found.append(part)
            continue
        if name in PAIRS:
            places = [str(index) for index, pair in enumerate(here) if getattr(pair, PAIRS[name]) == part]
            inner = ("value", *path[len(found) + 1 :]) if len(path) > len(found) + 1 else ()
            return (*found, *places[:1], *inner)
        here, name = here[int(part)], ""
        found.append(part)
    return tuple(found)


def _mapping(pairs: list[Any], path: tuple[str, ...]) -> dict[str, Any]:
    name = PAIRS[path[-1]]
    values: dict[str, Any] = {}
    for index, pair in enumerate(pairs):
        key = getattr(pair, name)
        if key in values:
            raise InvalidInput(f"{key!r} is given twice; give it once", field=[*path, str(index), name])
        values[key] = pair.value
    return values
