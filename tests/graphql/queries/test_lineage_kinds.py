"""What lineage leads to beside versions of models: code, environments and datasets, now and in the past."""

from typing import Any

import pytest

from tests.graphql.conftest import Api
from tests.graphql.moving import attempt, last_change
from tests.graphql.mutations.test_lineage import ADD, END
from tests.graphql.mutations.test_provenance import STATED
from tests.graphql.queries.test_impact import FACTS, IMPACT, dataset, stage

pytestmark = pytest.mark.both_databases

GRAPH = """query($root: ID!, $direction: LineageDirection!, $kinds: [LineageNodeKind!], $at: AsOf) {
  lineage(root: $root, direction: $direction, maxDepth: 5, kinds: $kinds, asOf: $at) {
    root { key name }
    nodes { key name kind entity { __typename id } }
    edges { id downstream upstream relation }
    totalNodes totalEdges
  }
}"""
MADE = """query($id: ID!) { modelVersion(by: {id: $id}) { environment { id } codeRevision { id } } }"""
MADE_WITH = {key: STATED[key] for key in ("environment", "codeRevision")}


def made_with(api: Api, version: str) -> dict[str, str]:
    found = api.run(MADE, id=version)
    return {"environment": found["environment"]["id"], "code": found["codeRevision"]["id"]}


def graph(api: Api, root: str, direction: str = "UPSTREAM", **further: Any) -> Any:
    return api.run(GRAPH, root=root, direction=direction, **further)


def test_code_and_environment_are_nodes(api: Api) -> None:
    version = api.model("one", version=MADE_WITH)["version"]
    other = api.model("other", version=MADE_WITH)["version"]
    ids = made_with(api, version)
    found = graph(api, version)
    assert {(edge["relation"], edge["upstream"]) for edge in found["edges"]} == {
        ("BUILT_FROM", ids["code"]),
        ("RAN_IN", ids["environment"]),
    }
    nodes = {node["kind"]: node for node in found["nodes"]}
    assert nodes["CODE"]["name"] == "ssh://git@example.org/a/b.git at 0a1b2c (changed)"
    assert nodes["ENVIRONMENT"]["name"] == "Python 3.11.9, 8x A100 80GB, Ubuntu 24.04, 2 packages"
    assert nodes["CODE"]["entity"] == {"__typename": "CodeRevision", "id": ids["code"]}
    assert nodes["ENVIRONMENT"]["entity"] == {"__typename": "Environment", "id": ids["environment"]}
    below = graph(api, ids["environment"], "DOWNSTREAM")
    assert {node["key"] for node in below["nodes"]} == {ids["environment"], version, other}
    assert graph(api, version, kinds=["CODE"])["totalNodes"] == 2
    stage(api, other, "PRODUCTION")
    impact = api.run(IMPACT, of=ids["code"], first=10)
    assert [one["version"]["registeredModel"]["name"] for one in impact["staged"]["nodes"]] == ["other"]


def test_what_a_version_was_made_with_stands(api: Api) -> None:
    version = api.model("one", version=MADE_WITH)["version"]
    found = graph(api, version)
    for edge in found["edges"]:
        [error] = api.run(END, input={"id": edge["id"]})["userErrors"]
        assert (error["code"], error["field"]) == ("IMMUTABLE", ["id"])
        given = {"downstream": version, "upstream": {"id": edge["upstream"]}, "relation": "DEPENDS_ON"}
        [error] = api.run(ADD, input=given)["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID", ["upstream", "id"])
    assert graph(api, version) == found


def test_facts_of_a_moment_are_those_of_that_moment(api: Api) -> None:
    data = dataset(api, "faces", license="CC-BY-4.0")
    use = {"dataset": {"name": {"name": "faces"}}, "role": "TRAINING"}
    version = api.model("trained", version={"datasets": [use]})["version"]

    def facts(at: str | None = None) -> list[tuple[str, str]]:
        found = api.run(FACTS, id=version, at={"change": at} if at else None)["inheritedFacts"]
        return [(one["kind"], one["value"]) for one in found]

    moments = [(last_change(api)["id"], facts())]
    for patch in ({"containsPii": True}, {"license": "CC-BY-NC-4.0", "revoked": True}, {"revoked": False}):
        assert attempt(api, "updateDatasetVersion", id=data, **patch) == []
        moments.append((last_change(api)["id"], facts()))
    assert [[kind for kind, _ in found] for _, found in moments] == [
        ["LICENSE"],
        ["LICENSE", "PII"],
        ["LICENSE", "PII", "REVOKED_DATASET"],
        ["LICENSE", "PII"],
    ]
    assert [facts(at) for at, _ in moments] == [found for _, found in moments]


def test_nothing_has_a_lineage_before_it_was_there(api: Api) -> None:
    then = last_change(api)
    data = dataset(api, "faces")
    version = api.model(
        "one",
        version={**MADE_WITH, "parents": [{"upstream": {"externalUri": "hf:b"}, "relation": "DERIVED_FROM"}]},
    )["version"]
    roots = [data, *(node["key"] for node in graph(api, version)["nodes"])]
    assert len(roots) == 5
    for root in roots:
        assert graph(api, root, at={"change": last_change(api)["id"]})["root"]["key"] == root
        error = api.error(GRAPH, root=root, direction="BOTH", at={"change": then["id"]})
        assert (error["code"], error["field"]) == ("NOT_FOUND", "root")
        assert "as of" in error["message"]
        error = api.error(IMPACT, of=root, first=1, at={"change": then["id"]})
        assert (error["code"], error["field"]) == ("NOT_FOUND", "of")


def test_new_facts_of_data_are_no_change_of_models(api: Api) -> None:
    data = dataset(api, "faces")
    use = {"dataset": {"name": {"name": "faces"}}, "role": "TRAINING"}
    model = api.model("trained", version={"datasets": [use]})["model"]
    assert attempt(api, "updateDatasetVersion", id=data, containsPii=True) == []
    related = api.store.last_change().related
    assert model not in related
    assert all(one.startswith("dst_") for one in related)
