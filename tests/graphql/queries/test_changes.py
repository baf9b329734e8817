"""The change log, as it tells what was done."""

from typing import Any

import pytest

from app.db.changelog import Fact
from app.db.ids import new_id
from tests.graphql.conftest import Api

pytestmark = pytest.mark.both_databases

CHANGES = """
query Changes($after: String) {
  changes(first: 100, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes {
      id sequence transaction at actor { __typename ... on User { name } ... on ServiceAccount { name } }
      action before after digest requestId
      subject { __typename id ... on RegisteredModel { name } ... on ModelVersion { number } }
      related { __typename id }
    }
  }
}"""


def everything(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = api.run(CHANGES, after=after)
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(found)
            return found
        after = page["pageInfo"]["endCursor"]


def test_it_works(api: Api) -> None:
    before = len(everything(api))
    made = api.model("bert", version={})
    for to in ("STAGING", "PRODUCTION"):
        api.run(
            """mutation($input: TransitionStageInput!) {
              transitionStage(input: $input) { userErrors { message } }
            }""",
            input={"version": {"id": made["version"]}, "to": to},
        )
    log = everything(api)
    assert [change["sequence"] for change in log] == list(range(1, len(log) + 1))
    assert [change["at"] for change in log] == sorted(change["at"] for change in log)
    registered, created, staging, production = log[before:]
    assert [one["action"] for one in log[before:]] == ["model.registered", "version.created"] + [
        "version.staged"
    ] * 2
    assert registered["subject"] == {"__typename": "RegisteredModel", "id": made["model"], "name": "bert"}
    assert registered["related"][0]["__typename"] == "Namespace"
    assert created["subject"]["number"] == 1
    assert created["related"] == [{"__typename": "RegisteredModel", "id": made["model"]}]
    assert registered["transaction"] == created["transaction"] != staging["transaction"]
    assert registered["requestId"] == created["requestId"]
    assert (production["before"], production["after"]) == ({"stage": "STAGING"}, {"stage": "PRODUCTION"})
    assert {one["actor"]["name"] for one in log[before:]} == {"local"}
    assert {one["actor"]["name"] for one in log[:before]} == {"system"}
    assert len({one["digest"] for one in log}) == len(log)


def test_what_is_refused_leaves_no_change(api: Api) -> None:
    api.model("bert")
    before = len(everything(api))
    for name in ("bert", "a/b"):
        refused = api.run(
            "mutation($n: String!) { registerModel(input: {name: $n}) { userErrors { code } } }", n=name
        )
        assert refused["userErrors"]
    assert len(everything(api)) == before


def test_a_change_is_a_node(api: Api) -> None:
    last = everything(api)[-1]
    assert api.run("query($id: ID!) { node(id: $id) { ... on Change { sequence } } }", id=last["id"]) == {
        "sequence": last["sequence"]
    }


def test_a_change_that_touched_more_than_a_statement_holds_values(api: Api) -> None:
    model = api.model("a")["model"]
    gone = [new_id("ver") for _ in range(70_000)]
    with api.store.writing() as session:
        session.record([Fact(action="model.deleted", subject_id=model, related=[*gone, model])])
    asked = "{ changes(first: null, last: 1) { nodes { related { id } } } }"
    assert api.run(asked) == {"nodes": [{"related": [{"id": model}]}]}
