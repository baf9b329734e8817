"""Models, as somebody registers them and reads them again."""

import pytest

from tests.graphql.conftest import Api

MODEL = """
query Model($by: RegisteredModelBy!) {
  registeredModel(by: $by) {
    id name displayName description task domains framework architecture family license publisher languages
    paperUrl codeUrl pageUrl revision createdAt updatedAt
    namespace { name } tags { key value } tag(key: "team") { value } aliases { name }
    createdBy { __typename ... on User { name } }
    latestVersion { number }
    versions { totalCount nodes { number } }
  }
}"""
LIST = """
query List($order: ModelOrder, $filter: ModelFilter) {
  registeredModels(orderBy: $order, filter: $filter) { totalCount nodes { name } }
}"""
FACTS = {
    "displayName": "ResNet-50",
    "description": "Sees *things*",
    "task": "Image Classification",
    "domains": ["computer vision"],
    "framework": "PyTorch",
    "architecture": "ResNet",
    "family": "ResNet",
    "license": "Apache-2.0",
    "publisher": "timm",
    "languages": ["de", "en"],
    "paperUrl": "https://arxiv.org/abs/1512.03385",
    "codeUrl": "https://github.com/huggingface/pytorch-image-models",
    "pageUrl": "https://example.org/resnet50",
}


def test_it_works(api: Api) -> None:
    made = api.model("resnet50", version={}, tags=[{"key": "team", "value": "vision"}], **FACTS)
    found = api.run(MODEL, by={"name": {"name": "resnet50"}})
    assert {name: found[name] for name in FACTS} == {**FACTS, "task": "image_classification"}
    assert found["id"] == made["model"]
    assert found["namespace"] == {"name": "default"}
    assert found["tags"] == [{"key": "team", "value": "vision"}]
    assert found["tag"] == {"value": "vision"}
    assert found["createdBy"] == {"__typename": "User", "name": "local"}
    assert found["latestVersion"] == {"number": 1}
    assert found["versions"] == {"totalCount": 1, "nodes": [{"number": 1}]}
    assert found["revision"] == 1
    assert found["createdAt"] == found["updatedAt"]
    assert found["createdAt"].endswith("Z")
    assert api.run(MODEL, by={"id": made["model"]}) == found


def test_what_is_not_stated_is_null(api: Api) -> None:
    api.model("bare")
    found = api.run(MODEL, by={"name": {"name": "bare"}})
    assert {found[name] for name in FACTS if not isinstance(FACTS[name], list)} == {None}
    assert (found["domains"], found["languages"], found["tags"], found["aliases"]) == ([], [], [], [])
    assert (found["tag"], found["latestVersion"]) == (None, None)
    assert found["versions"] == {"totalCount": 0, "nodes": []}


def test_a_registration_answers_with_what_it_made(api: Api) -> None:
    made = api.run(
        """mutation { registerModel(input: {name: "new", clientMutationId: "7", version: {semver: "1.0.0"}}) {
          registeredModel { name latestVersion { semver } }
          modelVersion { number registeredModel { name } }
          change { action subject { id } actor { ... on User { name } } requestId }
          clientMutationId userErrors { message }
        } }"""
    )
    assert made["registeredModel"] == {"name": "new", "latestVersion": {"semver": "1.0.0"}}
    assert made["modelVersion"] == {"number": 1, "registeredModel": {"name": "new"}}
    assert made["change"]["action"] == "model.registered"
    assert made["change"]["actor"] == {"name": "local"}
    assert made["change"]["requestId"].startswith("req_")
    assert (made["clientMutationId"], made["userErrors"]) == ("7", [])


def test_a_bad_first_version_leaves_no_model(api: Api) -> None:
    refused = api.run(
        """mutation { registerModel(input: {name: "half", version: {semver: "one"}}) {
          registeredModel { id } change { id } userErrors { code field }
        } }"""
    )
    assert refused["userErrors"] == [{"code": "INVALID", "field": ["version", "semver"]}]
    assert (refused["registeredModel"], refused["change"]) == (None, None)
    assert api.error(MODEL, by={"name": {"name": "half"}})["code"] == "NOT_FOUND"


def test_a_name_belongs_to_its_namespace(api: Api) -> None:
    made = api.run(
        'mutation { createNamespace(input: {name: "team"}) { namespace { name stages { name } } } }'
    )
    assert made["namespace"]["name"] == "team"
    first, second = api.model("bert"), api.model("bert", namespace="team")
    assert first != second
    found = api.run(MODEL, by={"name": {"namespace": "team", "name": "bert"}})
    assert (found["id"], found["namespace"]) == (second["model"], {"name": "team"})
    assert api.run('{ namespace(name: "team") { name description } }') == {
        "name": "team",
        "description": None,
    }


def test_a_name_is_kept_in_composed_form(api: Api) -> None:
    made = api.model("cafe\u0301")
    assert api.run(MODEL, by={"name": {"name": "caf\u00e9"}})["id"] == made["model"]
    assert api.run(MODEL, by={"name": {"name": "cafe\u0301"}})["name"] == "caf\u00e9"


@pytest.mark.parametrize(
    ("field", "direction", "expected"),
    [
        ("NAME", "ASC", ["apple", "Banana", "cherry"]),
        ("NAME", "DESC", ["cherry", "Banana", "apple"]),
        ("CREATED_AT", "ASC", ["Banana", "cherry", "apple"]),
        ("UPDATED_AT", "DESC", ["Banana", "apple", "cherry"]),
    ],
)
def test_models_are_listed_in_order(api: Api, field: str, direction: str, expected: list[str]) -> None:
    banana = api.model("Banana")
    api.model("cherry")
    api.model("apple")
    api.version(banana["model"])
    found = api.run(LIST, order={"field": field, "direction": direction})
    assert found == {"totalCount": 3, "nodes": [{"name": name} for name in expected]}


def test_an_unknown_name_comes_with_the_nearest(api: Api) -> None:
    api.model("bert-base-uncased")
    api.model("resnet50")
    error = api.error(MODEL, by={"name": {"name": "bert-base-unkased"}})
    assert (error["code"], error["field"]) == ("NOT_FOUND", "by.name.name")
    assert error["suggestions"] == ["bert-base-uncased"]
    error = api.error(MODEL, by={"name": {"namespace": "defualt", "name": "resnet50"}})
    assert (error["code"], error["field"], error["suggestions"]) == (
        "NOT_FOUND",
        "by.name.namespace",
        ["default"],
    )
    error = api.error('{ namespace(name: "defualt") { id } }')
    assert (error["code"], error["field"], error["suggestions"]) == ("NOT_FOUND", "name", ["default"])


def test_a_taken_name_says_who_has_it(api: Api) -> None:
    made = api.model("taken")
    refused = api.run(
        """mutation { registerModel(input: {name: "taken"}) {
          userErrors { __typename code field message suggestions ... on Conflict { existing { id } } }
        } }"""
    )
    assert refused["userErrors"] == [
        {
            "__typename": "Conflict",
            "code": "ALREADY_EXISTS",
            "field": ["name"],
            "message": "there is a model 'taken' in namespace 'default' already",
            "suggestions": [],
            "existing": {"id": made["model"]},
        }
    ]
