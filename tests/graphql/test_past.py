"""The past through the API: what was there, under which names and ids, and what is not known of it."""

from typing import Any

import pytest

from tests.graphql.conftest import Api

MODEL = """query($by: RegisteredModelBy!, $at: AsOf) { registeredModel(by: $by, asOf: $at) {
  id entityId asOf name description revision updatedAt deletedAt retirement { reason }
  tags { key value } aliases { name since version { id number } }
  latestVersion { id entityId asOf number stage { name } stageSince registeredModel { id name } }
  versions { totalCount nodes { id number } } history { totalCount nodes { action } }
} }"""


def last_change(api: Api) -> str:
    return str(api.run("{ changes(last: 1) { nodes { id } } }")["nodes"][0]["id"])


def test_it(api: Api) -> None:
    made = api.model("bert", version={"description": "x"}, description="first")
    one = last_change(api)
    api.run('mutation($i: ID!) { updateModel(input: {model: {id: $i}, patch: {description: "second"}}) { userErrors { message } } }', i=made["model"])
    print(api.run(MODEL, by={"id": made["model"]}, at={"change": one}))
    print(api.run(MODEL, by={"name": {"name": "bert"}}))
