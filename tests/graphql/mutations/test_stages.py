"""Stages: a version moves, an incumbent makes room, and lost updates are refused."""

from typing import Any

import pytest

from tests.graphql.conftest import Api

MOVE = """
mutation Move($input: TransitionStageInput!) {
  transitionStage(input: $input) {
    modelVersion { number revision stage { name } stageSince updatedAt }
    archived { number stage { name } }
    change { action before after }
    userErrors { code field message suggestions ... on Conflict { currentRevision } }
  }
}"""

DRAFT = """
mutation Draft($model: ID!) {
  createModelVersion(input: {model: {id: $model}, version: {semver: "1.5.0"}, draft: true}) {
    modelVersion { id }
  }
}"""
FAIL = """
mutation Fail($version: ID!) {
  finalizeModelVersion(input: {version: {id: $version}, outcome: FAILED}) { modelVersion { id } }
}"""
NAME = """
mutation Name($version: ID!) {
  setAlias(input: {version: {id: $version}, alias: "champion"}) { userErrors { code field message } }
}"""
WITHIN = """
query Within($range: String!) {
  modelVersion(by: {semver: {model: {name: "bert"}, range: $range}}) { semver }
}"""


def move(api: Api, version: str, to: str, **further: Any) -> Any:
    return api.run(MOVE, input={"version": {"id": version}, "to": to, **further})


def test_it_works(api: Api) -> None:
    version = api.model("bert", version={})["version"]
    done = move(api, version, "PRODUCTION", comment="better on German")
    assert done["modelVersion"]["stage"] == {"name": "PRODUCTION"}
    assert done["modelVersion"]["revision"] == 2
    assert done["modelVersion"]["stageSince"] == done["modelVersion"]["updatedAt"]
    assert (done["archived"], done["userErrors"]) == ([], [])
    assert done["change"] == {
        "action": "version.staged",
        "before": {"stage": "DEVELOPMENT"},
        "after": {"stage": "PRODUCTION", "comment": "better on German"},
    }


def test_incumbents_are_archived_if_asked(api: Api) -> None:
    model = api.model("bert")["model"]
    versions = [api.version(model) for _ in range(3)]
    for version in versions[:2]:
        assert move(api, version, "PRODUCTION")["archived"] == []
    done = move(api, versions[2], "PRODUCTION", archiveIncumbents=True)
    assert done["archived"] == [{"number": number, "stage": {"name": "ARCHIVED"}} for number in (1, 2)]
    found = api.run(
        "{ modelVersions(orderBy: {field: NUMBER, direction: ASC}) { nodes { stage { name } } } }"
    )
    assert [one["stage"]["name"] for one in found["nodes"]] == ["ARCHIVED", "ARCHIVED", "PRODUCTION"]
    found = api.run('{ registeredModels { nodes { latestVersion(stage: "PRODUCTION") { number } } } }')
    assert found["nodes"] == [{"latestVersion": {"number": 3}}]


def test_moving_to_where_it_is_changes_nothing(api: Api) -> None:
    version = api.model("bert", version={})["version"]
    done = move(api, version, "DEVELOPMENT")
    assert (done["change"], done["userErrors"], done["modelVersion"]["revision"]) == (None, [], 1)


def test_a_lost_update_is_refused(api: Api) -> None:
    version = api.model("bert", version={})["version"]
    assert move(api, version, "STAGING", expectedRevision=1)["userErrors"] == []
    [error] = move(api, version, "PRODUCTION", expectedRevision=1)["userErrors"]
    assert (error["code"], error["field"]) == ("STALE_REVISION", ["expectedRevision"])
    assert error["currentRevision"] == 2


@pytest.mark.parametrize("state", ["PENDING", "FAILED"])
def test_nobody_is_led_to_what_is_not_ready(api: Api, state: str) -> None:
    model = api.model("bert", version={"semver": "1.0.0"})["model"]
    made = api.run(DRAFT, model=model)["modelVersion"]["id"]
    if state == "FAILED":
        api.run(FAIL, version=made)
    for refused in (move(api, made, "STAGING"), move(api, made, "PRODUCTION"), api.run(NAME, version=made)):
        [error] = refused["userErrors"]
        assert (error["code"], error["field"]) == ("CONFLICT", ["version"])
        assert state in error["message"]
    assert move(api, made, "ARCHIVED")["modelVersion"]["stage"] == {"name": "ARCHIVED"}
    within = [api.run(WITHIN, range=wanted)["semver"] for wanted in ("^1.0", "*", "1.5.0")]
    assert within == ["1.0.0", "1.0.0", "1.5.0"]


def test_an_unknown_stage_comes_with_the_nearest(api: Api) -> None:
    version = api.model("bert", version={})["version"]
    [error] = move(api, version, "Prodution")["userErrors"]
    assert (error["code"], error["field"], error["suggestions"]) == ("NOT_FOUND", ["to"], ["PRODUCTION"])
