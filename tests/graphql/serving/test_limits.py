"""What asks for too much is refused before it costs anything."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import OperationDefinitionNode, Source, get_introspection_query, parse
from hypothesis import given
from hypothesis import strategies as st

from app.graphql.schema import schema
from app.graphql.serving.limits import (
    MAX_BODY_BYTES,
    MAX_COST,
    MAX_QUERY_LENGTH,
    MAX_WEIGHT,
    cost_of,
    size_errors,
)
from tests.graphql.conftest import Api


def errors_of(query: str) -> list[str]:
    return [error.message for error in size_errors(parse(query))]


def cost(query: str, **variables: object) -> int:
    document = parse(query)
    operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    return cost_of(schema._schema, document, operation, variables)  # noqa: SLF001 - what validation has too


def test_it_works() -> None:
    assert errors_of(get_introspection_query()) == []
    assert cost("{ registeredModels(first: 100) { nodes { name latestVersion { number } } } }") < MAX_COST


def test_fragments_that_double_each_other_are_measured_at_once() -> None:
    doubling = " ".join(f"fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(60))
    query = f"{{ ...f0 }} {doubling} fragment f60 on Query {{ serverInfo {{ name }} }}"
    assert errors_of(query) == [f"the operation has {2**61} fields; at most 5000 are answered"]


def test_too_many_aliases_directives_and_levels_are_named() -> None:
    aliases = " ".join(f"a{i}: __typename" for i in range(201))
    assert "201 aliases" in errors_of(f"{{ {aliases} }}")[0]
    assert "101 directives" in errors_of(f"{{ __typename {'@skip(if: false) ' * 101} }}")[0]
    assert "a depth of 21" in errors_of("{ a " * 21 + "}" * 21)[0]


def test_a_page_costs_what_it_may_hold_also_by_variable() -> None:
    query = (
        "query ($n: Int) { registeredModels(first: $n) { nodes { versions(first: $n) { nodes { id } } } } }"
    )
    assert cost(query, n=100) > 100 * cost(query, n=1) / 5
    assert cost(query, n=10_000) > MAX_COST


def test_no_way_of_writing_a_page_size_makes_it_cheap() -> None:
    pages = "registeredModels(first: $n) { nodes { versions(first: $n) { nodes { id } } } }"
    dear = cost(f"query ($n: Int) {{ {pages} }}", n=100)
    assert cost(f"query ($n: Int) {{ {pages} }}", n=100.0) == dear
    assert cost(f"query ($n: Int = 100) {{ {pages} }}") == dear
    assert cost(f"query ($n: Int = 100) {{ {pages} }}", n=1) < dear
    assert (
        cost(
            f"query ($n: Int) {{ {pages} less: registeredModels(first: -1000) {{ nodes {{ id }} }} }}", n=100
        )
        > dear
    )


@given(st.integers(1, 60))
def test_the_cost_grows_with_what_is_asked_for(count: int) -> None:
    one = cost('{ search(text: "x") { totalCount } }')
    many = " ".join(f'a{i}: search(text: "x") {{ totalCount }}' for i in range(count))
    assert cost(f"{{ {many} }}") == count * one


MODEL = 'registeredModel(by: {name: {name: "a"}})'
VERSION = '{number: {model: {name: "a"}, number: 1}}'


@pytest.mark.parametrize(
    "field",
    [
        'search(text: "x") { totalCount }',
        'datasets(text: "x") { totalCount }',
        'suggest(prefix: "x") { __typename }',
        f"{MODEL} {{ similar {{ reasons }} }}",
        f"{MODEL} {{ neighbours {{ score }} }}",
        f"modelVersion(by: {VERSION}) {{ lineage {{ totalNodes }} }}",
        f"compareVersions(versions: [{VERSION}]) {{ rows {{ totalCount }} }}",
    ],
)
def test_a_hundred_searches_or_walks_are_refused(field: str) -> None:
    assert cost(f"{{ {field} }}") >= 50
    assert cost(f"{{ {' '.join(f'a{i}: {field}' for i in range(100))} }}") > MAX_COST


def test_a_list_costs_more_where_it_is_searched() -> None:
    assert cost("{ datasets { totalCount } }") < 50


def test_what_an_operation_costs_is_told(api: Api) -> None:
    page = "query Page($n: Int) { registeredModels(first: $n) { nodes { latestVersion { number } } } }"
    for n in (1, 50):
        # the connection, and each model with its version
        assert api.answer(page, n=n)["extensions"]["cost"] == {"requested": 1 + 2 * n, "limit": MAX_COST}
    failed = api.answer('{ namespace(name: "none") { id } }')
    assert failed["extensions"]["cost"] == {"requested": 1, "limit": MAX_COST}
    mutation = 'mutation { createNamespace(input: {name: "a"}) { namespace { id } change { id } } }'
    assert api.answer(mutation)["extensions"]["cost"]["requested"] == 3
    many = " ".join(f'a{i}: search(text: "x") {{ totalCount }}' for i in range(100))
    refused = api.answer(f"{{ {many} }}")
    assert list(refused) == ["errors", "extensions"]
    assert refused["extensions"]["cost"]["requested"] > MAX_COST
    assert "extensions" not in api.answer("{ nothing }")
    assert "extensions" not in api.answer("{")


def test_the_objects_of_a_filter_cost_however_they_are_sent(shared_api: Api) -> None:
    def requested(query: str, **variables: Any) -> int:
        answer = shared_api.answer(query, **variables)
        assert "errors" not in answer
        cost: int = answer["extensions"]["cost"]["requested"]
        return cost

    def filtered(value: str, given: str = "") -> str:
        return f"query Q{given} {{ registeredModels(filter: {value}) {{ totalCount }} }}"

    text = '{or: [{name: {in: ["a", "b"]}}, {not: {task: {equals: "c"}}}]}'
    sent = {"or": [{"name": {"in": ["a", "b"]}}, {"not": {"task": {"equals": "c"}}}]}
    assert requested(filtered(text)) == 1 + 6 * 20
    assert requested(filtered("$f", "($f: ModelFilter)"), f=sent) == 1 + 6 * 20
    assert requested(filtered("$f", f"($f: ModelFilter = {text})")) == 1 + 6 * 20
    assert requested(filtered("{or: $l}", "($l: [ModelFilter!])"), l=sent["or"]) == 1 + 6 * 20
    assert requested(filtered("$f", "($f: ModelFilter)")) == 1
    # The filter of a field is read once, however many things the field is asked of.
    versions = "versions(first: 1, filter: {number: {gt: 1}}) { totalCount }"
    page = f"{{ registeredModels(first: 50) {{ nodes {{ {versions} }} }} }}"
    assert requested(page) == 1 + 50 * 2 + 2 * 20


def test_filters_that_are_large_together_are_refused(shared_api: Api) -> None:
    wanted = {"or": [{"task": {"contains": f"word{number}"}} for number in range(99)]}
    fragment = "fragment F on Query { d: registeredModels(filter: $f) { totalCount } }"
    for many, refused in ((4, False), (5, True), (60, True)):
        fields = " ".join(
            f"a{number}: registeredModels(filter: $f) {{ totalCount }}" for number in range(many)
        )
        answer = shared_api.answer(f"query($f: ModelFilter) {{ {fields} ...F }} {fragment}", f=wanted)
        assert ("errors" in answer) == refused
        assert (answer["extensions"]["cost"]["requested"] > MAX_COST) == refused
        if refused:
            [error] = answer["errors"]
            assert error["extensions"] == {"code": "LIMIT_EXCEEDED"}
            assert "smaller filters" in error["message"]


@pytest.mark.parametrize(
    "query",
    [
        " " * MAX_QUERY_LENGTH + "{ __typename }",
        "#" + "x" * MAX_QUERY_LENGTH + "\n{ __typename }",
        f'{{ tasks(text: """{"x" * MAX_QUERY_LENGTH}""") {{ totalCount }} }}',
        "{" + " ".join(["serverInfo { name limits { maxCost } }"] * 600) + "}",
        "{"
        + " ".join(f"...f{i}" for i in range(400))
        + "} "
        + " ".join(f"fragment f{i} on Query {{ viewer {{ __typename }} }}" for i in range(400)),
        "{" + " ".join(f"a{i}: __schema {{ types {{ name }} }}" for i in range(5)) + "}",
    ],
    ids=["spaces", "comment", "text", "repeated fields", "repeated fragments", "repeated introspection"],
)
def test_what_takes_long_to_look_at_is_refused(shared_api: Api, query: str) -> None:
    answer = shared_api.answer(query)
    assert "data" not in answer
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "LIMIT_EXCEEDED"}]


NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
MODELS = "query($filter: ModelFilter) { registeredModels(filter: $filter) { totalCount } }"
TAGGED = "mutation($input: SetTagsInput!) { setTags(input: $input) { userErrors { code } } }"


def tagged(value: Any) -> dict[str, Any]:
    return {"subject": "mdl_1", "tags": [{"key": "a", "value": value}]}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (NODES, {"ids": ["x"] * 60_000}),
        (MODELS, {"filter": {"or": [{}] * 10_000}}),
        (MODELS, {"filter": {"or": ["x"] * 60_000}}),
        (MODELS, {"filter": {"name": {"in": ["x"] * 60_000}}}),
        (TAGGED, {"input": {"subject": "mdl_1", "tags": [{"key": "a", "value": 1}] * 10_000}}),
        (TAGGED, {"input": tagged([0] * 120_000)}),
        (TAGGED, {"input": tagged([[[0] * 1_000] * 120])}),
        (TAGGED, {"input": tagged({str(number): 1 for number in range(120_000)})}),
    ],
)
def test_variables_that_weigh_more_than_the_largest_input_are_refused(
    shared_api: Api, query: str, variables: dict[str, Any]
) -> None:
    answer = shared_api.answer(query, **variables)
    assert "data" not in answer
    [error] = answer["errors"]
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED"}
    assert error["message"] == f"the variables weigh more than {MAX_WEIGHT}: send less at once"


def test_variables_that_nothing_asks_for_weigh_nothing(shared_api: Api) -> None:
    assert shared_api.run("{ __typename }", values=[0] * 120_000) == "Query"


def test_the_largest_inputs_weigh_less(api: Api) -> None:
    version = {
        "params": [{"name": str(number), "value": 1} for number in range(5_000)],
        "metrics": [{"name": "loss", "value": 1, "step": number} for number in range(1_000)],
    }
    tags = [{"key": str(number), "value": "red"} for number in range(1_000)]
    assert api.model("large", version=version, tags=tags)["version"]


def test_what_a_client_sent_is_not_quoted_at_length(shared_api: Api) -> None:
    for query in (f"{{ {'x' * 100_000} }}", "query($n: Int!) { registeredModels(first: $n) { totalCount } }"):
        [error] = shared_api.answer(query, n="y" * 1_000_000)["errors"]
        assert len(error["message"]) <= 1_000


def test_long_texts_are_not_kept_for_long(shared_api: Api) -> None:
    for number in range(6):
        text = f"{{ a{number}: __typename }} #" + "x" * 100_000
        assert shared_api.run(text) == "Query"
    gc.collect()
    kept = [one for one in gc.get_objects() if type(one) is Source and len(one.body) > 100_000]
    assert len(kept) <= 4


def test_a_body_is_refused_while_it_comes_in(api: Api) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(2 * MAX_BODY_BYTES // 2**20):
            sent += 2**20
            yield b" " * 2**20

    answer = api.http.post("/graphql", content=endless(), headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"] == {"code": "LIMIT_EXCEEDED"}


def test_the_limits_are_told(api: Api) -> None:
    told = api.run("{ serverInfo { limits { maxBodyBytes maxCost maxDepth maxPageSize } } }")["limits"]
    assert told == {"maxBodyBytes": MAX_BODY_BYTES, "maxCost": MAX_COST, "maxDepth": 20, "maxPageSize": 100}
