"""Executing an operation: what was read for it is written down at once.

graphql-core completes each value with a path, an info and a look for awaitables: several times the work that
an answer takes that is there already. So a part of an operation that asks for attributes alone is turned into
one function of the thing that is asked; all else, and what is not as its type says, is left to graphql-core.
"""

import math
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any, TypeAlias

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLEnumType,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    Undefined,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter

Writer: TypeAlias = Callable[[Any], Any]
"""Turns a value into what stands for it in the answer."""

_AS_IT_IS: dict[str, Callable[[Any], bool]] = {
    "String": lambda value: type(value) is str,
    "ID": lambda value: type(value) is str,
    "Boolean": lambda value: type(value) is bool,
    "Int": lambda value: type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT,
    "Float": lambda value: type(value) is float and math.isfinite(value),
}
"""Which values of a scalar stand for themselves."""


class Unwritten(Exception):
    """A value is not what its type admits; graphql-core says what is wrong with it."""


class Attribute:
    """Resolves a field by an attribute of the same thing."""

    def __init__(self, name: str) -> None:
        self.read: Callable[[Any], Any] = attrgetter(name)

    def __call__(self, source: Any, _info: object) -> Any:
        """Return the value of the field."""
        return self.read(source)


class Execution(StrawberryGraphQLCoreExecutionContext):
    """Executes as graphql-core does, but for the parts of an operation that ask for attributes alone."""

    def __init__(self, *parts: Any, **named: Any) -> None:
        super().__init__(*parts, **named)
        self._writers: dict[tuple[int, int], tuple[Any, Writer | None]] = {}

    def complete_value(self, return_type: Any, field_details_list: Any, *place_and_value: Any) -> Any:
        """Return what stands for a value in the answer."""
        writer = self._writer(return_type, field_details_list)
        if writer is not None:
            _info, _path, value, _position = place_and_value
            try:
                return writer(value)
            except Unwritten:
                pass
        return super().complete_value(return_type, field_details_list, *place_and_value)

    def _writer(self, kind: Any, asked: Any) -> Writer | None:
        """Return what writes values of a type, of which the fields `asked` are wanted; None if nothing can.

        It is made once for each place of an operation. What is asked is kept with it, so that no other list
        takes its identity meanwhile.
        """
        key = id(kind), id(asked)
        if key not in self._writers:
            self._writers[key] = asked, self._made(kind, asked)
        return self._writers[key][1]

    def _made(self, kind: Any, asked: Any) -> Writer | None:
        required = isinstance(kind, GraphQLNonNull)
        inner = kind.of_type if required else kind
        write: Writer | None = None
        match inner:
            case GraphQLList():
                each = self._writer(inner.of_type, asked)
                write = each and partial(_write_list, each)
            case GraphQLObjectType():
                write = self._object_writer(inner, asked)
            case GraphQLScalarType() | GraphQLEnumType():
                write = _leaf_writer(inner)
        # Every writer refuses None itself.
        return write if required or write is None else partial(_write_optional, write)

    def _object_writer(self, kind: GraphQLObjectType, asked: Any) -> Writer | None:
        subfields, deferred, forbidden = self.collect_subfields(kind, asked)
        if deferred or forbidden:
            return None
        fields = []
        for name, below in subfields.items():
            field = kind.fields.get(below[0].node.name.value)
            write = self._writer(field.type, below) if field and type(field.resolve) is Attribute else None
            if write is None:
                return None
            fields.append((name, field.resolve.read, write))
        return partial(_write_object, fields)


def _leaf_writer(kind: GraphQLScalarType | GraphQLEnumType) -> Writer:
    as_it_is = _AS_IT_IS.get(kind.name)

    def write(value: Any) -> Any:
        if as_it_is and as_it_is(value):
            return value
        try:
            written = kind.coerce_output_value(value)
        except (GraphQLError, TypeError, ValueError, AttributeError):
            raise Unwritten from None
        if written is None or written is Undefined:
            raise Unwritten
        return written

    return write


def _write_optional(write: Writer, value: Any) -> Any:
    return None if value is None else write(value)


def _write_list(write: Writer, values: Any) -> list[Any]:
    if not isinstance(values, list | tuple):
        raise Unwritten
    return [write(value) for value in values]


def _write_object(fields: list[tuple[str, Writer, Writer]], source: Any) -> dict[str, Any]:
    try:
        return {name: write(read(source)) for name, read, write in fields}
    except AttributeError:
        raise Unwritten from None


def read_attributes_directly(schema: GraphQLSchema) -> None:
    """Let the fields without a resolver be read as attributes: through Strawberry each takes longer."""
    for kind in schema.type_map.values():
        for field in kind.fields.values() if isinstance(kind, GraphQLObjectType) else ():
            declared = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            if declared is not None and declared.is_basic_field:
                field.resolve = Attribute(declared.python_name)
