"""How much there is to look at in the variables of an operation, told before graphql-core looks at them."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLSchema,
    OperationDefinitionNode,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    type_from_ast,
)

from app.graphql.serving.limits import MAX_NAME_LENGTH, MAX_WEIGHT

OBJECT, ITEM = 6, 2
"""What an object weighs beside its fields, and an item of a list beside what it is; a value within JSON
weighs 1. A unit is about 2 µs of work."""


def too_much(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> str | None:
    """Return why variables are too much to be looked at; None where they are not.

    An object weighs what its type may hold, since each field is looked at, given or not. A name that is none
    of its type's, and a word that is none of its enum's, is compared letter by letter with those that are.

    Args:
        schema: The schema that the operation is valid by.
        operation: The operation.
        variables: The values of its variables, as sent.
    """
    weight = 0
    waiting: list[tuple[Any, Any]] = [
        (type_from_ast(schema, one.type), variables.get(one.variable.name.value))
        for one in operation.variable_definitions or ()
    ]
    while waiting:
        kind, value = waiting.pop()
        kind = get_nullable_type(kind)
        weight += _weight(kind, value)
        if weight > MAX_WEIGHT:
            return f"the variables weigh more than {MAX_WEIGHT}: send less at once"
        if _is_long(kind, value):
            return f"a field's name and a word of an enum have at most {MAX_NAME_LENGTH} characters"
        waiting += _within(kind, value)
    return None


def _weight(kind: Any, value: Any) -> int:
    if is_list_type(kind) and isinstance(value, list):
        return ITEM * len(value)
    if is_input_object_type(kind):
        return OBJECT + len(kind.fields)
    return len(value) if isinstance(value, list | dict) else 0


def _is_long(kind: Any, value: Any) -> bool:
    if is_enum_type(kind):
        return isinstance(value, str) and len(value) > MAX_NAME_LENGTH
    return (
        is_input_object_type(kind)
        and isinstance(value, dict)
        and len(max(value, key=len, default="")) > MAX_NAME_LENGTH
    )


def _within(kind: Any, value: Any) -> list[tuple[Any, Any]]:
    """Return the values that a value holds, each with its type; what is in JSON is JSON."""
    if isinstance(value, list):
        item = kind.of_type if is_list_type(kind) else kind
        return [(item, one) for one in value]
    if not isinstance(value, dict):
        return []
    if is_list_type(kind):
        return [(kind.of_type, value)]
    if is_input_object_type(kind):
        return [(kind.fields[name].type, one) for name, one in value.items() if name in kind.fields]
    return [(kind, one) for one in value.values()]
