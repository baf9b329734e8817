"""The past through the API: what was there, under which names and ids, and what is not known of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.registry.drafts import ModelDraft, draft
from app.registry.writing.registration import register_models
from tests.graphql.conftest import Api
from tests.graphql.moving import attempt, last_change, move

MODEL = """query($by: RegisteredModelBy!, $at: AsOf) { registeredModel(by: $by, asOf: $at) {
  id entityId asOf name description revision
  latestVersion { id entityId asOf number registeredModel { id } }
  versions { totalCount nodes { id } } history { totalCount nodes { subject { id } } }
} }"""
NAME = "query($by: RegisteredModelBy!, $at: AsOf) { registeredModel(by: $by, asOf: $at) { name } }"
VERSION = "query($by: ModelVersionBy!, $at: AsOf) { modelVersion(by: $by, asOf: $at) { id number } }"
PAGE = """query($at: AsOf, $after: String) {
  registeredModels(asOf: $at, first: 2, after: $after) {
    totalCount nodes { name } pageInfo { endCursor hasNextPage }
  }
}"""
VERSIONS = """query($by: RegisteredModelBy!, $at: AsOf, $after: String) {
  registeredModel(by: $by, asOf: $at) {
    id versions(first: 1, after: $after) { nodes { number } pageInfo { endCursor } }
  }
}"""


def describe(api: Api, model: str, description: str) -> Any:
    """Give a model a description and return the change."""
    return move(api, "updateModel", model={"id": model}, patch={"description": description})


def later(moment: str, seconds: float) -> str:
    """Return the time that is so many seconds behind a moment."""
    return (datetime.fromisoformat(moment) + timedelta(seconds=seconds)).isoformat()


def test_a_moment_is_a_place_in_the_log_too(api: Api) -> None:
    made = api.model("bert", description="first")
    then = last_change(api)
    describe(api, made["model"], "second")
    of_place, of_change = (
        api.run(MODEL, by={"id": made["model"]}, at=at)
        for at in ({"sequence": then["sequence"]}, {"change": then["id"]})
    )
    assert of_place == of_change
    assert of_place["description"] == "first"


def test_all_that_is_below_a_model_of_the_past_is_of_its_moment(api: Api) -> None:
    made = api.model("bert", version={}, description="first")
    then = last_change(api)
    describe(api, made["model"], "second")
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


def test_a_time_means_the_last_change_until_then(api: Api) -> None:
    model = api.model("bert", description="first")["model"]
    first = last_change(api)["at"]
    second = describe(api, model, "second")["at"]
    query = """query($m: ID!, $at: AsOf) { registeredModel(by: {id: $m}, asOf: $at) { description asOf } }"""
    for time, description, at in (
        (first, "first", first),
        (later(second, -1e-6), "first", first),
        (second, "second", second),
        (datetime.now(UTC).isoformat(), "second", second),
    ):
        answer = api.run(query, m=model, at={"time": time})
        assert answer == {"description": description, "asOf": at}, time


def test_what_was_in_production_is_one_query(api: Api) -> None:
    made = api.model("bert", version={})
    api.model("gpt", version={})
    stage = {"version": {"id": made["version"]}, "to": "PRODUCTION"}
    then = move(api, "transitionStage", **stage)
    move(api, "transitionStage", **stage | {"to": "ARCHIVED"})
    by = {"stage": {"model": {"name": "bert"}, "stage": "PRODUCTION"}}
    assert api.run(VERSION, by=by, at={"time": then["at"]})["number"] == 1
    assert api.error(VERSION, by=by)["code"] == "NOT_FOUND"
    query = """query($at: AsOf) { registeredModels(
      filter: {anyVersion: {stage: {equals: "PRODUCTION"}}}, asOf: $at
    ) { nodes { name latestVersion(stage: "PRODUCTION") { number stage { name } } } } }"""
    serving = {"name": "bert", "latestVersion": {"number": 1, "stage": {"name": "PRODUCTION"}}}
    assert api.run(query, at={"time": then["at"]})["nodes"] == [serving]
    assert api.run(query)["nodes"] == []


def test_a_name_is_that_of_the_moment(api: Api) -> None:
    first = api.model("bert")["model"]
    named = last_change(api)["id"]
    renamed = move(api, "renameModel", model={"id": first}, name="roberta")["id"]
    second = api.model("bert")["model"]
    taken = last_change(api)["id"]
    move(api, "deleteModel", model={"id": second})
    query = 'query($at: AsOf) { registeredModel(by: {name: {name: "bert"}}, asOf: $at) { entityId name } }'
    assert api.run(query, at={"change": named}) == {"entityId": first, "name": "bert"}
    assert api.run(query, at={"change": renamed}) == {"entityId": first, "name": "roberta"}
    assert api.run(query, at={"change": taken}) == {"entityId": second, "name": "bert"}
    assert api.error(query, at={"change": last_change(api)["id"]})["code"] == "NOT_FOUND"


def test_what_did_not_exist_yet_is_not_found_and_says_when_it_came(api: Api) -> None:
    api.model("early")
    then = last_change(api)
    made = api.model("bert", version={})
    created = api.run("query($m: ID!) { registeredModel(by: {id: $m}) { createdAt } }", m=made["model"])
    for query, by, of in (
        (NAME, {"id": made["model"]}, "model"),
        (NAME, {"name": {"name": "bert"}}, "model"),
        (VERSION, {"id": made["version"]}, "version"),
    ):
        error = api.error(query, by=by, at={"change": then["id"]})
        assert error["code"] == "NOT_FOUND"
        assert f"{made[of]} was registered at {created['createdAt'][:26]}" in error["message"]
    error = api.error(NAME, by={"name": {"name": "erly"}}, at={"change": then["id"]})
    assert (error["field"], error["suggestions"]) == ("by.name.name", ["early"])
    assert "registered at" not in error["message"]
    first = {"time": "2001-01-01T00:00:00Z"}
    assert api.run(PAGE, at=first)["totalCount"] == 0
    assert api.error(NAME, by={"name": {"name": "early"}}, at=first)["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("moment", "code", "field"),
    [
        ({"time": later(datetime.now(UTC).isoformat(), 3600)}, "BAD_USER_INPUT", "asOf.time"),
        ({"change": "chg_" + "0" * 32}, "NOT_FOUND", "asOf.change"),
        ({"change": "mdl_" + "0" * 32}, "BAD_USER_INPUT", "asOf.change"),
        ({"change": "yesterday"}, "BAD_USER_INPUT", "asOf.change"),
        ({"sequence": 0}, "NOT_FOUND", "asOf.sequence"),
        ({"sequence": 2**53 - 1}, "NOT_FOUND", "asOf.sequence"),
    ],
)
def test_a_moment_that_is_none_is_refused(
    shared_api: Api, moment: dict[str, str], code: str, field: str
) -> None:
    error = shared_api.error(PAGE, at=moment)
    assert (error["code"], error["field"]) == (code, field)


def test_all_pages_of_a_time_show_one_moment_under_writes(api: Api) -> None:
    for name in ("a", "b", "c"):
        api.model(name)
    moment = {"time": last_change(api)["at"]}
    first = api.run(PAGE, at=moment)
    # a transaction that had begun at that time and is committed now
    with api.store.writing() as session:
        session.tail.now = datetime.fromisoformat(moment["time"])
        register_models(session, [draft(ModelDraft, {"name": "bb"})])
    assert api.run(PAGE, at=moment)["totalCount"] == 4
    second = api.run(PAGE, at=moment, after=first["pageInfo"]["endCursor"])
    assert [node["name"] for page in (first, second) for node in page["nodes"]] == ["a", "b", "c"]
    assert second["totalCount"] == 3
    assert not second["pageInfo"]["hasNextPage"]


def test_a_cursor_is_of_one_list_and_one_moment(api: Api) -> None:
    for name in ("a", "b", "c"):
        api.model(name)
    then, earlier = last_change(api), api.run("{ changes(last: 2) { nodes { id at } } }")["nodes"][0]
    cursors = {
        moment: api.run(PAGE, at=at)["pageInfo"]["endCursor"]
        for moment, at in (
            ("present", None),
            ("change", {"change": then["id"]}),
            ("time", {"time": then["at"]}),
        )
    }
    for kind, at in (
        ("present", {"change": then["id"]}),
        ("change", None),
        ("change", {"change": earlier["id"]}),
        ("time", {"time": earlier["at"]}),
        ("time", {"change": then["id"]}),
    ):
        error = api.error(PAGE, at=at, after=cursors[kind])
        assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "after"), kind


def test_a_page_below_a_model_of_the_past_goes_on_by_its_id(api: Api) -> None:
    made = api.model("bert", version={})
    api.version(made["model"])
    then = last_change(api)
    api.version(made["model"])
    page = api.run(VERSIONS, by={"id": made["model"]}, at={"time": then["at"]})
    assert page["versions"]["nodes"] == [{"number": 2}]
    query = """query($i: ID!, $after: String) { node(id: $i) { ... on RegisteredModel {
      versions(first: 1, after: $after) { nodes { number } }
    } } }"""
    cursor = page["versions"]["pageInfo"]["endCursor"]
    assert api.run(query, i=page["id"], after=cursor) == {"versions": {"nodes": [{"number": 1}]}}
    error = api.error(VERSIONS, by={"id": made["model"]}, at={"change": last_change(api)["id"]}, after=cursor)
    assert "another moment" in error["message"]


def test_node_finds_a_state_of_the_past_by_its_id(api: Api) -> None:
    made = api.model("bert", version={}, description="first")
    then = last_change(api)["sequence"]
    describe(api, made["model"], "second")
    query = """query($i: [ID!]!) { nodes(ids: $i) {
      id ... on RegisteredModel { description } ... on ModelVersion { registeredModel { description } }
    } }"""
    now = last_change(api)["sequence"]
    old, new, version = f"{made['model']}@{then}", f"{made['model']}@{now}", f"{made['version']}@{then}"
    found = api.run(query, i=[old, new, version, made["model"], f"{made['model']}@1", f"{old}99"])
    assert found == [
        {"id": old, "description": "first"},
        {"id": new, "description": "second"},
        {"id": version, "registeredModel": {"description": "first"}},
        {"id": made["model"], "description": "second"},
        None,
        None,
    ]
    one = "query($i: ID!) { node(id: $i) { id } }"
    assert api.run(one, i=old) == {"id": old}
    for wrong in (f"{made['model']}@0", f"{made['model']}@01", f"{made['model']}@", f"nsp_{'0' * 32}@1"):
        assert api.error(one, i=wrong)["code"] == "BAD_USER_INPUT", wrong


def test_mutations_and_lookups_refuse_the_id_of_a_past_state(api: Api) -> None:
    made = api.model("bert", version={})
    past = {kind: f"{identifier}@{last_change(api)['sequence']}" for kind, identifier in made.items()}
    for mutation, given in (
        ("updateModel", {"model": {"id": past["model"]}, "patch": {"description": "x"}}),
        ("restoreModel", {"id": past["model"]}),
        ("transitionStage", {"version": {"id": past["version"]}, "to": "STAGING"}),
        ("setTags", {"subject": past["version"], "tags": [{"key": "k", "value": 1}]}),
        ("removeTags", {"subject": past["model"], "keys": ["k"]}),
    ):
        [message] = attempt(api, mutation, **given)
        assert "is the id of a past state" in message
    error = api.error(NAME, by={"id": past["model"]})
    assert (error["field"], error["suggestions"]) == ("by.id", [made["model"]])


PRESENT_ONLY = {
    "similar": "registeredModel(by: {id: $i}, asOf: $at) { similar { score } }",
    "registeredModels": """registeredModel(by: {id: $i}, asOf: $at) {
      namespace { registeredModels { totalCount } } }""",
    "metrics": "modelVersion(by: {id: $i}, asOf: $at) { metrics { totalCount } }",
    "metric": 'modelVersion(by: {id: $i}, asOf: $at) { metric(key: {name: "accuracy"}) { value } }',
}


@pytest.mark.parametrize(("field", "query"), PRESENT_ONLY.items(), ids=PRESENT_ONLY)
def test_what_is_known_of_the_present_alone_is_null_and_says_so(
    shared_api: Api, field: str, query: str
) -> None:
    made = shared_api.model(field, version={"metrics": [{"name": "accuracy", "value": 1}]})
    at = {"change": last_change(shared_api)["id"]}
    query = f"query($i: ID!, $at: AsOf) {{ {query} }}"
    identifier = made["version" if "modelVersion" in query else "model"]
    answer = shared_api.answer(query, i=identifier, at=at)
    [error] = answer["errors"]
    assert (error["extensions"]["code"], error["path"][-1]) == ("PRESENT_ONLY", field)
    assert "errors" not in shared_api.answer(query, i=identifier)
    [thing] = answer["data"].values()
    assert thing[field] is None if field in thing else thing["namespace"][field] is None


def test_a_filter_by_what_is_known_of_the_present_alone_is_refused_by_name(shared_api: Api) -> None:
    at = {"change": last_change(shared_api)["id"]}
    metric = 'metric: {key: {name: "accuracy"}, value: {gte: 1}}'
    for query, field in (
        (f"modelVersions(asOf: $at, filter: {{{metric}}}) {{ totalCount }}", "filter.metric"),
        (
            f"registeredModels(asOf: $at, filter: {{not: {{anyVersion: {{{metric}}}}}}}) {{ totalCount }}",
            "filter.not.anyVersion.metric",
        ),
    ):
        error = shared_api.error(f"query($at: AsOf) {{ {query} }}", at=at)
        assert (error["code"], error["field"]) == ("PRESENT_ONLY", field)


def test_dataset_uses_and_params_are_those_of_the_moment(api: Api) -> None:
    api.store.dataset("squad", versions=[{"label": "1"}], tags={"t": 1})
    use = {"dataset": {"name": {"name": "squad"}}, "role": "TRAINING"}
    made = api.model("bert", version={"datasets": [use], "params": [{"name": "p", "value": 1}]})
    then = last_change(api)["id"]
    dataset = api.run('{ dataset(by: {name: {name: "squad"}}) { id } }')["id"]
    move(api, "setTags", subject=dataset, tags=[{"key": "t", "value": 2}])
    query = """query($v: ID!, $d: ID!, $at: AsOf) {
      modelVersion(by: {id: $v}, asOf: $at) {
        params { nodes { name value } }
        datasets { nodes { role datasetVersion { label dataset { id tags { value } } } } }
      }
      modelVersions(filter: {dataset: $d}, asOf: $at) { totalCount }
    }"""
    past = api.run(query, v=made["version"], d=dataset, at={"change": then})
    # a dataset has no past of its own, so it is shown as it is
    assert past == api.run(query, v=made["version"], d=dataset)
    assert past["modelVersions"] == {"totalCount": 1}
    assert past["modelVersion"]["params"]["nodes"] == [{"name": "p", "value": 1}]


@pytest.mark.parametrize("steps", [0, 6])
def test_a_filter_as_deep_or_as_wide_as_it_may_be_is_answered(shared_api: Api, steps: int) -> None:
    at = {"change": last_change(shared_api)["id"]}
    deep: dict[str, Any] = {"tag": {"key": "k", "text": {"exists": False}}}
    for _ in range(20 - 3 * steps):
        deep = {"not": deep}
    for step in reversed(range(steps)):
        deep = {"model" if step % 2 else "latestVersion": deep}
    wide = {"anyVersion": {"or": [{"tag": {"key": "k", "number": {"gt": number}}} for number in range(130)]}}
    query = "query($f: ModelFilter, $at: AsOf) { registeredModels(filter: $f, asOf: $at) { totalCount } }"
    for wanted in (deep, wide):
        assert shared_api.run(query, f=wanted, at=at) == {"totalCount": 0}
