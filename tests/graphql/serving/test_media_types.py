"""Which media type an answer has, and what its status says."""

import pytest

from tests.graphql.conftest import Api

GRAPHQL, JSON = "application/graphql-response+json", "application/json"
MAKE = 'mutation { createNamespace(input: {name: "unread"}) { namespace { id } } }'


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("Application/JSON; charset=utf-8", JSON),
        ("text/html, */*;q=0.8", JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON}", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0.5, {JSON}", JSON),
        (f"{GRAPHQL};q=0, */*", JSON),
        (f"{GRAPHQL}, */*", GRAPHQL),
        (f"{JSON};q=high", JSON),
    ],
)
def test_the_type_that_is_preferred(shared_api: Api, accept: str, expected: str) -> None:
    asked = {"query": "{ __typename }"}
    answer = shared_api.http.post("/graphql", json=asked, headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{expected}; charset=utf-8"
    assert "Accept" in answer.headers["vary"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "accept", ["text/html", "image/*", f"{JSON};q=0", f"{GRAPHQL};q=0.0", "json", ";", f"{JSON};q=nan"]
)
def test_what_accepts_no_answer_is_not_executed(shared_api: Api, accept: str) -> None:
    answer = shared_api.http.post("/graphql", json={"query": MAKE}, headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (406, f"{JSON}; charset=utf-8")
    [error] = answer.json()["errors"]
    assert error["extensions"] == {"code": "NOT_ACCEPTABLE"}
    assert GRAPHQL in error["message"]
    assert shared_api.error('{ namespace(name: "unread") { id } }')["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("{ __typename }", 200),
        ("{", 400),
        ("{ nothing }", 400),
        ("query($n: Int!) { registeredModels(first: $n) { totalCount } }", 400),
        ('{ namespace(name: "none") { id } }', 200),
        ("query A { __typename } query B { __typename }", 400),
    ],
)
def test_the_status_tells_of_refused_operations(shared_api: Api, query: str, status: int) -> None:
    for accept, expected in ((GRAPHQL, status), (JSON, 200)):
        answer = shared_api.http.post("/graphql", json={"query": query}, headers={"accept": accept})
        assert (answer.status_code, "data" in answer.json()) == (expected, status == 200)
        assert answer.headers["content-type"].startswith(accept)


@pytest.mark.parametrize(("body", "status"), [(b"[]", 400), (b"{", 400), (b"{}", 400)])
def test_a_body_that_is_no_request_is_refused_in_the_type_asked_for(
    shared_api: Api, body: bytes, status: int
) -> None:
    headers = {"accept": GRAPHQL, "content-type": JSON}
    answer = shared_api.http.post("/graphql", content=body, headers=headers)
    assert (answer.status_code, list(answer.json())) == (status, ["errors"])
    assert answer.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
