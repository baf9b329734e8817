"""The elements of JSON lists as rows, on every database."""

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import ColumnElement, String, TableValuedAlias, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class json_elements(GenericFunction[Any]):  # noqa: N801 - the name of an SQL function
    """The elements of a list kept as JSON text, in a column `value`; what is no list is one element."""

    inherit_cache = True
    type = String()


def elements(column: Any) -> TableValuedAlias:
    """Return the elements of a column that keeps a JSON list, as rows with a `value`."""
    return json_elements(column).table_valued("value")


def among(column: Any, values: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of `values`; however many, they are sent as one."""
    given = elements(literal(orjson.dumps(sorted(values)).decode()))
    return column.in_(select(given.c.value))  # type: ignore[no-any-return]


@compiles(json_elements, "sqlite")
def _in_sqlite(function: json_elements, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(function.clauses, **options)})"


@compiles(json_elements, "postgresql")
def _in_postgresql(function: json_elements, compiler: Any, **options: Any) -> str:
    text = compiler.process(function.clauses, **options)
    as_list = f"CASE WHEN left({text}, 1) = '[' THEN {text} ELSE '[' || {text} || ']' END"
    return f"json_array_elements_text(({as_list})::json)"
