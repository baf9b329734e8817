"""What is registered can be changed, retired, deleted and brought back."""

from typing import Any

from app.graphql.enums import VersionOutcome
from tests.graphql.conftest import Api

BY_A: dict[str, Any] = {"name": {"name": "a"}}
FACTS = """
query ($by: RegisteredModelBy!) { registeredModel(by: $by) {
  id name description license languages revision deletedAt owners { ... on User { name } }
  retirement { reason at by { ... on User { name } } replacement { name } }
} }"""


def mutate(api: Api, mutation: str, answer: str, /, **given: Any) -> Any:
    """Run one mutation and return its payload; its input type is named after it."""
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    query = (
        f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ {answer} "
        "userErrors { __typename code field message ... on Conflict { currentRevision existing { id } } } } }"
    )
    return api.run(query, input=given)


def register(api: Api, name: str, /, **given: Any) -> Any:
    payload = mutate(api, "registerModel", "registeredModel { id }", name=name, **given)
    assert payload["userErrors"] == []
    return payload["registeredModel"]["id"]


def test_it_works(api: Api) -> None:
    register(api, "a", facts={"description": "old", "license": "MIT", "languages": ["de"]})
    done = mutate(
        api,
        "updateModel",
        "registeredModel { description license languages revision } change { action before after }",
        model=BY_A,
        expectedRevision=1,
        patch={"description": "new", "license": None},
    )
    assert done["registeredModel"] == {
        "description": "new",
        "license": None,
        "languages": ["de"],
        "revision": 2,
    }
    assert done["change"]["after"] == {"description": "new", "license": None}


def test_a_lost_update_is_refused(api: Api) -> None:
    register(api, "a")
    mutate(api, "updateModel", "registeredModel { id }", model=BY_A, patch={"family": "bert"})
    late = mutate(
        api, "updateModel", "registeredModel { id }", model=BY_A, expectedRevision=1, patch={"family": "t5"}
    )
    [error] = late["userErrors"]
    assert (error["code"], error["currentRevision"]) == ("STALE_REVISION", 2)
    assert late["registeredModel"] is None


def test_owners_are_principals(api: Api) -> None:
    me = api.run("{ viewer { principal { ... on User { id } } } }")["principal"]["id"]
    register(api, "a", facts={"owners": [me]})
    assert api.run(FACTS, by=BY_A)["owners"] == [{"name": "local"}]
    wrong = mutate(api, "updateModel", "registeredModel { id }", model=BY_A, patch={"owners": ["usr_x"]})
    assert wrong["userErrors"][0]["field"] == ["patch", "owners", "0"]


def test_an_old_name_leads_to_the_model(api: Api) -> None:
    identifier = register(api, "a")
    done = mutate(api, "renameModel", "registeredModel { name }", model=BY_A, name="b")
    assert done["registeredModel"] == {"name": "b"}
    assert api.run(FACTS, by=BY_A)["id"] == identifier
    wrong = mutate(api, "renameModel", "registeredModel { name }", model=BY_A, name="a/b")
    assert (wrong["userErrors"][0]["code"], wrong["userErrors"][0]["field"]) == ("INVALID", ["name"])


def test_a_retired_model_names_its_replacement(api: Api) -> None:
    register(api, "a")
    register(api, "b")
    replacement = {"name": {"name": "b"}}
    mutate(api, "retireModel", "registeredModel { id }", model=BY_A, reason="slow", replacement=replacement)
    told = api.run(FACTS, by=BY_A)["retirement"]
    assert (told["reason"], told["replacement"], told["by"]) == ("slow", {"name": "b"}, {"name": "local"})


def test_a_deleted_model_comes_back(api: Api) -> None:
    identifier = register(api, "a", version={})
    assert mutate(api, "deleteModel", "deletedId", model=BY_A)["deletedId"] == identifier
    assert api.run("{ registeredModels { totalCount } }") == {"totalCount": 0}
    assert api.run("query ($id: ID!) { node(id: $id) { id } }", id=identifier) is None
    back = mutate(api, "restoreModel", "registeredModel { name latestVersion { number } }", id=identifier)
    assert back["registeredModel"] == {"name": "a", "latestVersion": {"number": 1}}


def test_a_draft_ends_once(api: Api) -> None:
    register(api, "a")
    made = mutate(api, "createModelVersion", "modelVersion { id state }", model=BY_A, version={}, draft=True)
    assert made["modelVersion"]["state"] == "PENDING"
    version = {"id": made["modelVersion"]["id"]}
    ended = mutate(api, "finalizeModelVersion", "modelVersion { state }", version=version)
    assert ended["modelVersion"] == {"state": VersionOutcome.READY.name}
    late = mutate(api, "finalizeModelVersion", "modelVersion { state }", version=version, outcome="FAILED")
    assert late["userErrors"][0]["code"] == "IMMUTABLE"


def test_a_version_is_described_and_deleted(api: Api) -> None:
    register(api, "a", version={"semver": "1.0.0"})
    version = {"number": {"model": {"name": "a"}, "number": 1}}
    done = mutate(
        api,
        "updateModelVersion",
        "modelVersion { semver description revision }",
        version=version,
        patch={"semver": None, "description": "x"},
    )
    assert done["modelVersion"] == {"semver": None, "description": "x", "revision": 2}
    assert mutate(api, "deleteModelVersion", "deletedId", version=version)["deletedId"]
    assert (
        api.error("query ($by: ModelVersionBy!) { modelVersion(by: $by) { id } }", by=version)["code"]
        == "NOT_FOUND"
    )


def test_tags_and_aliases_are_removed(api: Api) -> None:
    identifier = register(api, "a", tags=[{"key": "x", "value": 1}, {"key": "y", "value": 2}], version={})
    version = {"number": {"model": {"name": "a"}, "number": 1}}
    mutate(api, "setAlias", "modelVersion { id }", version=version, alias="champion")
    left = mutate(
        api,
        "removeTags",
        "subject { ... on RegisteredModel { tags { key } } }",
        subject=identifier,
        keys=["x"],
    )
    assert left["subject"] == {"tags": [{"key": "y"}]}
    gone = mutate(api, "removeAlias", "registeredModel { aliases { name } }", model=BY_A, alias="champion")
    assert gone["registeredModel"] == {"aliases": []}
    again = mutate(api, "removeAlias", "registeredModel { id }", model=BY_A, alias="champion")
    assert again["userErrors"][0]["code"] == "NOT_FOUND"


def test_a_metric_and_a_task_are_defined(api: Api) -> None:
    made = mutate(
        api,
        "defineMetric",
        "metricDefinition { name direction unit }",
        name="zing",
        direction="MINIMIZE",
        unit="z",
    )
    assert made["metricDefinition"] == {"name": "zing", "direction": "MINIMIZE", "unit": "z"}
    twice = mutate(api, "defineMetric", "metricDefinition { name }", name="zing", direction="NONE")
    assert twice["userErrors"][0]["code"] == "ALREADY_EXISTS"
    alike = "... on Conflict { code existing { ... on MetricDefinition { name } ... on Task { name } } }"
    for name, there in (("ZING", "zing"), ("top_1-Accuracy", "top-1 accuracy")):
        made = mutate(api, "defineMetric", f"userErrors {{ {alike} }}", name=name, direction="NONE")
        [refused] = made["userErrors"]
        assert (refused["code"], refused["existing"]["name"]) == ("ALREADY_EXISTS", there)
    task = {
        "name": "cat_herding",
        "title": "Cat herding",
        "description": "Keep cats together.",
        "synonyms": ["herd cats"],
    }
    assert mutate(api, "defineTask", "task { name synonyms }", **task)["task"]["synonyms"] == ["herd cats"]
    for name in ("cat herding", "Cat-Herding"):
        made = mutate(api, "defineTask", f"userErrors {{ {alike} }}", **{**task, "name": name})
        [refused] = made["userErrors"]
        assert (refused["code"], refused["existing"]["name"]) == ("ALREADY_EXISTS", "cat_herding")
    register(api, "a", facts={"task": "Herd-Cats"})
    assert api.run("query ($by: RegisteredModelBy!) { registeredModel(by: $by) { task } }", by=BY_A) == {
        "task": "cat_herding"
    }


def test_a_dataset_gets_versions_and_is_revoked(api: Api) -> None:
    first = mutate(
        api,
        "registerDataset",
        "dataset { id name } datasetVersion { label }",
        name="d",
        version={"label": "1", "rowCount": 3},
    )
    second = mutate(
        api,
        "registerDataset",
        "dataset { id } datasetVersion { id label containsPii }",
        name="d",
        version={"label": "2"},
    )
    assert first["dataset"]["id"] == second["dataset"]["id"]
    assert second["datasetVersion"]["containsPii"] is None
    identifier = second["datasetVersion"]["id"]
    facts = {"containsPii": True, "revoked": True, "reason": "consent withdrawn"}
    done = mutate(
        api,
        "updateDatasetVersion",
        "datasetVersion { containsPii revokedAt } change { after }",
        id=identifier,
        **facts,
    )
    assert done["datasetVersion"]["containsPii"] is True
    assert done["datasetVersion"]["revokedAt"]
    assert done["change"]["after"].keys() == {"containsPii", "revokedAt", "reason"}
    assert done["change"]["after"]["reason"] == "consent withdrawn"
    again = mutate(api, "registerDataset", "dataset { id }", name="d", version={"label": "2"})
    assert again["userErrors"][0]["code"] == "ALREADY_EXISTS"
    assert again["userErrors"][0]["field"] == ["version", "label"]


def test_what_contradicts_the_present_state_is_a_conflict(api: Api) -> None:
    register(api, "a", version={})
    register(api, "b")
    mutate(api, "retireModel", "registeredModel { id }", model={"name": {"name": "b"}}, reason="slow")
    version = {"number": {"model": {"name": "a"}, "number": 1}}
    refused: dict[str, tuple[str, dict[str, Any]]] = {
        "ALREADY_EXISTS": ("renameModel", {"model": BY_A, "name": "b"}),
        "STALE_REVISION": ("deleteModel", {"model": BY_A, "expectedRevision": 7}),
        "CONFLICT": ("retireModel", {"model": BY_A, "reason": "old", "replacement": {"name": {"name": "b"}}}),
        "IMMUTABLE": ("finalizeModelVersion", {"version": version, "outcome": "FAILED"}),
    }
    for code, (mutation, given) in refused.items():
        [error] = mutate(api, mutation, "change { id }", **given)["userErrors"]
        assert (error["code"], error["__typename"]) == (code, "Conflict")
