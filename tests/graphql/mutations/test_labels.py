"""Tags, params and aliases."""

import pytest

from tests.graphql.conftest import Api

pytestmark = pytest.mark.both_databases

SET_TAGS = """
mutation SetTags($input: SetTagsInput!) {
  setTags(input: $input) {
    subject {
      __typename id
      ... on RegisteredModel { tags { key value } updatedAt revision }
      ... on ModelVersion { tags { key value } }
      ... on Dataset { tags { key value } }
    }
    change { action before after subject { id } }
    userErrors { code field message }
  }
}"""
SET_ALIAS = """
mutation SetAlias($input: SetAliasInput!) {
  setAlias(input: $input) {
    modelVersion { number aliases { name version { number } protected } }
    previous { number aliases { name } }
    change { action before after }
    userErrors { code field message }
  }
}"""
VALUES = ["text", "", "5", 5, 5.5, -0.0, True, False, [], {}, [1, "a", None], {"a": {"b": [True]}}, 2**53 - 1]


def test_it_works(api: Api) -> None:
    made = api.model("bert", version={})
    dataset = api.store.dataset("imagenet").id
    for subject, kind in (
        (made["model"], "RegisteredModel"),
        (made["version"], "ModelVersion"),
        (dataset, "Dataset"),
    ):
        done = api.run(SET_TAGS, input={"subject": subject, "tags": [{"key": "team", "value": "vision"}]})
        assert done["subject"]["__typename"] == kind
        assert done["subject"]["tags"] == [{"key": "team", "value": "vision"}]
        assert done["change"] == {
            "action": "tags.set",
            "before": {},
            "after": {"team": "vision"},
            "subject": {"id": subject},
        }


def test_other_tags_are_left_alone(api: Api) -> None:
    model = api.model("bert", tags=[{"key": "b", "value": 1}, {"key": "a", "value": 1}])["model"]
    done = api.run(SET_TAGS, input={"subject": model, "tags": [{"key": "b", "value": True}]})
    assert done["subject"]["tags"] == [{"key": "a", "value": 1}, {"key": "b", "value": True}]
    assert (done["change"]["before"], done["change"]["after"]) == ({"b": 1}, {"b": True})


def test_what_is_as_wanted_already_is_no_change(api: Api) -> None:
    model = api.model("bert", tags=[{"key": "a", "value": 1}])["model"]
    done = api.run(SET_TAGS, input={"subject": model, "tags": [{"key": "a", "value": 1}]})
    assert (done["change"], done["userErrors"]) == (None, [])
    assert done["subject"]["id"] == model


def test_values_come_back_as_they_were_written(api: Api) -> None:
    tags = [{"key": str(index), "value": value} for index, value in enumerate(VALUES)]
    model = api.model("bert", tags=tags, version={"params": [{"name": "p", "value": VALUES}]})["model"]
    query = """query($id: ID!) { registeredModel(by: {id: $id}) {
      tags { key value } latestVersion { param(name: "p") { value } }
    } }"""
    found = api.run(query, id=model)
    values = {one["key"]: one["value"] for one in found["tags"]}
    assert repr([values[str(index)] for index in range(len(VALUES))]) == repr(VALUES)
    assert repr(found["latestVersion"]["param"]["value"]) == repr(VALUES)


def test_a_value_can_be_written_in_the_query(api: Api) -> None:
    done = api.run(
        """mutation($x: JSON!) { registerModel(input: {name: "m", tags: [
          {key: "a", value: {list: [1, 2.5, "s", true, null], x: $x}}, {key: "b", value: $x}
        ]}) { registeredModel { tags { key value } } userErrors { message } } }""",
        x={"deep": [1]},
    )
    assert done["registeredModel"]["tags"] == [
        {"key": "a", "value": {"list": [1, 2.5, "s", True, None], "x": {"deep": [1]}}},
        {"key": "b", "value": {"deep": [1]}},
    ]


def test_a_key_given_twice_is_refused(api: Api) -> None:
    model = api.model("bert")["model"]
    tags = [{"key": "a", "value": 1}, {"key": "b", "value": 1}, {"key": "a", "value": 1}]
    [error] = api.run(SET_TAGS, input={"subject": model, "tags": tags})["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID", ["tags", "2", "key"])


def test_no_more_tags_than_allowed(api: Api) -> None:
    limit = api.run("{ serverInfo { limits { maxTags } } }")["limits"]["maxTags"]
    model = api.model("bert", tags=[{"key": str(n), "value": n} for n in range(limit)])["model"]
    done = api.run(SET_TAGS, input={"subject": model, "tags": [{"key": "0", "value": "again"}]})
    assert done["userErrors"] == []
    done = api.run(SET_TAGS, input={"subject": model, "tags": [{"key": "one more", "value": 1}]})
    assert [(error["code"], error["field"]) for error in done["userErrors"]] == [("LIMIT_EXCEEDED", ["tags"])]
    assert done["change"] is None


def test_an_alias_moves(api: Api) -> None:
    model = api.model("bert")["model"]
    first, second = api.version(model), api.version(model)
    done = api.run(SET_ALIAS, input={"version": {"id": first}, "alias": "champion"})
    assert done["previous"] is None
    assert done["modelVersion"]["aliases"] == [
        {"name": "champion", "version": {"number": 1}, "protected": False}
    ]
    done = api.run(SET_ALIAS, input={"version": {"id": second}, "alias": "champion"})
    assert done["previous"] == {"number": 1, "aliases": []}
    assert done["modelVersion"]["number"] == 2
    assert done["change"]["before"] == {"alias": "champion", "version": 1}
    assert done["change"]["after"] == {"alias": "champion", "version": 2}
    done = api.run(SET_ALIAS, input={"version": {"id": second}, "alias": "champion"})
    assert (done["change"], done["previous"], done["userErrors"]) == (None, None, [])


def test_case_matters_in_an_alias(api: Api) -> None:
    model = api.model("bert")["model"]
    for alias in ("champion", "Champion"):
        api.run(SET_ALIAS, input={"version": {"id": api.version(model)}, "alias": alias})
    found = api.run("{ registeredModels { nodes { aliases { name version { number } } } } }")["nodes"][0]
    assert found["aliases"] == [
        {"name": "Champion", "version": {"number": 2}},
        {"name": "champion", "version": {"number": 1}},
    ]


@pytest.mark.parametrize(
    "alias", ["latest", "LATEST", "v1", "V12", "", "a b", "é", "x" * 256, "\x00", "\ud800"]
)
def test_what_is_no_alias_is_refused(api: Api, alias: str) -> None:
    version = api.model("bert", version={})["version"]
    done = api.run(SET_ALIAS, input={"version": {"id": version}, "alias": alias})
    assert [(error["code"], error["field"]) for error in done["userErrors"]] == [("INVALID", ["alias"])]
    assert done["change"] is None


@pytest.mark.parametrize("key", ["\x00", "\ud800"], ids=ascii)
def test_a_key_that_cannot_be_is_refused_when_it_is_removed(api: Api, key: str) -> None:
    model = api.model("bert", tags=[{"key": "a", "value": 1}])["model"]
    query = """mutation($input: RemoveTagsInput!) { removeTags(input: $input) {
      subject { ... on RegisteredModel { tags { key } } } change { action } userErrors { code field }
    } }"""
    done = api.run(query, input={"subject": model, "keys": ["a", key]})
    assert done["userErrors"] == [{"code": "INVALID", "field": ["keys", "1"]}]
    assert done["change"] is None
    done = api.run(query, input={"subject": model, "keys": ["a", "none"]})
    assert (done["subject"], done["userErrors"]) == ({"tags": []}, [])
