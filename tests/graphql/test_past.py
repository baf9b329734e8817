"""The past through the API: what was there, under which names and ids, and what is not known of it."""

from typing import Any

from tests.graphql.conftest import Api

MODEL = """query($by: RegisteredModelBy!, $at: AsOf) { registeredModel(by: $by, asOf: $at) {
  id entityId asOf name description revision
  latestVersion { id entityId asOf number registeredModel { id } }
  versions { totalCount nodes { id } } history { totalCount nodes { subject { id } } }
} }"""
VERSION = """query($by: ModelVersionBy!, $at: AsOf) { modelVersion(by: $by, asOf: $at) { id number asOf } }"""
NAMES = """query($at: AsOf, $after: String) {
  registeredModels(asOf: $at, first: 2, after: $after) {
    totalCount nodes { id name } pageInfo { endCursor hasNextPage }
  }
}"""
MOVES = {
    "update": "updateModel(input: {model: {id: $m}, patch: {description: $x}})",
    "rename": "renameModel(input: {model: {id: $m}, name: $x})",
    "delete": "deleteModel(input: {model: {id: $m}})",
    "alias": "setAlias(input: {version: {id: $m}, alias: $x})",
    "stage": "transitionStage(input: {version: {id: $m}, to: $x})",
}


def move(api: Api, kind: str, subject: str, value: str = "") -> str:
    """Change something and return the id of the log's last change."""
    given = "$m: ID!, $x: String!" if "$x" in MOVES[kind] else "$m: ID!"
    done = api.run(
        f"mutation({given}) {{ {MOVES[kind]} {{ userErrors {{ message }} }} }}", m=subject, x=value
    )
    assert done["userErrors"] == []
    return str(last_change(api)["id"])


def last_change(api: Api) -> Any:
    return api.run("{ changes(last: 1) { nodes { id sequence at } } }")["nodes"][0]


def test_all_that_is_below_a_model_of_the_past_is_of_its_moment(api: Api) -> None:
    made = api.model("bert", version={}, description="first")
    then = last_change(api)
    move(api, "update", made["model"], "second")
    api.version(made["model"])
    past = api.run(MODEL, by={"id": made["model"]}, at={"change": then["id"]})
    model, version = (f"{made[kind]}@{then['sequence']}" for kind in ("model", "version"))
    assert past == {
        "id": model,
        "entityId": made["model"],
        "asOf": then["at"],
        "name": "bert",
        "description": "first",
        "revision": 1,
        "latestVersion": {
            "id": version,
            "entityId": made["version"],
            "asOf": then["at"],
            "number": 1,
            "registeredModel": {"id": model},
        },
        "versions": {"totalCount": 1, "nodes": [{"id": version}]},
        # a change is the same thing at all times, and so is what it leads to
        "history": {
            "totalCount": 2,
            "nodes": [{"subject": {"id": made["model"]}}, {"subject": {"id": made["version"]}}],
        },
    }
    present = api.run(MODEL, by={"id": made["model"]})
    assert (present["id"], present["entityId"], present["asOf"]) == (made["model"], made["model"], None)
    assert (present["description"], present["latestVersion"]["number"]) == ("second", 2)
