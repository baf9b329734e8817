"""Operations that schemathesis makes from the schema, bent so that more of them get past the doors.

It knows neither that an input object of `@oneOf` has one key nor which names there are: most of what it
makes would be refused before anything happens.
"""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import orjson
import schemathesis
from graphql import (
    GraphQLInputObjectType,
    GraphQLSchema,
    IntValueNode,
    Node,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    parse,
    parse_value,
    print_ast,
    visit,
)
from hypothesis import strategies as st
from schemathesis.graphql import nodes

SCHEMA = Path(__file__).parents[3] / "schema.graphql"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.one_of(
        st.integers(-(2**65), 2**65), st.floats(allow_nan=False, allow_infinity=False), TEXTS, st.none()
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.from_regex(r"\A[a-z]+\Z"), inner, max_size=3)
    ),
    max_leaves=6,
)
MOMENTS = st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
URIS = ["https://a.example/b", "mailto:a", "http://[", "a b", ""]
MOSTLY = 0.7


def operations(known: Sequence[str]) -> st.SearchStrategy[str]:
    """Return a strategy of operations, many of whose texts are among the `known` names and ids."""
    for name, strategy in _scalars().items():
        schemathesis.graphql.scalar(name, strategy)
    cases: st.SearchStrategy[Any] = schemathesis.graphql.from_path(SCHEMA).as_strategy()
    schema = build_schema(SCHEMA.read_text())
    return st.builds(
        lambda case, random: _bent(case.body, schema, known, random),
        cases,
        st.randoms(use_true_random=False),
    )


def _scalars() -> dict[str, st.SearchStrategy[Any]]:
    return {
        "JSON": VALUES.map(_literal),
        "BigInt": st.integers(-(2**66), 2**66).map(nodes.Int),
        "DateTime": st.one_of(MOMENTS, TEXTS).map(nodes.String),
        "URI": st.one_of(st.sampled_from(URIS), TEXTS).map(nodes.String),
    }


def _literal(value: Any) -> Node:
    if isinstance(value, dict):
        fields = ", ".join(f"{key}: {print_ast(_literal(inner))}" for key, inner in value.items())
        return parse_value(f"{{{fields}}}")
    if isinstance(value, list):
        return parse_value(f"[{', '.join(print_ast(_literal(inner)) for inner in value)}]")
    return parse_value(str(value) if isinstance(value, int) else orjson.dumps(value).decode())


def _bent(query: str, schema: GraphQLSchema, known: Sequence[str], random: Random) -> str:
    types = TypeInfo(schema)
    return print_ast(visit(parse(query), TypeInfoVisitor(types, _Bending(types, known, random))))


class _Bending(Visitor):
    """Keeps one key of `@oneOf` objects, puts known texts in, and lets most pages have a proper size."""

    def __init__(self, types: TypeInfo, known: Sequence[str], random: Random) -> None:
        super().__init__()
        self._types, self._known, self._random = types, known, random

    def enter_object_value(self, node: ObjectValueNode, *_: object) -> Node | None:
        kind = get_named_type(self._types.get_input_type())
        given = [one for one in node.fields if not isinstance(one.value, NullValueNode)]
        if isinstance(kind, GraphQLInputObjectType) and kind.is_one_of and given:
            return ObjectValueNode(fields=(self._random.choice(given),))
        return None

    def enter_string_value(self, _node: StringValueNode, *_: object) -> Node | None:
        kind = get_named_type(self._types.get_input_type())
        if kind is None or kind.name not in {"ID", "String"} or self._random.random() > MOSTLY:
            return None
        return StringValueNode(value=self._random.choice(self._known))

    def enter_argument(self, node: Any, *_: object) -> Node | None:
        if self._random.random() > MOSTLY:
            return None
        changed = {
            "after": NullValueNode(),
            "before": NullValueNode(),
            "first": IntValueNode(value=str(self._random.randint(0, 100))),
            "last": NullValueNode(),
        }.get(node.name.value)
        return None if changed is None else type(node)(name=node.name, value=changed)
