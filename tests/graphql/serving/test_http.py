"""GraphQL over HTTP: what is no GraphQL request is refused with a status and a code, without a trace."""

import json
import logging
from typing import Any

import pytest
from graphql import get_introspection_query

from tests.graphql.conftest import Api

ASK = {"query": "{ __typename }"}
ANSWER = {"data": {"__typename": "Query"}, "extensions": {"cost": {"requested": 0, "limit": 20_000}}}
JSON = {"content-type": "application/json"}
MAKE = 'mutation { createNamespace(input: {name: "made"}) { namespace { id } } }'


def send(api: Api, body: bytes, kind: str = "application/json") -> tuple[int, dict[str, Any]]:
    """Send a body and return the status and the answer."""
    response = api.http.post("/graphql", content=body, headers={"content-type": kind})
    assert response.headers["content-type"].startswith("application/json")
    return response.status_code, response.json()


def test_it_works(shared_api: Api) -> None:
    for kind in ("application/json", "application/json; charset=utf-8", "Application/JSON"):
        assert send(shared_api, json.dumps(ASK).encode(), kind) == (200, ANSWER)
    response = shared_api.http.get("/graphql", params=ASK)
    assert response.json() == ANSWER
    assert response.headers["x-request-id"].startswith("req_")


def test_variables_and_names_come_with_it(shared_api: Api) -> None:
    query = "query A($n: String!) { namespace(name: $n) { name } } query B { __typename }"
    asked: dict[str, Any] = {
        "query": query,
        "variables": {"n": "default"},
        "operationName": "A",
        "extensions": {},
    }
    answer = {"namespace": {"name": "default"}}
    status, sent = send(shared_api, json.dumps(asked).encode())
    assert (status, sent["data"]) == (200, answer)
    read = shared_api.http.get(
        "/graphql", params={**asked, "variables": '{"n": "default"}', "extensions": "{}"}
    )
    assert read.json() == sent


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"1",
        b"null",
        b"true",
        b'"{ __typename }"',
        b"[]",
        b'[{"query": "{ __typename }"}]',
        b"{",
        b"{}",
        b'{"query": null}',
        b'{"query": ""}',
        b'{"query": 5}',
        b'{"query": ["{ __typename }"]}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "variables": "{}"}',
        b'{"query": "{ __typename }", "operationName": 5}',
        b'{"query": "{ __typename }", "extensions": []}',
        b'{"query": "query A { __typename }", "operationName": "B"}',
        b'{"query": "query A { __typename }", "operationName": "\\ud800"}',
        b'{"query": "fragment F on Query { __typename }"}',
        b'{"query": "{ __typename }\xff"}',
        "{}".encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b"[" * 100_000 + b"]" * 100_000,
        b'{"query": "{ __typename }", "variables": {"n": ' + b"9" * 5_000 + b"}}",
    ],
    ids=lambda body: ascii(body[:40]),
)
def test_what_is_no_request_is_refused(
    shared_api: Api, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    status, answer = send(shared_api, body)
    assert status == 400
    assert list(answer) == ["errors"]
    [error] = answer["errors"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}
    assert error["message"]
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "json",
        "/",
    ],
)
def test_other_media_types_are_refused(shared_api: Api, kind: str) -> None:
    status, answer = send(shared_api, json.dumps(ASK).encode(), kind)
    assert (status, answer["errors"][0]["extensions"]) == (415, {"code": "UNSUPPORTED_MEDIA_TYPE"})


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(shared_api: Api, method: str) -> None:
    response = shared_api.http.request(method, "/graphql", json=ASK)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
    assert response.json()["errors"][0]["extensions"] == {"code": "METHOD_NOT_ALLOWED"}


def test_what_is_read_by_get_changes_nothing(shared_api: Api) -> None:
    response = shared_api.http.get("/graphql", params={"query": MAKE})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    [error] = response.json()["errors"]
    assert error["extensions"] == {"code": "METHOD_NOT_ALLOWED"}
    both = {"query": f"query A {{ __typename }} {MAKE.replace('mutation', 'mutation B')}"}
    assert "data" not in shared_api.http.get("/graphql", params=both).json()
    assert shared_api.http.get("/graphql", params={**both, "operationName": "B"}).status_code == 405
    error = shared_api.error('{ namespace(name: "made") { id } }')
    assert error["code"] == "NOT_FOUND"


@pytest.mark.parametrize("params", [{}, {"query": ""}, {**ASK, "variables": "{"}, {**ASK, "variables": "[]"}])
def test_what_is_no_request_by_get_is_refused(shared_api: Api, params: dict[str, str]) -> None:
    response = shared_api.http.get("/graphql", params=params, headers={"accept": "text/html, */*"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("   ", "GRAPHQL_PARSE_FAILED"),
        ("{ \x00 }", "GRAPHQL_PARSE_FAILED"),
        ('{ namespace(name: "\ud800") { id } }', "GRAPHQL_PARSE_FAILED"),
        ("{ a(b: " + "[" * 5_000 + "]" * 5_000 + ") }", "GRAPHQL_PARSE_FAILED"),
        ("{" + " __typename" * 10_001 + " }", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ node(id: 1, id: 2) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { changes { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ registeredModels(first: " + "9" * 5_000 + ") { totalCount } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ registeredModels(first: 2147483648) { totalCount } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($n: Int!) { registeredModels(first: $n) { totalCount } }", "BAD_USER_INPUT"),
    ],
    ids=lambda given: ascii(given[:30]),
)
def test_an_operation_that_was_not_executed_has_no_data(
    shared_api: Api, caplog: pytest.LogCaptureFixture, query: str, code: str
) -> None:
    status, answer = send(shared_api, json.dumps({"query": query}).encode())
    assert status == 200
    assert "data" not in answer
    assert {error["extensions"]["code"] for error in answer["errors"]} == {code}
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_failed_field_takes_no_sibling_along(shared_api: Api) -> None:
    answer = shared_api.answer('{ namespace(name: "none") { id } serverInfo { name } node(id: "x") { id } }')
    assert answer["data"] == {"namespace": None, "serverInfo": {"name": "Holotype"}, "node": None}
    assert {tuple(error["path"]) for error in answer["errors"]} == {("namespace",), ("node",)}


def test_a_failure_that_takes_all_data_along_still_was_an_answer(shared_api: Api) -> None:
    answer = shared_api.answer('{ nodes(ids: ["odd"]) { id } }')
    assert (answer["data"], answer["errors"][0]["path"]) == (None, ["nodes"])


def test_half_a_surrogate_pair_is_echoed_as_json_spells_it(shared_api: Api) -> None:
    asked = {
        "query": MAKE.replace('"made"', '"made", clientMutationId: $c')
        .replace("mutation", "mutation($c: String)")
        .replace("namespace { id }", "clientMutationId"),
        "variables": {"c": "\ud800"},
    }
    response = shared_api.http.post("/graphql", content=json.dumps(asked), headers=JSON)
    assert response.json()["data"] == {"createNamespace": {"clientMutationId": "\ud800"}}


def test_what_nobody_foresaw_is_masked_and_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    with api.store.database.writers.begin() as connection:
        connection.exec_driver_sql("DROP TABLE task")
    response = api.http.post("/graphql", json={"query": "{ tasks { totalCount } serverInfo { name } }"})
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    assert response.json()["data"] == {"tasks": None, "serverInfo": {"name": "Holotype"}}
    assert "task" not in error["message"]
    assert "no such table" in caplog.text
    assert error["extensions"]["requestId"] in caplog.text


def test_a_committed_mutation_does_not_look_failed(api: Api) -> None:
    answer = api.answer(
        """mutation { registerModel(input: {name: "kept"}) {
          registeredModel { versions(first: 0) { totalCount } } change { action } userErrors { code }
        } }"""
    )
    assert answer["data"]["registerModel"] == {
        "registeredModel": None,
        "change": {"action": "model.registered"},
        "userErrors": [],
    }
    [error] = answer["errors"]
    assert (error["path"], error["extensions"]["field"]) == (["registerModel", "registeredModel"], ["first"])


def test_the_schema_can_be_asked_for(shared_api: Api) -> None:
    answer = shared_api.answer(get_introspection_query())
    assert answer["data"]["__schema"]["queryType"]["name"] == "Query"


def test_a_page_of_the_editor_is_where_people_look(shared_api: Api) -> None:
    response = shared_api.http.get("/")
    assert (response.status_code, response.url.path) == (200, "/graphiql/")
