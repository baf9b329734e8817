"""Anything by its id."""

import pytest

from tests.graphql.conftest import Api

NODE = "query Node($id: ID!) { node(id: $id) { __typename id } }"


def test_it_works(api: Api) -> None:
    api.store.dataset("imagenet", versions=[{"label": "1"}])
    use = {"dataset": {"name": {"name": "imagenet"}}, "role": "TRAINING"}
    made = api.model("bert", version={"datasets": [use]})
    found = api.run(
        """query($id: ID!) {
          viewer { principal { ... on User { id } } }
          tasks(first: 1) { nodes { id } }
          changes(first: 1) { nodes { id actor { ... on ServiceAccount { id } } } }
          modelVersion(by: {id: $id}) {
            id registeredModel { id namespace { id } }
            datasets { nodes { datasetVersion { id dataset { id } } } }
            lineage(direction: UPSTREAM) { edges { id } }
          }
        }""",
        id=made["version"],
    )
    version = found["modelVersion"]
    dataset = version["datasets"]["nodes"][0]["datasetVersion"]
    change = found["changes"]["nodes"][0]
    expected = {
        "User": found["viewer"]["principal"]["id"],
        "ServiceAccount": change["actor"]["id"],
        "Task": found["tasks"]["nodes"][0]["id"],
        "Change": change["id"],
        "ModelVersion": version["id"],
        "RegisteredModel": version["registeredModel"]["id"],
        "Namespace": version["registeredModel"]["namespace"]["id"],
        "DatasetVersion": dataset["id"],
        "Dataset": dataset["dataset"]["id"],
        "LineageEdge": version["lineage"]["edges"][0]["id"],
        "MetricDefinition": metric_definition(api),
    }
    for kind, identifier in expected.items():
        assert api.run(NODE, id=identifier) == {"__typename": kind, "id": identifier}


def metric_definition(api: Api) -> str:
    """Return the id of one of the metrics that are defined from the first day."""
    subjects = [change.subject_id for change in api.store.changes()]
    return next(subject for subject in subjects if subject.startswith("mtd_"))


def test_a_metric_definition_tells_its_direction(api: Api) -> None:
    query = (
        "query($id: ID!) { node(id: $id) { ... on MetricDefinition { name direction unit description } } }"
    )
    found = api.run(query, id=metric_definition(api))
    assert found["direction"] in {"MAXIMIZE", "MINIMIZE", "NONE"}
    assert found["name"]


@pytest.mark.parametrize(
    "prefix", ["mdl", "ver", "dst", "dsv", "nsp", "tsk", "mtd", "chg", "lin", "ext", "usr", "sva"]
)
def test_nothing_is_null(shared_api: Api, prefix: str) -> None:
    assert shared_api.run(NODE, id=f"{prefix}_{'0' * 32}") is None


@pytest.mark.parametrize(
    "text", ["", "bert", "mdl_", "xxx_" + "0" * 32, "mdl_" + "g" * 32, "😀", "\ud800", "\x00"]
)
def test_what_is_no_id_is_refused(shared_api: Api, text: str) -> None:
    error = shared_api.error(NODE, id=text)
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "id")


def test_an_id_of_another_kind_is_refused(api: Api) -> None:
    made = api.model("bert", version={})
    error = api.error("query($id: ID!) { modelVersion(by: {id: $id}) { id } }", id=made["model"])
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "by.id")
    assert error["message"] == f"{made['model']} is the id of a model; that of a model version is needed"
    error = api.error("query($id: ID!) { registeredModel(by: {id: $id}) { id } }", id=made["version"])
    assert error["field"] == "by.id"


def test_fields_of_several_types_are_read_where_they_apply(api: Api) -> None:
    made = api.model("bert", version={}, tags=[{"key": "a", "value": 1}])
    query = """query($id: ID!) { node(id: $id) {
      ... on RegisteredModel { tags { key } latestVersion { number } }
      ... on ModelVersion { number tags { key } registeredModel { tags { key } } }
    } }"""
    assert api.run(query, id=made["model"]) == {"tags": [{"key": "a"}], "latestVersion": {"number": 1}}
    assert api.run(query, id=made["version"]) == {
        "number": 1,
        "tags": [],
        "registeredModel": {"tags": [{"key": "a"}]},
    }
