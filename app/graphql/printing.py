"""The schema as text: sorted, so that a change of it shows as what it is."""

from dataclasses import replace
from typing import Any

from graphql import Visitor, parse, print_ast, visit

from app.graphql.schema import schema

SORTED = ("definitions", "fields", "values", "arguments", "interfaces", "types")


class _Sorter(Visitor):
    """Puts everything that has a name in the order of names; what has none comes first."""

    def leave(self, node: Any, *_args: object) -> Any:
        lists = {name: sorted(getattr(node, name), key=_name) for name in SORTED if getattr(node, name, None)}
        return replace(node, **{name: tuple(items) for name, items in lists.items()}) if lists else None


def printed_schema() -> str:
    """Return the public schema in the schema definition language, every list in the order of names."""
    return print_ast(visit(parse(schema.as_str()), _Sorter())) + "\n"


def _name(node: Any) -> str:
    name = getattr(node, "name", None)
    return name.value if name else ""


if __name__ == "__main__":
    print(printed_schema(), end="")  # noqa: T201 - printing is what running this module is for
