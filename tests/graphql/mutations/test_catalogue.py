"""Namespaces, datasets, metric definitions, many things by their ids, and their histories."""

from typing import Any

import pytest

from tests.graphql.conftest import Api

pytestmark = pytest.mark.both_databases

DATASETS = "query($f: DatasetFilter) { datasets(filter: $f) { totalCount nodes { name } } }"
CHANGES = "query($f: ChangeFilter) { changes(filter: $f, last: 3) { totalCount nodes { action } } }"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


def test_many_things_by_their_ids(api: Api) -> None:
    made = api.model("bert", version={})
    absent = "mdl_" + "0" * 32
    ids = [made["version"], absent, made["model"], made["version"]]
    found = api.run(NODES, ids=ids)
    assert [node and node["__typename"] for node in found] == [
        "ModelVersion",
        None,
        "RegisteredModel",
        "ModelVersion",
    ]
    assert api.run(NODES, ids=[]) == []
    assert api.run(NODES, ids=made["model"])[0]["id"] == made["model"]


@pytest.mark.parametrize(
    ("ids", "field"), [(["mdl_" + "0" * 32] * 101, "ids"), (["mdl_" + "0" * 32, "x"], "ids.1")]
)
def test_ids_that_are_refused(shared_api: Api, ids: list[str], field: str) -> None:
    error = shared_api.answer(NODES, ids=ids)["errors"][0]
    assert (error["extensions"]["code"], ".".join(error["extensions"]["field"])) == ("BAD_USER_INPUT", field)


def test_many_ids_cost_as_much_as_a_page(shared_api: Api) -> None:
    query = """query($ids: [ID!]!) { nodes(ids: $ids) { ... on RegisteredModel {
      versions(first: 100) { nodes { tags { key } params(first: 5) { nodes { name } } } }
    } } }"""
    errors = shared_api.answer(query, ids=["mdl_" + "0" * 32] * 100)["errors"]
    assert errors[0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    literal = query.replace("query($ids: [ID!]!)", "").replace("$ids", str(["x"] * 100).replace("'", '"'))
    assert shared_api.answer(literal)["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


def test_namespaces_with_their_models(api: Api) -> None:
    api.run('mutation { createNamespace(input: {name: "team"}) { userErrors { message } } }')
    for name in ("c", "a", "b"):
        api.model(name, namespace="team", framework="ONNX" if name == "a" else "PyTorch")
    api.model("x")
    query = """query($f: ModelFilter) { namespaces { totalCount nodes {
      name registeredModels(first: 2, filter: $f, orderBy: {field: NAME, direction: DESC}) {
        totalCount nodes { name namespace { name } } pageInfo { hasNextPage }
      } } } }"""
    default, team = api.run(query)["nodes"]
    assert [default["name"], team["name"]] == ["default", "team"]
    assert [node["name"] for node in team["registeredModels"]["nodes"]] == ["c", "b"]
    assert (team["registeredModels"]["totalCount"], team["registeredModels"]["pageInfo"]["hasNextPage"]) == (
        3,
        True,
    )
    assert [node["name"] for node in default["registeredModels"]["nodes"]] == ["x"]
    default, team = api.run(query, f={"framework": {"equals": "onnx"}})["nodes"]
    assert (default["registeredModels"]["totalCount"], team["registeredModels"]["totalCount"]) == (0, 1)


def test_datasets_are_filtered(api: Api) -> None:
    api.store.dataset("ImageNet", tags={"size": 14}, versions=[{"label": "1", "license": "MIT"}])
    pii = {"label": "1", "license": "Straße", "containsPii": True}
    api.store.dataset("COCO", versions=[pii, {"label": "2", "containsPii": False}])
    api.store.dataset("none")

    def names(**wanted: Any) -> list[str]:
        found = api.run(DATASETS, f=wanted)
        assert found["totalCount"] == len(found["nodes"])
        return [node["name"] for node in found["nodes"]]

    assert names() == ["COCO", "ImageNet", "none"]
    assert names(name={"contains": "IMAGE"}) == ["ImageNet"]
    assert names(namespace={"equals": "Default"}, tag={"key": "size", "number": {"gt": 13}}) == ["ImageNet"]
    assert names(tag={"key": "size", "text": {"exists": True}}) == []
    assert names(license={"equals": "STRASSE"}) == names(containsPii=True) == ["COCO"]
    assert names(license={"equals": "strasse"}, containsPii=False) == []
    assert names(license={"exists": False}) == ["COCO"]
    assert names(revoked=False) == ["COCO", "ImageNet"]
    assert names(revoked=True) == []
    coco = api.run('{ dataset(by: {name: {name: "COCO"}}) { id versions { totalCount nodes { id } } } }')
    api.run(
        """mutation($v: ID!) { updateDatasetVersion(input: {id: $v, revoked: true}) {
          userErrors { message }
        } }""",
        v=coco["versions"]["nodes"][0]["id"],
    )
    assert names(revoked=True, containsPii=True) == ["COCO"]
    assert names(revoked=True, containsPii=False) == []


@pytest.mark.parametrize(
    ("by", "code", "field"),
    [
        ({"name": {"name": "imagnet"}}, "NOT_FOUND", "by.name.name"),
        ({"name": {"name": "a/b"}}, "NOT_FOUND", "by.name.name"),
        ({"name": {"name": "x", "namespace": "defalt"}}, "NOT_FOUND", "by.name.namespace"),
        ({"name": {"name": "\x00"}}, "BAD_USER_INPUT", "by.name.name"),
        ({"id": "x"}, "BAD_USER_INPUT", "by.id"),
        ({"id": "dst_" + "0" * 32}, "NOT_FOUND", "by.id"),
    ],
)
def test_a_dataset_that_is_not_there(shared_api: Api, by: dict[str, Any], code: str, field: str) -> None:
    error = shared_api.error("query($b: DatasetBy!) { dataset(by: $b) { id } }", b=by)
    assert (error["code"], error["field"]) == (code, field)


def test_metric_definitions_by_words(shared_api: Api) -> None:
    query = "query($t: String) { metricDefinitions(text: $t) { totalCount nodes { name direction } } }"
    every, some = shared_api.run(query), shared_api.run(query, t="ACCURACY top")
    assert every["totalCount"] >= 60
    assert 0 < some["totalCount"] < every["totalCount"]
    assert {node["direction"] for node in some["nodes"]} == {"MAXIMIZE"}
    assert shared_api.run(query, t="no such metric")["nodes"] == []


def test_the_log_is_filtered(api: Api) -> None:
    made = api.model("bert", version={})
    at = api.run("{ changes(last: 1) { nodes { at actor { ... on User { id } } } } }")["nodes"][0]

    def actions(**wanted: Any) -> list[str]:
        return [node["action"] for node in api.run(CHANGES, f=wanted)["nodes"]]

    assert actions(subject=made["version"]) == ["version.created"]
    assert actions(actor=at["actor"]["id"]) == ["model.registered", "version.created"]
    assert actions(action={"startsWith": "MODEL."}, at={"before": "2100-01-01T00:00:00Z"}) == [
        "model.registered"
    ]
    assert actions(at={"after": at["at"]}) == actions(action={"exists": False}) == []
    assert api.error(CHANGES, f={"actor": made["model"]})["field"] == "filter.actor"
    assert api.error(CHANGES, f={"subject": "bert"})["field"] == "filter.subject"


def test_the_history_of_models_and_versions(api: Api) -> None:
    made, other = api.model("bert", version={}), api.model("gpt", version={})
    second = api.version(made["model"])
    for version in (made["version"], second, other["version"]):
        api.run(
            """mutation($v: ID!) { transitionStage(input: {version: {id: $v}, to: "STAGING"}) {
              userErrors { message }
            } }""",
            v=version,
        )
    query = """query($f: ModelFilter, $first: Int, $after: String) { registeredModels(filter: $f) { nodes {
      history(first: $first, after: $after) {
        totalCount nodes { action subject { id } } pageInfo { endCursor hasNextPage }
      } } } }"""
    only = {"name": {"equals": "bert"}}
    bert, gpt = (node["history"] for node in api.run(query)["nodes"])
    assert [node["action"] for node in bert["nodes"]] == [
        "model.registered",
        "version.created",
        "version.created",
        "version.staged",
        "version.staged",
    ]
    assert (bert["totalCount"], gpt["totalCount"]) == (5, 3)
    page = api.run(query, f=only, first=2)["nodes"][0]["history"]
    rest = api.run(query, f=only, after=page["pageInfo"]["endCursor"])["nodes"][0]["history"]
    assert page["nodes"] + rest["nodes"] == bert["nodes"]
    found = api.run(
        "query($v: ID!) { modelVersion(by: {id: $v}) { history(last: 1) { totalCount nodes { after } } } }",
        v=second,
    )["history"]
    assert found == {"totalCount": 2, "nodes": [{"after": {"stage": "STAGING"}}]}
