"""Versions: created, named in several ways, and read with everything that hangs on them."""

from typing import Any

import pytest

from tests.graphql.conftest import Api

VERSION = """
query Version($by: ModelVersionBy!) {
  modelVersion(by: $by) {
    id number semver state stage { name rank allowedNext exclusive } stageSince
    description source runId framework parameterCount sizeBytes releasedAt revision createdAt updatedAt
    registeredModel { name } aliases { name } tags { key value }
    params { totalCount nodes { name value } } param(name: "lr") { value }
    createdBy { ... on User { name } }
  }
}"""
FACTS = {
    "semver": "1.4.2-rc.1",
    "description": "Trained longer",
    "source": "s3://weights/bert",
    "runId": "run-7",
    "framework": "PyTorch",
    "parameterCount": 2**53 - 1,
    "sizeBytes": 0,
    "releasedAt": "2020-02-27T10:00:00.000000Z",
}
PARAMS = [
    {"name": "epochs", "value": 3},
    {"name": "lr", "value": 0.1},
    {"name": "schedule", "value": {"warmup": [1, 2.5, None], "cosine": True}},
]


def test_it_works(api: Api) -> None:
    model = api.model("bert")["model"]
    version = api.version(model, **FACTS, params=PARAMS, tags=[{"key": "gpu", "value": "H200"}])
    found = api.run(VERSION, by={"id": version})
    assert {name: found[name] for name in FACTS} == FACTS
    assert (found["number"], found["state"], found["revision"]) == (1, "READY", 1)
    assert found["stage"]["name"] == "DEVELOPMENT"
    assert found["stage"]["allowedNext"] == ["STAGING", "PRODUCTION", "ARCHIVED"]
    assert found["stageSince"] == found["createdAt"] == found["updatedAt"]
    assert found["registeredModel"] == {"name": "bert"}
    assert found["params"] == {"totalCount": 3, "nodes": PARAMS}
    assert found["param"] == {"value": 0.1}
    assert found["tags"] == [{"key": "gpu", "value": "H200"}]
    assert found["createdBy"] == {"name": "local"}


def test_numbers_count_up_in_each_model(api: Api) -> None:
    first, second = (api.model(name)["model"] for name in ("a", "b"))
    for model in (first, first, second):
        api.version(model)
    found = api.run(
        "{ registeredModels { nodes { name versions { nodes { number } } latestVersion { number } } } }"
    )["nodes"]
    assert [one["versions"]["nodes"] for one in found] == [[{"number": 2}, {"number": 1}], [{"number": 1}]]
    assert [one["latestVersion"]["number"] for one in found] == [2, 1]


def test_a_version_is_named_in_several_ways(api: Api) -> None:
    model = api.model("bert")["model"]
    first, second = api.version(model), api.version(model)
    for to in ("STAGING", "PRODUCTION"):
        api.run(
            """mutation($input: TransitionStageInput!) {
              transitionStage(input: $input) { userErrors { message } }
            }""",
            input={"version": {"id": first}, "to": to},
        )
    api.run(
        "mutation($input: SetAliasInput!) { setAlias(input: $input) { userErrors { message } } }",
        input={"version": {"id": first}, "alias": "Champion"},
    )
    name = {"name": "bert"}
    ways: dict[str, list[tuple[dict[str, Any], str]]] = {
        "number": [({"model": name, "number": 1}, first), ({"model": name, "number": 2}, second)],
        "alias": [
            ({"model": name, "alias": "Champion"}, first),
            ({"model": name, "alias": "latest"}, second),
            ({"model": name, "alias": "v1"}, first),
        ],
        "stage": [
            ({"model": name, "stage": "PRODUCTION"}, first),
            ({"model": name, "stage": "DEVELOPMENT"}, second),
        ],
    }
    for way, cases in ways.items():
        for given, expected in cases:
            assert api.run(VERSION, by={way: given})["id"] == expected, (way, given)


@pytest.mark.parametrize(
    ("by", "field", "suggestions"),
    [
        ({"number": {"model": {"name": "bert"}, "number": 9}}, "by.number.number", ["2", "1"]),
        ({"number": {"model": {"name": "brt"}, "number": 1}}, "by.number.model.name", ["bert"]),
        ({"alias": {"model": {"name": "bert"}, "alias": "champion"}}, "by.alias.alias", ["Champion"]),
        (
            {"alias": {"model": {"name": "bert", "namespace": "x"}, "alias": "a"}},
            "by.alias.model.namespace",
            [],
        ),
        ({"stage": {"model": {"name": "bert"}, "stage": "Development"}}, "by.stage.stage", ["DEVELOPMENT"]),
    ],
)
def test_what_is_not_there_comes_with_the_nearest(
    api: Api, by: dict[str, object], field: str, suggestions: list[str]
) -> None:
    model = api.model("bert")["model"]
    for _ in range(2):
        version = api.version(model)
    api.run(
        "mutation($input: SetAliasInput!) { setAlias(input: $input) { userErrors { message } } }",
        input={"version": {"id": version}, "alias": "Champion"},
    )
    error = api.error(VERSION, by=by)
    assert (error["code"], error["field"], error["suggestions"]) == ("NOT_FOUND", field, suggestions)


def test_a_taken_semantic_version_says_who_has_it(api: Api) -> None:
    model = api.model("bert")["model"]
    version = api.version(model, semver="1.0.0")
    refused = api.run(
        """mutation($input: CreateModelVersionInput!) { createModelVersion(input: $input) {
          modelVersion { id } change { id } userErrors { code field ... on Conflict { existing { id } } }
        } }""",
        input={"model": {"id": model}, "version": {"semver": "1.0.0"}},
    )
    taken = {"code": "ALREADY_EXISTS", "field": ["version", "semver"], "existing": {"id": version}}
    assert refused == {"modelVersion": None, "change": None, "userErrors": [taken]}


def test_a_semantic_version_that_failed_or_was_deleted_stays_taken(api: Api) -> None:
    def create(version: dict[str, str], *, draft: bool = False) -> Any:
        payload = api.run(
            """mutation($input: CreateModelVersionInput!) { createModelVersion(input: $input) {
              modelVersion { id } userErrors { message ... on Conflict { existing { id } } } } }""",
            input={"model": {"id": model}, "version": version, "draft": draft},
        )
        return payload["modelVersion"] or payload["userErrors"]

    model = api.model("bert")["model"]
    failed, deleted = create({"semver": "1.0.0"}, draft=True)["id"], create({"semver": "2.0.0"})["id"]
    api.run(
        "mutation($id: ID!) { finalizeModelVersion(input: {version: {id: $id}, outcome: FAILED}) {"
        " userErrors { code } } }",
        id=failed,
    )
    api.run(
        "mutation($id: ID!) { deleteModelVersion(input: {version: {id: $id}}) { userErrors { code } } }",
        id=deleted,
    )
    asked = "choose another, or give that version another first"
    message = f"version 1 of model 'bert', which FAILED, has the semver 1.0.0: {asked}"
    assert create({"semver": "1.0.0"}) == [{"message": message, "existing": {"id": failed}}]
    message = "version 2 of model 'bert', which was deleted, has the semver 2.0.0: choose another"
    assert create({"semver": "2.0.0"}) == [{"message": message, "existing": None}]
    freed = api.run(
        "mutation($id: ID!) { updateModelVersion(input: {version: {id: $id}, patch: {semver: null}}) {"
        " userErrors { code } } }",
        id=failed,
    )
    assert freed == {"userErrors": []}
    assert create({"semver": "1.0.0"})["id"]


def test_versions_of_all_models_are_listed_the_newest_first(api: Api) -> None:
    made = [api.version(api.model(name)["model"]) for name in ("a", "b", "c")]
    found = api.run("{ modelVersions { totalCount nodes { id registeredModel { name } } } }")
    assert [one["id"] for one in found["nodes"]] == made[::-1]
    assert [one["registeredModel"]["name"] for one in found["nodes"]] == ["c", "b", "a"]
    assert found["totalCount"] == 3
    ordered = "{ modelVersions(orderBy: {field: CREATED_AT, direction: ASC}) { nodes { id } } }"
    assert [one["id"] for one in api.run(ordered)["nodes"]] == made


def test_the_latest_version_of_a_stage(api: Api) -> None:
    model = api.model("bert")["model"]
    for _ in range(2):
        api.version(model)
    found = "query($stage: String) { registeredModels { nodes { latestVersion(stage: $stage) { number } } } }"
    assert api.run(found, stage="DEVELOPMENT")["nodes"] == [{"latestVersion": {"number": 2}}]
    assert api.run(found, stage="PRODUCTION")["nodes"] == [{"latestVersion": None}]
    error = api.error(found, stage="Production")
    assert (error["code"], error["field"], error["suggestions"]) == ("NOT_FOUND", "stage", ["PRODUCTION"])


def test_the_same_field_can_be_asked_for_twice(api: Api) -> None:
    model = api.model("bert")["model"]
    for _ in range(3):
        api.version(model)
    found = api.run(
        """query($one: Int!, $order: VersionOrderField!) { registeredModels { nodes {
          newest: versions(first: $one) { nodes { number } }
          oldest: versions(first: $one, orderBy: {field: $order, direction: ASC}) {
            nodes { number createdAt }
          }
          ...Counted
        } } }
        fragment Counted on RegisteredModel {
          oldest: versions(first: $one, orderBy: {field: $order, direction: ASC}) {
            totalCount nodes { number }
          }
        }""",
        one=1,
        order="NUMBER",
    )["nodes"][0]
    assert found["newest"] == {"nodes": [{"number": 3}]}
    assert found["oldest"]["totalCount"] == 3
    assert found["oldest"]["nodes"][0]["number"] == 1
    assert "createdAt" in found["oldest"]["nodes"][0]


def test_a_version_by_a_range_of_semantic_versions(api: Api) -> None:
    model = api.model("bert")["model"]
    for semver in ("1.4.2", "1.10.0", "2.0.0"):
        api.version(model, semver=semver)
    query = "query($b: ModelVersionBy!) { modelVersion(by: $b) { semver } }"

    def by(text: str) -> dict[str, Any]:
        return {"semver": {"model": {"name": "bert"}, "range": text}}

    assert api.run(query, b=by("^1.4")) == {"semver": "1.10.0"}
    absent, wrong = api.error(query, b=by("1.4.3")), api.error(query, b=by("newest"))
    assert (absent["code"], absent["field"]) == ("NOT_FOUND", "by.semver.range")
    assert absent["suggestions"][0] == "1.4.2"
    assert (wrong["code"], wrong["field"]) == ("BAD_USER_INPUT", "by.semver.range")
    assert (
        api.error(query, b={"semver": {"model": {"name": "brt"}, "range": "*"}})["field"]
        == "by.semver.model.name"
    )
