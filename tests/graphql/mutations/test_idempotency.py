"""A request that is sent again is answered again, and nothing is done twice."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from app.identity.idempotency import KEPT
from app.identity.tables import AnsweredRequest
from tests.graphql.conftest import Api

pytestmark = pytest.mark.both_databases

KEY = "a-key-of-16-chars"
REGISTER = """
mutation ($input: RegisterModelInput!) { registerModel(input: $input) {
  registeredModel { id name } change { id } clientMutationId
  userErrors { code field message ... on Conflict { existing { id } } } } }"""
LOG = """
mutation ($input: LogMetricsInput!) { logMetrics(input: $input) { logged userErrors { code } } }"""


def register(api: Api, **given: Any) -> Any:
    return api.run(REGISTER, input=given)


def head(api: Api) -> int:
    return api.store.last_change().sequence


def test_it_works(api: Api) -> None:
    first = register(api, name="a", idempotencyKey=KEY)
    before = head(api)
    again = register(api, name="a", idempotencyKey=KEY, clientMutationId="2")
    assert again == first | {"clientMutationId": "2"}
    assert head(api) == before


def test_another_request_under_the_same_key_is_refused(api: Api) -> None:
    register(api, name="a", idempotencyKey=KEY)
    [error] = register(api, name="b", idempotencyKey=KEY)["userErrors"]
    assert (error["code"], error["field"]) == ("CONFLICT", ["idempotencyKey"])
    assert register(api, name="a", facts={}, idempotencyKey=KEY)["userErrors"]
    assert register(api, name="a", facts={"task": None}, idempotencyKey=KEY)["userErrors"]


def test_what_was_done_is_shown_as_it_is_by_then(api: Api) -> None:
    made = register(api, name="a", idempotencyKey=KEY)
    model = {"id": made["registeredModel"]["id"]}
    renamed = "mutation ($input: RenameModelInput!) { renameModel(input: $input) { userErrors { code } } }"
    api.run(renamed, input={"model": model, "name": "b"})
    assert register(api, name="a", idempotencyKey=KEY)["registeredModel"] == model | {"name": "b"}
    deleted = "mutation ($input: DeleteModelInput!) { deleteModel(input: $input) { userErrors { code } } }"
    api.run(deleted, input={"model": model})
    before = head(api)
    again = register(api, name="a", idempotencyKey=KEY)
    assert again == made | {"registeredModel": None}
    assert head(api) == before


def test_a_key_belongs_to_one_mutation(api: Api) -> None:
    register(api, name="a", version={}, idempotencyKey=KEY)
    version = {"number": {"model": {"name": "a"}, "number": 1}}
    metrics = [{"name": "acc", "value": 0.5}]
    for _ in range(2):
        logged = api.run(LOG, input={"version": version, "metrics": metrics, "idempotencyKey": KEY})
        assert logged == {"logged": 1, "userErrors": []}


def test_what_was_refused_may_be_tried_again(api: Api) -> None:
    api.store.model("a")
    assert register(api, name="a", idempotencyKey=KEY)["userErrors"][0]["code"] == "ALREADY_EXISTS"
    assert register(api, name="b", idempotencyKey=KEY)["registeredModel"]["name"] == "b"


def test_keys_have_a_shape(api: Api) -> None:
    for key in ("short", "x" * 129, "sixteen-and-more-\u0000", "sechzehn-und-mehr-ä"):
        [error] = register(api, name="a", idempotencyKey=key)["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID", ["idempotencyKey"])


def test_a_key_is_forgotten_after_two_days(api: Api) -> None:
    register(api, name="a", idempotencyKey=KEY)
    with api.store.writing() as session:
        [kept] = session.exec(select(AnsweredRequest))
        kept.at -= KEPT + timedelta(seconds=1)
        session.add(kept)
        session.flush()
    assert register(api, name="a", idempotencyKey=KEY)["userErrors"][0]["code"] == "ALREADY_EXISTS"
    assert register(api, name="b", idempotencyKey=KEY)["registeredModel"]["name"] == "b"


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), min_size=2, max_size=6))
def test_every_request_is_done_once(shared_api: Api, requests: list[tuple[str, str]]) -> None:
    salt = f"{head(shared_api):016d}"
    answers: dict[tuple[str, str], Any] = {}
    for name, key in requests:
        answer = register(shared_api, name=f"{name}{salt}", idempotencyKey=f"{key}{salt}")
        if answer["registeredModel"]:
            assert answers.setdefault((name, key), answer) == answer
    assert len({name for name, _ in answers}) == len(answers)
