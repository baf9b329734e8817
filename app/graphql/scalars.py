"""The schema's own scalars."""

from datetime import UTC, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError, Undefined, ValueNode, value_from_ast_untyped
from strawberry.types.scalar import ScalarDefinition

from app.errors import InvalidInput
from app.registry.drafts.rules import MAX_SAFE_INTEGER, check_json, read_instant

JSON = NewType("JSON", object)
BigInt = NewType("BigInt", int)
URI = NewType("URI", str)


def _parse_big_int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_SAFE_INTEGER:
        raise GraphQLError(f"BigInt is an integer within ±(2^53 - 1), not {value!r}")
    return value


def _parse_json(value: Any) -> Any:
    try:
        return check_json(value)
    except InvalidInput as wrong:
        place = "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in wrong.field)
        raise GraphQLError(f"at {place}: {wrong}" if place else str(wrong)) from None


def _parse_json_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
    return _parse_json(_without_gaps(value_from_ast_untyped(node, variables)))


def _without_gaps(value: Any) -> Any:
    """Take a variable without a value for null in a list and for absent in an object.

    All variables are without a value while the query is validated.
    """
    if isinstance(value, list):
        return [None if item is Undefined else _without_gaps(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_gaps(item) for key, item in value.items() if item is not Undefined}
    return value


def _parse_uri(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"URI is text, not {value!r}")
    return value


def _parse_date_time(value: Any) -> datetime:
    try:
        return read_instant(value)
    except InvalidInput as wrong:
        raise GraphQLError(str(wrong)) from None


def _serialize_date_time(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


SCALARS: dict[object, ScalarDefinition] = {
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=lambda value: value,
        parse_value=_parse_json,
        parse_literal=_parse_json_literal,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="An integer within ±(2^53 - 1), as a JSON number.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc7493#section-2.2",
        serialize=lambda value: value,
        parse_value=_parse_big_int,
    ),
    URI: strawberry.scalar(
        name="URI",
        description="A URI, kept as it was sent.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3986",
        serialize=lambda value: value,
        parse_value=_parse_uri,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC with microseconds.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=_serialize_date_time,
        parse_value=_parse_date_time,
    ),
}
