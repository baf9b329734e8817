"""The published schema: what the code says, whole, described."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    DangerousChangeType,
    GraphQLEnumType,
    GraphQLNamedType,
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
    is_introspection_type,
    is_specified_scalar_type,
    parse,
    validate,
)

from app.graphql.printing import printed_schema

ROOT = Path(__file__).parents[2]
QUERIES = json.loads((ROOT / "app/graphql/graphiql/queries.json").read_text())


@pytest.fixture(scope="module")
def published() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text())


def test_the_published_schema_is_what_the_code_says() -> None:
    committed = (ROOT / "schema.graphql").read_text()
    assert printed_schema() == committed, "run: python -m app.graphql.printing > schema.graphql"


def test_nothing_that_clients_were_promised_is_broken(published: GraphQLSchema) -> None:
    promised = build_schema((ROOT / "tests/graphql/promised.graphql").read_text())
    assert find_breaking_changes(promised, published) == []
    dangerous = find_dangerous_changes(promised, published)
    assert [one for one in dangerous if one.type == DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE] == []


def elements(kind: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    """Yield everything of a type that has a description of its own, by its dotted name."""
    yield kind.name, kind.description
    if isinstance(kind, GraphQLEnumType):
        yield from ((f"{kind.name}.{name}", value.description) for name, value in kind.values.items())
    for name, field in getattr(kind, "fields", {}).items():
        yield f"{kind.name}.{name}", field.description
        for argument, given in getattr(field, "args", {}).items():
            yield f"{kind.name}.{name}({argument})", given.description


def test_everything_is_described(published: GraphQLSchema) -> None:
    own = [
        kind
        for kind in published.type_map.values()
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind)
    ]
    found = [element for kind in own for element in elements(kind)]
    assert len(found) > 400
    assert [name for name, description in found if not (description or "").endswith(".")] == []


def test_lists_that_grow_are_connections(published: GraphQLSchema) -> None:
    connections = [name for name in published.type_map if name.endswith("Connection")]
    assert {"SearchConnection", "RegisteredModelConnection", "ChangeConnection"} <= {*connections}
    for name in connections:
        fields = {
            field: str(one.type) for field, one in getattr(published.type_map[name], "fields", {}).items()
        }
        item = fields["nodes"].strip("[]!")
        edges = {f"[{item}Edge!]!", f"[{name.replace('Connection', 'Edge')}!]!"}
        assert fields["edges"] in edges
        assert fields["nodes"] == f"[{item}!]!"
        assert (fields["pageInfo"], fields["totalCount"]) == ("PageInfo!", "Int!")


def test_mutations_look_alike(published: GraphQLSchema) -> None:
    assert published.mutation_type
    for name, field in published.mutation_type.fields.items():
        kind = name[0].upper() + name[1:]
        assert {one: str(given.type) for one, given in field.args.items()} == {"input": f"{kind}Input!"}
        assert str(field.type) == f"{kind}Payload"
        payload = {one: str(held.type) for one, held in field.type.fields.items()}
        shared = {"change": "Change", "userErrors": "[UserError!]!", "clientMutationId": "String"}
        assert shared.items() <= payload.items()
        assert [one for one, held in payload.items() if held[-1] == "!"] == ["userErrors"]


def test_root_fields_may_be_null_alone(published: GraphQLSchema) -> None:
    assert published.query_type
    whole = [name for name, field in published.query_type.fields.items() if str(field.type)[-1] == "!"]
    assert whole == ["nodes"], "nodes alone has its nulls in the list"


@pytest.mark.parametrize("example", QUERIES, ids=lambda example: example["name"])
def test_the_examples_of_graphiql_are_valid(published: GraphQLSchema, example: dict[str, str]) -> None:
    assert validate(published, parse(example["query"])) == []
