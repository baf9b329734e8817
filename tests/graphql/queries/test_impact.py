"""What hangs on a thing, how two things hang together, and what is inherited on the way."""

from typing import Any

import pytest

from app.db.ids import new_id
from tests.graphql.conftest import Api
from tests.graphql.moving import attempt, last_change
from tests.graphql.queries.test_lineage import child
from tests.store import statements

pytestmark = pytest.mark.both_databases

IMPACT = """query($of: ID!, $depth: Int, $first: Int, $after: String, $at: AsOf) {
  impact(of: $of, maxDepth: $depth, asOf: $at) {
    of { name depth } totalVersions truncated
    staged(first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes {
        version { number stage { name } registeredModel { name } }
        path { nodes { name depth } edges { relation } }
      }
    }
  }
}"""
PATHS = """query($from: ID!, $to: ID!, $depth: Int, $limit: Int) {
  lineagePaths(from: $from, to: $to, maxDepth: $depth, limit: $limit) {
    nodes { name depth } edges { downstream upstream }
  }
}"""
FACTS = """query($id: ID!, $at: AsOf) { modelVersion(by: {id: $id}, asOf: $at) { inheritedFacts {
  kind value origin { name depth } path { nodes { name } edges { relation } }
} } }"""
LISTED = """query($ids: [ID!]) {
  registeredModels(filter: {notDerivedFrom: $ids}) { totalCount nodes { name } }
}"""
EXCEPT = """mutation($i: SetLineageExceptionsInput!) { setLineageExceptions(input: $i) {
  userErrors { message }
} }"""


def stage(api: Api, version: str, to: str) -> None:
    assert attempt(api, "transitionStage", version={"id": version}, to=to) == []


def plain(nodes: list[dict[str, Any]]) -> list[str]:
    return [node["name"].removeprefix("default/").removesuffix(" v1") for node in nodes]


def dataset(api: Api, name: str, **facts: Any) -> str:
    """Register a dataset of one version and return the version's id."""
    api.store.dataset(name, versions=[{"label": "1", **facts}])
    found = api.run("{ datasets { nodes { name latestVersion { id } } } }")["nodes"]
    return str(next(one["latestVersion"]["id"] for one in found if one["name"] == name))


def line(api: Api) -> dict[str, str]:
    """Register a model trained on a dataset, two below it, and one that was but measured on the dataset."""
    made = {"data": dataset(api, "faces", license="CC-BY-NC-4.0", containsPii=True)}
    used = {"dataset": {"name": {"name": "faces"}}}
    trained = {"datasets": [{**used, "role": "TRAINING"}]}
    made["base"] = api.model("base", license="llama3", version=trained)["version"]
    made["tuned"] = child(api, "tuned", made["base"])
    made["small"] = child(api, "small", made["tuned"], made["base"], relation="QUANTIZED_FROM")
    measured = {"datasets": [{**used, "role": "EVALUATION"}]}
    made["measured"] = api.model("measured", version=measured)["version"]
    return made


def test_what_is_live_below_a_thing(api: Api) -> None:
    made = line(api)
    stage(api, made["small"], "PRODUCTION")
    stage(api, made["tuned"], "STAGING")
    stage(api, made["measured"], "ARCHIVED")
    then = last_change(api)["id"]
    found = api.run(IMPACT, of=made["data"], first=10)
    assert (found["of"], found["totalVersions"]) == ({"name": "faces 1", "depth": 0}, 2)
    assert found["truncated"] is False
    paths = {
        one["version"]["registeredModel"]["name"]: (
            plain(one["path"]["nodes"]),
            [edge["relation"] for edge in one["path"]["edges"]],
        )
        for one in found["staged"]["nodes"]
    }
    assert paths == {
        "tuned": (["tuned", "base", "faces 1"], ["FINE_TUNED_FROM", "TRAINED_ON"]),
        "small": (["small", "base", "faces 1"], ["QUANTIZED_FROM", "TRAINED_ON"]),
    }
    first = api.run(IMPACT, of=made["data"], first=1)["staged"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (2, True)
    second = api.run(IMPACT, of=made["data"], first=1, after=first["pageInfo"]["endCursor"])["staged"]
    assert first["nodes"] + second["nodes"] == found["staged"]["nodes"]
    shallow = api.run(IMPACT, of=made["data"], depth=1, first=10)
    assert (shallow["totalVersions"], shallow["truncated"]) == (0, True)
    assert attempt(api, "deleteModelVersion", version={"id": made["small"]}) == []
    assert api.run(IMPACT, of=made["data"], first=10)["totalVersions"] == 1
    past = api.run(IMPACT, of=made["data"], first=10, at={"change": then})
    assert past["totalVersions"] == 2
    assert api.run(IMPACT, of=made["tuned"], first=10)["totalVersions"] == 0


def test_a_page_of_an_impact_takes_as_many_statements_as_levels(api: Api) -> None:
    made = line(api)
    stage(api, made["small"], "PRODUCTION")
    with statements(api.store.database) as before:
        api.run(IMPACT, of=made["data"], first=10)
    for name in ("one", "two", "three"):
        stage(api, child(api, name, made["tuned"], made["base"]), "PRODUCTION")
    with statements(api.store.database) as after:
        api.run(IMPACT, of=made["data"], first=10)
    assert len(after) == len(before)


def test_ways_between_two_things(api: Api) -> None:
    made = line(api)
    ways = api.run(PATHS, **{"from": made["small"], "to": made["data"]})
    assert [plain(way["nodes"]) for way in ways] == [
        ["small", "base", "faces 1"],
        ["small", "tuned", "base", "faces 1"],
    ]
    assert [node["depth"] for node in ways[1]["nodes"]] == [0, 1, 2, 3]
    assert ways[0]["edges"][1] == {"downstream": made["base"], "upstream": made["data"]}
    back = api.run(PATHS, **{"from": made["data"], "to": made["small"], "limit": 1})
    assert [plain(way["nodes"]) for way in back] == [["faces 1", "base", "small"]]
    assert len(api.run(PATHS, **{"from": made["small"], "to": made["data"], "depth": 2})) == 1
    assert api.run(PATHS, **{"from": made["small"], "to": made["measured"]}) == []
    [itself] = api.run(PATHS, **{"from": made["base"], "to": made["base"]})
    assert (plain(itself["nodes"]), itself["edges"]) == (["base"], [])


def facts(api: Api, version: str, **at: Any) -> list[tuple[str, str, str, list[str]]]:
    found = api.run(FACTS, id=version, **at)["inheritedFacts"]
    return [
        (one["kind"], one["value"], plain([one["origin"]])[0], plain(one["path"]["nodes"])) for one in found
    ]


def test_facts_travel_down(api: Api) -> None:
    made = line(api)
    assert facts(api, made["small"]) == [
        ("LICENSE", "llama3", "base", ["small", "base"]),
        ("LICENSE", "CC-BY-NC-4.0", "faces 1", ["small", "base", "faces 1"]),
        ("PII", "true", "faces 1", ["small", "base", "faces 1"]),
    ]
    assert facts(api, made["measured"]) == []
    assert attempt(api, "updateDatasetVersion", id=made["data"], revoked=True) == []
    [*_, revoked] = facts(api, made["tuned"])
    assert (revoked[0], revoked[2]) == ("REVOKED_DATASET", "faces 1")
    then = last_change(api)["id"]
    graph = api.run(
        """query($root: ID!) { lineage(root: $root, direction: UPSTREAM) {
          edges { id downstream upstream }
        } }""",
        root=made["small"],
    )
    ends = (made["small"], made["base"])
    short = next(edge["id"] for edge in graph["edges"] if (edge["downstream"], edge["upstream"]) == ends)
    excepted = [{"fact": "LICENSE", "reason": "a licence of our own"}]
    assert api.run(EXCEPT, i={"id": short, "exceptions": excepted}) == {"userErrors": []}
    licences = [one[3] for one in facts(api, made["small"]) if one[0] == "LICENSE"]
    assert licences == [["small", "tuned", "base"], ["small", "tuned", "base", "faces 1"]]
    before = [one[3] for one in facts(api, made["small"], at={"change": then}) if one[0] == "LICENSE"]
    assert before == [["small", "base"], ["small", "base", "faces 1"]]


def test_models_that_derive_from_nothing_unwanted(api: Api) -> None:
    made = line(api)
    found = api.run("{ registeredModels { nodes { id name } } datasets { nodes { id name } } }")
    ids = {one["name"]: one["id"] for connection in found.values() for one in connection["nodes"]}

    def listed(*things: str) -> set[str]:
        found = api.run(LISTED, ids=list(things))
        assert found["totalCount"] == len(found["nodes"])
        return {one["name"] for one in found["nodes"]}

    everything = {"base", "tuned", "small", "measured"}
    assert listed() == everything
    assert listed(made["data"]) == listed(ids["faces"]) == {"measured"}
    assert listed(made["base"]) == listed(ids["base"]) == {"base", "measured"}
    assert listed(made["tuned"], made["small"]) == everything - {"small"}
    nested = api.run(
        """query($a: [ID!], $b: [ID!]) { registeredModels(
          filter: {or: [{not: {notDerivedFrom: $a}}, {notDerivedFrom: $b}]}
        ) { totalCount } }""",
        a=[made["tuned"]],
        b=[made["data"]],
    )
    assert nested == {"totalCount": 2}
    search = """query($ids: [ID!]) { search(text: "small", filter: {notDerivedFrom: $ids}) {
      nodes { name }
    } }"""
    assert api.run(search)["nodes"] == [{"name": "small"}]
    assert api.run(search, ids=[made["tuned"]])["nodes"] == []


@pytest.mark.parametrize(
    ("query", "arguments", "code", "field"),
    [
        (IMPACT, {"of": "ver_" + "0" * 32}, "NOT_FOUND", "of"),
        (IMPACT, {"of": "mdl_" + "0" * 32}, "BAD_USER_INPUT", "of"),
        (IMPACT, {"depth": 10_000}, "BAD_USER_INPUT", "maxDepth"),
        (IMPACT, {"depth": -1}, "BAD_USER_INPUT", "maxDepth"),
        (PATHS, {"to": "ver_" + "0" * 32}, "NOT_FOUND", "to"),
        (PATHS, {"to": "faces"}, "BAD_USER_INPUT", "to"),
        (PATHS, {"limit": 0}, "BAD_USER_INPUT", "limit"),
        (PATHS, {"limit": 101}, "BAD_USER_INPUT", "limit"),
        (PATHS, {"depth": 51}, "BAD_USER_INPUT", "maxDepth"),
        (LISTED, {"ids": ["faces"]}, "BAD_USER_INPUT", "filter.notDerivedFrom.0"),
        (LISTED, {"ids": ["dsv_" + "0" * 32] * 101}, "BAD_USER_INPUT", "filter.notDerivedFrom"),
    ],
)
def test_bad_input_is_refused(
    shared_api: Api, query: str, arguments: dict[str, Any], code: str, field: str
) -> None:
    version = shared_api.model(new_id("mdl"), version={})["version"]
    given = {"of": version, "from": version, "to": version, "first": 10, **arguments}
    error = shared_api.error(query, **{name: value for name, value in given.items() if f"${name}:" in query})
    assert (error["code"], error["field"]) == (code, field)
