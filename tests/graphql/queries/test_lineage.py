"""Lineage: what a version comes from and what came from it, with the exact number of hops."""

from typing import Any

import pytest

from tests.graphql.conftest import Api
from tests.graphql.moving import last_change
from tests.store import statements

pytestmark = pytest.mark.both_databases

LINEAGE = """
query Lineage(
  $root: ID!, $direction: LineageDirection!, $depth: Int, $relations: [LineageRelation!],
  $kinds: [LineageNodeKind!], $nodes: Int
) {
  lineage(
    root: $root, direction: $direction, maxDepth: $depth, relations: $relations, kinds: $kinds,
    maxNodes: $nodes
  ) {
    root { key name depth }
    nodes {
      key depth kind name stage directUpstream directDownstream
      entity {
        __typename ... on ModelVersion { number registeredModel { name } }
        ... on DatasetVersion { label dataset { name } }
      }
    }
    edges { id downstream upstream relation evidence since until }
    totalNodes totalEdges totalsExact truncated
  }
}"""


def child(api: Api, name: str, *parents: str, relation: str = "FINE_TUNED_FROM", **facts: Any) -> str:
    """Register a model whose version comes from `parents`: ids of versions, or names of things outside."""
    upstream = [
        {"id": parent} if parent.startswith("ver_") else {"externalUri": parent} for parent in parents
    ]
    given = [{"upstream": one, "relation": relation, "evidence": "the paper"} for one in upstream]
    return api.model(name, version={"parents": given, **facts})["version"]


def family(api: Api) -> dict[str, str]:
    """Register a great-grandchild with two ways up, one of them short."""
    versions = {"root": child(api, "root", "hf:bert")}
    versions["parent"] = child(api, "parent", versions["root"])
    versions["aunt"] = child(api, "aunt", versions["root"], relation="DISTILLED_FROM")
    versions["child"] = child(api, "child", versions["parent"], versions["root"])
    versions["grandchild"] = child(
        api, "grandchild", versions["child"], versions["aunt"], relation="MERGED_FROM"
    )
    return versions


def depths(graph: dict[str, Any]) -> dict[str, int]:
    return {
        node["name"].removeprefix("default/").removesuffix(" v1"): node["depth"] for node in graph["nodes"]
    }


def test_it_works(api: Api) -> None:
    made = family(api)
    graph = api.run(LINEAGE, root=made["grandchild"], direction="UPSTREAM", depth=10)
    assert depths(graph) == {"grandchild": 0, "child": 1, "aunt": 1, "parent": 2, "root": 2, "hf:bert": 3}
    assert (graph["totalNodes"], graph["totalEdges"]) == (6, 7)
    assert (graph["totalsExact"], graph["truncated"]) == (True, False)
    assert graph["root"] == {"key": made["grandchild"], "name": "default/grandchild v1", "depth": 0}
    nodes = {node["key"]: node for node in graph["nodes"]}
    outside = next(node for node in graph["nodes"] if node["kind"] == "EXTERNAL")
    assert (outside["name"], outside["entity"], outside["stage"]) == ("hf:bert", None, None)
    root = nodes[made["root"]]
    assert (root["kind"], root["stage"]) == ("MODEL_VERSION", "DEVELOPMENT")
    assert root["entity"] == {"__typename": "ModelVersion", "number": 1, "registeredModel": {"name": "root"}}
    assert (root["directUpstream"], root["directDownstream"]) == (1, 3)
    ends = {(nodes[edge["downstream"]]["name"], nodes[edge["upstream"]]["name"]) for edge in graph["edges"]}
    assert ("default/child v1", "default/root v1") in ends
    assert {edge["evidence"] for edge in graph["edges"]} == {"the paper"}
    assert {edge["until"] for edge in graph["edges"]} == {None}


def test_the_way_down(api: Api) -> None:
    made = family(api)
    graph = api.run(LINEAGE, root=made["root"], direction="DOWNSTREAM", depth=10)
    assert depths(graph) == {"root": 0, "parent": 1, "aunt": 1, "child": 1, "grandchild": 2}
    graph = api.run(LINEAGE, root=made["child"], direction="BOTH", depth=10)
    assert depths(graph) == {"child": 0, "parent": 1, "root": 1, "grandchild": 1, "hf:bert": 2}


def test_descent_outlives_what_was_deleted(api: Api) -> None:
    made = family(api)
    before = api.run(LINEAGE, root=made["child"], direction="BOTH", depth=10)
    api.run(
        "mutation($id: ID!) { deleteModelVersion(input: {version: {id: $id}}) { userErrors { code } } }",
        id=made["child"],
    )
    after = api.run(LINEAGE, root=made["child"], direction="BOTH", depth=10)
    assert (after["root"], after["edges"]) == (before["root"], before["edges"])
    assert [node["key"] for node in after["nodes"] if node["entity"] is None] == [
        node["key"] for node in before["nodes"] if node["entity"] is None or node["key"] == made["child"]
    ]
    below = api.run(LINEAGE, root=made["grandchild"], direction="UPSTREAM", depth=10)
    assert depths(below)["child"] == 1


def test_one_hop_unless_more_are_asked_for(api: Api) -> None:
    made = family(api)
    shallow = api.run(
        "query($root: ID!) { lineage(root: $root, direction: UPSTREAM) { nodes { name depth } } }",
        root=made["grandchild"],
    )
    assert depths(shallow) == {"grandchild": 0, "child": 1, "aunt": 1}
    assert depths(api.run(LINEAGE, root=made["grandchild"], direction="UPSTREAM", depth=0)) == {
        "grandchild": 0
    }


def test_a_thing_outside_is_a_root_too(api: Api) -> None:
    made = family(api)
    graph = api.run(LINEAGE, root=made["root"], direction="UPSTREAM", depth=1)
    outside = next(node["key"] for node in graph["nodes"] if node["kind"] == "EXTERNAL")
    below = api.run(LINEAGE, root=outside, direction="DOWNSTREAM", depth=1)
    assert depths(below) == {"hf:bert": 0, "root": 1}


def test_relations_and_kinds_narrow_the_walk(api: Api) -> None:
    made = family(api)
    merged = api.run(
        LINEAGE, root=made["grandchild"], direction="UPSTREAM", depth=10, relations=["MERGED_FROM"]
    )
    assert depths(merged) == {"grandchild": 0, "child": 1, "aunt": 1}
    inside = api.run(LINEAGE, root=made["root"], direction="UPSTREAM", depth=10, kinds=["MODEL_VERSION"])
    assert depths(inside) == {"root": 0}
    nothing = api.run(LINEAGE, root=made["root"], direction="BOTH", depth=10, relations=[])
    assert depths(nothing) == {"root": 0}


def test_the_lineage_of_a_moment(api: Api) -> None:
    made = family(api)
    then = {"change": last_change(api)["id"]}
    sequence = last_change(api)["sequence"]
    later = child(api, "later", made["root"])
    past = """query($root: ID!, $at: AsOf) { lineage(root: $root, direction: DOWNSTREAM, asOf: $at) {
      nodes { key name entity { id } } edges { id downstream } totalNodes totalEdges
    } }"""
    graph = api.run(past, root=made["root"], at=then)
    assert (graph["totalNodes"], graph["totalEdges"]) == (4, 4)
    assert {node["entity"]["id"] for node in graph["nodes"]} == {
        f"{made[name]}@{sequence}" for name in ("root", "parent", "aunt", "child")
    }
    edge = graph["edges"][0]["id"]
    assert edge.endswith(f"@{sequence}")
    looked_up = api.run("query($id: ID!) { node(id: $id) { id ... on LineageEdge { downstream } } }", id=edge)
    assert looked_up == graph["edges"][0]
    assert api.run(past, root=made["root"])["totalNodes"] == 5
    error = api.error(past, root=later, at=then)
    assert (error["code"], error["field"]) == ("NOT_FOUND", "root")
    below = api.run(
        """query($id: ID!, $at: AsOf) { modelVersion(by: {id: $id}, asOf: $at) {
          lineage(direction: DOWNSTREAM) { totalNodes }
        } }""",
        id=made["root"],
        at=then,
    )
    assert below == {"lineage": {"totalNodes": 4}}


def test_the_statements_do_not_grow_with_the_graph(api: Api) -> None:
    made = family(api)
    wish: dict[str, Any] = {"root": made["root"], "direction": "BOTH", "depth": 4, "nodes": 3}
    with statements(api.store.database) as before:
        api.run(LINEAGE, **wish)
    for name in ("one", "two", "three"):
        child(api, name, made["parent"], made["aunt"])
    with statements(api.store.database) as after:
        api.run(LINEAGE, **wish)
    assert len(after) == len(before)
    walked = [sent for sent in after if "FROM lineage_edge" in sent and "GROUP BY" not in sent]
    assert len(walked) <= wish["depth"] + 2


def test_what_is_left_out_is_counted(api: Api) -> None:
    made = family(api)
    graph = api.run(LINEAGE, root=made["grandchild"], direction="UPSTREAM", depth=10, nodes=2)
    assert (len(graph["nodes"]), graph["totalNodes"], graph["totalEdges"]) == (2, 6, 7)
    assert (graph["truncated"], graph["totalsExact"]) == (True, True)
    assert len(graph["edges"]) == 1


def test_datasets_are_lineage(api: Api) -> None:
    api.store.dataset("imagenet", versions=[{"label": "1"}, {"label": "2"}])
    use = {
        "dataset": {"name": {"name": "imagenet"}},
        "role": "TRAINING",
        "label": "1",
        "context": "pretraining",
    }
    newest = {"dataset": {"name": {"name": "imagenet"}}, "role": "EVALUATION"}
    version = api.model("resnet", version={"datasets": [use, newest]})["version"]
    found = api.run(
        """query($id: ID!, $depth: Int) { modelVersion(by: {id: $id}) {
          datasets { totalCount nodes { role context datasetVersion { id label dataset {
            name latestVersion { label } versions { totalCount nodes { label } }
          } } } }
          training: datasets(role: TRAINING) { totalCount nodes { datasetVersion { label } } }
          lineage(direction: UPSTREAM, maxDepth: $depth) { totalNodes nodes { name kind } edges { relation } }
        } }""",
        id=version,
        depth=3,
    )
    uses = found["datasets"]["nodes"]
    assert [(use["datasetVersion"]["label"], use["role"], use["context"]) for use in uses] == [
        ("1", "TRAINING", "pretraining"),
        ("2", "EVALUATION", None),
    ]
    assert uses[0]["datasetVersion"]["dataset"] == {
        "name": "imagenet",
        "latestVersion": {"label": "2"},
        "versions": {"totalCount": 2, "nodes": [{"label": "1"}, {"label": "2"}]},
    }
    assert found["training"] == {"totalCount": 1, "nodes": [{"datasetVersion": {"label": "1"}}]}
    assert found["lineage"]["totalNodes"] == 3
    assert {edge["relation"] for edge in found["lineage"]["edges"]} == {"TRAINED_ON", "EVALUATED_ON"}
    below = api.run(LINEAGE, root=uses[0]["datasetVersion"]["id"], direction="DOWNSTREAM")
    assert depths(below) == {"imagenet 1": 0, "resnet": 1}
    assert below["nodes"][0]["entity"] == {
        "__typename": "DatasetVersion",
        "label": "1",
        "dataset": {"name": "imagenet"},
    }


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        ({"root": "ver_" + "0" * 32}, "NOT_FOUND", "root"),
        ({"root": "mdl_" + "0" * 32}, "BAD_USER_INPUT", "root"),
        ({"root": "bert"}, "BAD_USER_INPUT", "root"),
        ({"depth": 51}, "BAD_USER_INPUT", "maxDepth"),
        ({"depth": -1}, "BAD_USER_INPUT", "maxDepth"),
        ({"nodes": 0}, "BAD_USER_INPUT", "maxNodes"),
        ({"nodes": 5_001}, "BAD_USER_INPUT", "maxNodes"),
    ],
)
def test_what_cannot_be_walked_is_refused(api: Api, arguments: dict[str, Any], code: str, field: str) -> None:
    version = api.model("bert", version={})["version"]
    error = api.error(LINEAGE, **{"root": version, "direction": "BOTH", **arguments})
    assert (error["code"], error["field"]) == (code, field)


def test_a_parent_that_is_not_there_is_refused(api: Api) -> None:
    model = api.model("bert")["model"]
    for upstream, code in (("ver_" + "0" * 32, "NOT_FOUND"), (model, "INVALID"), ("bert", "INVALID")):
        parent = {"upstream": {"id": upstream}, "relation": "DERIVED_FROM"}
        outside = {"upstream": {"externalUri": "hf:bert"}, "relation": "DERIVED_FROM"}
        refused = api.run(
            """mutation($input: CreateModelVersionInput!) { createModelVersion(input: $input) {
              modelVersion { id } userErrors { code field }
            } }""",
            input={"model": {"id": model}, "version": {"parents": [outside, parent]}},
        )
        [error] = refused["userErrors"]
        assert error["code"] == code
        assert error["field"] == ["version", "parents", "1", "upstream", "id"]
    assert api.run("{ modelVersions { totalCount } }") == {"totalCount": 0}


@pytest.mark.parametrize(
    ("dataset", "label", "field"),
    [
        ({"name": {"name": "birds"}}, None, "dataset.name.name"),
        ({"name": {"namespace": "zoo", "name": "data"}}, None, "dataset.name.namespace"),
        ({"id": "dst_" + "0" * 32}, None, "dataset.id"),
        ({"id": "mdl_" + "0" * 32}, None, "dataset.id"),
        ({"name": {"name": "data"}}, "9", "label"),
    ],
)
def test_a_dataset_that_is_not_there_is_refused(
    shared_api: Api, dataset: dict[str, Any], label: str | None, field: str
) -> None:
    if not shared_api.run("{ datasets { totalCount } }")["totalCount"]:
        shared_api.store.dataset("data", versions=[{"label": "1"}])
    good = {"dataset": {"name": {"name": "data"}}, "role": "TRAINING"}
    bad = {"dataset": dataset, "label": label, "role": "TRAINING"}
    refused = shared_api.run(
        """mutation($input: RegisterModelInput!) { registerModel(input: $input) {
          registeredModel { id } userErrors { code field message }
        } }""",
        input={"name": "m", "version": {"datasets": [good, bad]}},
    )
    [error] = refused["userErrors"]
    assert ".".join(error["field"]) == f"version.datasets.1.{field}"
