"""Filters of versions, and of models by their versions: SQL and a plain reference admit the same."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.graphql.conftest import Api, serving_fresh
from tests.graphql.indexing import index
from tests.graphql.inputs.admitting import admits

pytestmark = pytest.mark.both_databases

VERSIONS = "query($f: VersionFilter) { modelVersions(filter: $f, first: 100) { totalCount nodes { id } } }"
MODELS = "query($f: ModelFilter) { registeredModels(filter: $f, first: 100) { totalCount nodes { id } } }"
FOUND = """query($f: ModelFilter) { search(text: "default", filter: $f, first: 100, mode: WORDS) {
  totalCount nodes { id }
} }"""
ALIAS = """mutation($v: ID!, $a: String!) { setAlias(input: {version: {id: $v}, alias: $a}) {
  userErrors { message }
} }"""
STAGE = """mutation($v: ID!, $s: String!) { transitionStage(input: {version: {id: $v}, to: $s}) {
  userErrors { message }
} }"""
VALUES: list[Any] = ["Straße", "STRASSE", "a_b", 0.5, 1, 0, True, False, ["a"], 2**53 - 1, "true", "0.5"]
WORDS = ["PyTorch", "pytorch", "Straße", "a_b"]
DATASETS = ["imagenet", "coco"]
DAYS = [f"2026-01-{day:02}T00:00:00.000000Z" for day in range(1, 5)]


def facts(number: int) -> dict[str, Any]:
    """Return what a version states: each differs from the next in nearly everything."""
    stated: dict[str, Any] = {
        "tags": [
            {"key": key, "value": VALUES[(number + at) % 12]} for at, key in enumerate("ab"[: number % 3])
        ],
        "params": [{"name": "lr", "value": VALUES[number * 5 % 12]}] if number % 2 else [],
        "metrics": [
            {
                "name": ("Top-1 accuracy", "top_1 accuracy", "loss")[(number + at) % 3],
                "value": (number + at) % 4 / 4,
                "dataset": (None, "ImageNet", "imagenet")[(number + at) % 3],
                "split": (None, "val")[number % 2],
                "source": ("EVALUATION", "TRAINING")[number // 2 % 2],
                "conditions": [{"name": "resolution", "value": "224"}] if number % 3 == 2 else [],
            }
            for at in range(number % 3)
        ],
    }
    for at, (name, value) in enumerate(
        {
            "framework": WORDS[number % 4],
            "parameterCount": number * 1000,
            "sizeBytes": 2**40 + number,
            "releasedAt": DAYS[number % 4],
        }.items()
    ):
        if (number + at) % 3:
            stated[name] = value
    return stated


@pytest.fixture(scope="module")
def made(
    request: pytest.FixtureRequest,
    database_kind: str,  # noqa: ARG001 - tests are told apart by it
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Api, list[Any]]]:
    """Serve twelve models with up to three versions each, and give what each version states."""
    versions: list[dict[str, Any]] = []
    with serving_fresh(request, tmp_path_factory.mktemp("made")) as api:
        sets = {name: api.store.dataset(name, versions=[{"label": "1"}]).id for name in DATASETS}
        for number in range(12):
            name = f"{WORDS[number % 4]} {number}"
            tags = [{"key": "a", "value": VALUES[number]}] if number % 2 else []
            model = api.model(name, tags=tags, framework=WORDS[number % 3])["model"]
            for count in range(number % 4):
                versions.append(version(api, model, number * 3 + count, sets))
                versions[-1].update(model=model, modelName=name, modelTags=tags, rank=count + 1)
                versions[-1]["modelFramework"] = WORDS[number % 3]
        index(api, by_meaning=False)
        yield api, versions


def version(api: Api, model: str, number: int, sets: dict[str, str]) -> dict[str, Any]:
    stated = facts(number)
    uses: list[Any] = (
        [{"dataset": {"id": sets[DATASETS[number % 2]]}, "role": "TRAINING"}] if number % 3 else []
    )
    identifier = api.version(model, **stated, datasets=uses)
    aliases = [f"Best-{number}", "champion"][: number % 3]
    for alias in aliases:
        api.run(ALIAS, v=identifier, a=alias)
    stage = ("DEVELOPMENT", "STAGING", "PRODUCTION")[number % 3]
    if number % 3:
        api.run(STAGE, v=identifier, s=stage)
    used = [use["dataset"]["id"] for use in uses]
    return {**stated, "id": identifier, "stage": stage, "aliases": aliases, "datasets": used}


texts = st.sampled_from([*WORDS, "STRASSE", "CHAMPION", "best-5", "staging", "b"])
matches = st.one_of(
    st.fixed_dictionaries({"equals": texts}),
    st.fixed_dictionaries({"in": st.lists(texts, max_size=3)}),
    st.fixed_dictionaries({"contains": st.sampled_from(["", "s", "T", "_", "%", "-"])}),
    st.fixed_dictionaries({"startsWith": st.sampled_from(["", "PY", "b", "Ch", "prod"])}),
    st.fixed_dictionaries({"exists": st.booleans()}),
)


def numbers(*values: float) -> st.SearchStrategy[dict[str, float]]:
    ways = st.sampled_from(["equals", "gt", "gte", "lt", "lte"])
    return st.dictionaries(ways, st.sampled_from(values), max_size=2)


days = st.dictionaries(st.sampled_from(["after", "before"]), st.sampled_from(DAYS), max_size=2)
properties = st.fixed_dictionaries(
    {"key": st.sampled_from(["a", "b", "lr"])},
    optional={"text": matches, "number": numbers(0, 0.5, 1, 2.0**53 - 1), "boolean": st.booleans()},
)
keys = st.fixed_dictionaries(
    {"name": st.sampled_from(["TOP 1 Accuracy", "loss", "none"])},
    optional={
        "dataset": st.sampled_from([None, "IMAGENET"]),
        "split": st.sampled_from([None, "val"]),
        "source": st.sampled_from(["EVALUATION", "TRAINING"]),
        "conditions": st.sampled_from([[], [{"name": "resolution", "value": "224"}]]),
    },
)
of_models = st.fixed_dictionaries({}, optional={"name": matches, "framework": matches, "tag": properties})
leaves = st.fixed_dictionaries(
    {},
    optional={
        "model": of_models,
        "number": numbers(1, 2, 3),
        "state": st.sampled_from([[], ["READY"], ["PENDING", "FAILED"]]),
        "stage": matches,
        "alias": matches,
        "tag": properties,
        "param": properties,
        "metric": st.fixed_dictionaries({"key": keys, "value": numbers(0, 0.25, 0.5, 0.75)}),
        "framework": matches,
        "parameterCount": numbers(1000, 5000, 9000.5),
        "sizeBytes": numbers(2.0**40 + 5, 2.0**40 + 20),
        "releasedAt": days,
    },
).map(lambda whole: dict(list(whole.items())[:2]))
filters: st.SearchStrategy[dict[str, Any]] = st.recursive(
    leaves,
    lambda inner: (
        st.fixed_dictionaries({"not": inner})
        | st.dictionaries(st.sampled_from(["and", "or"]), st.lists(inner, max_size=3), min_size=1)
    ),
    max_leaves=4,
)


@given(wanted=filters)
@settings(max_examples=200, deadline=None)
def test_it_works(made: tuple[Api, list[Any]], wanted: dict[str, Any]) -> None:
    api, versions = made
    found = api.run(VERSIONS, f=wanted)
    assert {node["id"] for node in found["nodes"]} == {one["id"] for one in versions if admits(wanted, one)}
    assert found["totalCount"] == len(found["nodes"])


@given(wanted=filters, newest=st.booleans(), negated=st.booleans())
@settings(max_examples=120, deadline=None)
def test_models_by_their_versions(
    made: tuple[Api, list[Any]], wanted: dict[str, Any], *, newest: bool, negated: bool
) -> None:
    api, versions = made
    last = {one["model"]: one["rank"] for one in versions}
    meant = {
        one["model"]
        for one in versions
        if admits(wanted, one) and (not newest or one["rank"] == last[one["model"]])
    }
    condition = {"latestVersion" if newest else "anyVersion": wanted}
    every = {node["id"] for node in api.run(MODELS, f={})["nodes"]}
    for query in (MODELS, FOUND):
        found = api.run(query, f={"not": condition} if negated else condition)
        assert {node["id"] for node in found["nodes"]} == (every - meant if negated else meant)
        assert found["totalCount"] == len(found["nodes"])


def test_conditions_in_one_any_version_hold_for_the_same_version(api: Api) -> None:
    model = api.model("bert", version={"framework": "PyTorch", "parameterCount": 1})["model"]
    api.version(model, framework="ONNX", parameterCount=2)
    small, onnx = {"parameterCount": {"equals": 1}}, {"framework": {"equals": "onnx"}}
    assert api.run(MODELS, f={"anyVersion": {**small, **onnx}})["totalCount"] == 0
    assert api.run(MODELS, f={"and": [{"anyVersion": small}, {"anyVersion": onnx}]})["totalCount"] == 1
    assert api.run(MODELS, f={"latestVersion": onnx})["totalCount"] == 1
    assert api.run(MODELS, f={"latestVersion": small})["totalCount"] == 0


def test_versions_made_with_a_dataset(made: tuple[Api, list[Any]]) -> None:
    api, versions = made
    for name in DATASETS:
        dataset = api.run(
            "query($n: String!) { dataset(by: {name: {name: $n}}) { id latestVersion { id } } }", n=name
        )
        expected = {one["id"] for one in versions if dataset["id"] in one["datasets"]}
        for identifier in (dataset["id"], dataset["latestVersion"]["id"]):
            nodes = api.run(VERSIONS, f={"dataset": identifier})["nodes"]
            assert {node["id"] for node in nodes} == expected != set()


def test_the_versions_of_a_model_are_filtered(made: tuple[Api, list[Any]]) -> None:
    api, versions = made
    for model in {one["model"] for one in versions}:
        found = api.run(
            """query($m: ID!, $f: VersionFilter) { registeredModel(by: {id: $m}) {
              versions(filter: $f, first: 1) { totalCount nodes { id } pageInfo { hasNextPage } }
            } }""",
            m=model,
            f={"stage": {"in": ["staging", "production"]}},
        )["versions"]
        mine = [one["id"] for one in versions if one["model"] == model and one["stage"] != "DEVELOPMENT"]
        assert [node["id"] for node in found["nodes"]] == mine[-1:]
        assert found["totalCount"] == len(mine)
        assert found["pageInfo"]["hasNextPage"] is (len(mine) > 1)


def test_owners_times_and_the_deleted(api: Api) -> None:
    one, two = api.model("one"), api.model("two", version={})
    me = api.run("{ viewer { principal { ... on User { id } } } }")["principal"]["id"]
    owned = api.run(
        """mutation($m: ID!, $o: ID!) { updateModel(input: {model: {id: $m}, patch: {owners: [$o]}}) {
          registeredModel { createdAt updatedAt } userErrors { message }
        } }""",
        m=one["model"],
        o=me,
    )["registeredModel"]
    api.run(
        "mutation($m: ID!) { deleteModel(input: {model: {id: $m}}) { userErrors { message } } }",
        m=two["model"],
    )

    def names(**wanted: Any) -> list[str]:
        query = "query($f: ModelFilter) { registeredModels(filter: $f) { nodes { name } } }"
        return [node["name"] for node in api.run(query, f=wanted)["nodes"]]

    assert names(owner=me) == names() == ["one"]
    assert names(owner="usr_" + "0" * 32) == []
    assert names(deleted="INCLUDE") == ["one", "two"]
    assert names(deleted="ONLY") == ["two"]
    assert names(updatedAt={"after": owned["createdAt"], "before": "2100-01-01T00:00:00Z"}) == ["one"]
    assert (
        names(updatedAt={"after": owned["updatedAt"]})
        == names(createdAt={"before": owned["createdAt"]})
        == []
    )


@pytest.mark.parametrize("mode", ["INCLUDE", "ONLY"])
def test_a_search_finds_nothing_deleted(shared_api: Api, mode: str) -> None:
    assert shared_api.error(FOUND, f={"deleted": mode})["field"] == "filter.deleted"


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"not": {"deleted": "ONLY"}}, "filter.not.deleted"),
        ({"anyVersion": {"model": {"deleted": "INCLUDE"}}}, "filter.anyVersion.model.deleted"),
        ({"owner": "me"}, "filter.owner"),
        ({"owner": "mdl_" + "0" * 32}, "filter.owner"),
        ({"anyVersion": {"dataset": "ver_" + "0" * 32}}, "filter.anyVersion.dataset"),
        ({"tag": {"key": "\x00"}}, "filter.tag.key"),
        ({"tag": {"key": "a", "text": {"equals": "\ud800"}}}, "filter.tag.text.equals"),
        (
            {"anyVersion": {"metric": {"key": {"name": "x" * 2000}, "value": {}}}},
            "filter.anyVersion.metric.key.name",
        ),
    ],
)
def test_what_is_refused(shared_api: Api, wanted: dict[str, Any], field: str) -> None:
    error = shared_api.error(MODELS, f=wanted)
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", field)


def test_filters_as_large_and_as_deep_as_they_may_be_are_answered(shared_api: Api) -> None:
    tag = {"key": "k", "text": {"contains": "x"}, "number": {"gt": 1, "lt": 2}, "boolean": True}
    metric = {"key": {"name": "n", "dataset": "d", "conditions": []}, "value": {"gt": 1}}
    wide = {"or": [{"tag": tag, "metric": metric} for _ in range(70)]}
    assert shared_api.run(MODELS, f={"anyVersion": wide})["totalCount"] == 0


@pytest.mark.parametrize("steps", range(7))
@pytest.mark.parametrize("way", ["anyVersion", "latestVersion"])
def test_a_filter_as_deep_as_it_may_be_is_answered(shared_api: Api, steps: int, way: str) -> None:
    negations = 20 - 3 * steps
    for outside in (0, negations // 2, negations):
        deep: dict[str, Any] = {"tag": {"key": "k", "text": {"exists": False}}}
        for _ in range(negations - outside):
            deep = {"not": deep}
        for step in reversed(range(steps)):
            deep = {"model" if step % 2 else way: deep}
        for _ in range(outside):
            deep = {"not": deep}
        assert shared_api.run(MODELS, f=deep)["nodes"] == []
        too_deep = shared_api.error(MODELS, f={"not": deep})
        assert too_deep["message"] == "a filter is nested at most 20 deep"
