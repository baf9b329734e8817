"""Searches in an order of one's own, one of each family, with stages and tags counted."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.graphql.conftest import Api, serving
from tests.graphql.indexing import index

SEARCH = """
query Search(
  $text: String, $filter: ModelFilter, $order: SearchOrder, $collapse: SearchCollapse, $facets: [FacetInput!],
  $first: Int, $after: String
) {
  search(
    text: $text, mode: WORDS, filter: $filter, orderBy: $order, collapse: $collapse, facets: $facets,
    first: $first, after: $after
  ) {
    totalCount indexedThrough
    nodes { name }
    edges { cursor rank collapsed node { name } version { number } }
    pageInfo { hasNextPage endCursor }
    facets { field tagKey otherCount values { value count } }
    degraded { code }
  }
}"""
LISTED = "query($f: ModelFilter) { registeredModels(filter: $f, first: 100) { nodes { name } } }"
STAGE = """mutation($v: ID!, $s: String!) { transitionStage(input: {version: {id: $v}, to: $s}) {
  userErrors { message }
} }"""
TEXTS = [None, "default"]
"""Nothing, and what every model says."""
ACCURACY = {"name": "accuracy", "dataset": "imdb"}
GOOD = {"key": ACCURACY, "value": {"gt": 0.6}}
VALUES: list[tuple[float, ...]] = [(0.5,), (0.9, 0.2), (), (0.7,), (0.9,), (), (0.1, 0.7), ()]
"""Of each model, what its versions reach."""
FAMILIES = ["bert", "Bert", None, "resnet", "BERT", "resnet", None, None]
PAPERS = ["https://arxiv.org/abs/1", None, "https://arxiv.org/abs/1", None, None, None, None, None]
STAGES = ["DEVELOPMENT", "STAGING", "PRODUCTION"]


@pytest.fixture(scope="module")
def zoo(
    seeded_file: Path, tmp_path_factory: pytest.TempPathFactory, each_engine: dict[str, Any]
) -> Iterator[Api]:
    with serving(tmp_path_factory.mktemp("ordered"), seeded_file, **each_engine) as api:
        for number, values in enumerate(VALUES):
            facts: dict[str, Any] = {"family": FAMILIES[number], "paperUrl": PAPERS[number]}
            tags = [{"key": "team", "value": ["nlp", "NLP", True, ["a", "b"]][number % 4]}]
            model = api.model(f"m{number}", tags=tags if number < 6 else [], **facts)["model"]
            for at, value in enumerate(values):
                metrics = [{"name": "accuracy", "dataset": "IMDb", "value": value}]
                version = api.version(model, metrics=metrics, framework=["PyTorch", "ONNX"][at])
                if number % 3:
                    api.run(STAGE, v=version, s=STAGES[number % 3])
            if values:
                api.version(model, metrics=[{"name": "accuracy", "dataset": "other", "value": 1.0}])
        index(api, by_meaning=False)
        yield api


def names(found: dict[str, Any]) -> list[str]:
    return [edge["node"]["name"] for edge in found["edges"]]


def by_accuracy(direction: str = "DESC") -> dict[str, Any]:
    return {"metric": {"key": ACCURACY, "direction": direction}}


def by_field(field: str, direction: str = "ASC") -> dict[str, Any]:
    return {"field": {"field": field, "direction": direction}}


def pages(api: Api, size: int, **asked: Any) -> list[dict[str, Any]]:
    """Return the edges of all pages."""
    edges: list[dict[str, Any]] = []
    after = None
    while True:
        page = api.run(SEARCH, first=size, after=after, **asked)
        edges += page["edges"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return edges


@pytest.mark.parametrize("text", TEXTS)
def test_it_works(zoo: Api, text: str | None) -> None:
    found = zoo.run(SEARCH, text=text, order=by_accuracy())
    assert names(found)[:2] in (["m1", "m4"], ["m4", "m1"])
    assert set(names(found)[2:4]) == {"m3", "m6"}
    assert names(found)[4] == "m0"
    assert set(names(found)[5:]) == {"m2", "m5", "m7"}
    shown = {edge["node"]["name"]: edge["version"] for edge in found["edges"]}
    assert [shown[f"m{number}"]["number"] for number in (0, 1, 6)] == [1, 1, 2]
    assert shown["m2"] is None
    assert found["totalCount"] == 8
    ascending = names(zoo.run(SEARCH, text=text, order=by_accuracy("ASC")))
    assert ascending[:3] == ["m6", "m1", "m0"]
    assert set(ascending[5:]) == {"m2", "m5", "m7"}


@pytest.mark.parametrize("text", TEXTS)
def test_versions_that_the_filter_admits_count(zoo: Api, text: str | None) -> None:
    admitted: dict[str, Any] = {"anyVersion": {"framework": {"equals": "onnx"}}}
    found = zoo.run(SEARCH, text=text, order=by_accuracy(), filter=admitted)
    assert [(edge["node"]["name"], edge["version"]["number"]) for edge in found["edges"]] == [
        ("m6", 2),
        ("m1", 2),
    ]
    admitted = {"anyVersion": {"framework": {"equals": "pytorch"}}, "name": {"equals": "m1"}}
    [edge] = zoo.run(SEARCH, text=text, filter=admitted)["edges"]
    assert edge["version"] == {"number": 1}
    [edge] = zoo.run(SEARCH, text=text, filter={"name": {"equals": "m1"}})["edges"]
    assert edge["version"] == {"number": 3}


orders = st.sampled_from(
    [
        None,
        by_accuracy("ASC"),
        by_accuracy("DESC"),
        *(by_field(field, way) for field in ("NAME", "CREATED_AT", "UPDATED_AT") for way in ("ASC", "DESC")),
    ]
)


@given(
    text=st.sampled_from(TEXTS),
    order=orders,
    collapse=st.sampled_from([None, "FAMILY", "PAPER"]),
    size=st.integers(1, 9),
)
@settings(max_examples=40, deadline=None)
def test_pages_are_the_whole_in_order(
    zoo: Api, text: str | None, order: dict[str, Any] | None, collapse: str | None, size: int
) -> None:
    asked: dict[str, Any] = {"text": text, "order": order, "collapse": collapse}
    whole = zoo.run(SEARCH, first=100, **asked)["edges"]
    assert [edge["rank"] for edge in whole] == list(range(1, len(whole) + 1))
    assert pages(zoo, size, **asked) == whole
    assert len(whole) == {None: 8, "FAMILY": 5, "PAPER": 7}[collapse]
    assert sum(1 + edge["collapsed"] for edge in whole) == 8


@pytest.mark.parametrize("text", TEXTS)
def test_fields_order(zoo: Api, text: str | None) -> None:
    every = [f"m{number}" for number in range(8)]
    for field in ("NAME", "CREATED_AT"):
        assert names(zoo.run(SEARCH, text=text, order=by_field(field))) == every
        assert names(zoo.run(SEARCH, text=text, order=by_field(field, "DESC"))) == every[::-1]
    assert names(zoo.run(SEARCH)) == every


@pytest.mark.parametrize("text", TEXTS)
def test_the_best_of_a_family_stands_for_it(zoo: Api, text: str | None) -> None:
    found = zoo.run(SEARCH, text=text, order=by_field("NAME"), collapse="FAMILY")
    assert {edge["node"]["name"]: edge["collapsed"] for edge in found["edges"]} == {
        "m0": 2,
        "m2": 0,
        "m3": 1,
        "m6": 0,
        "m7": 0,
    }
    assert found["totalCount"] == 8
    found = zoo.run(SEARCH, text=text, order=by_accuracy("ASC"), collapse="FAMILY")
    assert [(edge["node"]["name"], edge["collapsed"]) for edge in found["edges"][:3]] == [
        ("m6", 0),
        ("m1", 2),
        ("m3", 1),
    ]
    found = zoo.run(SEARCH, text=text, order=by_field("NAME", "DESC"), collapse="PAPER")
    assert [edge["node"]["name"] for edge in found["edges"] if edge["collapsed"]] == ["m2"]


@pytest.mark.parametrize("text", TEXTS)
def test_stages_and_tags_are_counted(zoo: Api, text: str | None) -> None:
    facets = [{"field": "TAG", "tagKey": "team"}, {"field": "STAGE"}, {"field": "FAMILY", "limit": 1}]
    teams, stages, families = zoo.run(SEARCH, text=text, facets=facets)["facets"]
    assert (teams["field"], teams["tagKey"], stages["tagKey"]) == ("TAG", "team", None)
    assert {one["value"].casefold(): one["count"] for one in teams["values"]} == {
        "nlp": 4,
        "a": 1,
        "b": 1,
        "true": 1,
    }
    held = Counter(stage for number, stage in enumerate(STAGES * 3) if number in {1, 4})
    assert {one["value"]: one["count"] for one in stages["values"]} == {"DEVELOPMENT": 5, **held}
    assert (families["values"][0]["count"], families["otherCount"]) == (3, 2)


@pytest.mark.parametrize("text", TEXTS)
def test_stages_and_tags_ignore_the_filter_on_themselves(zoo: Api, text: str | None) -> None:
    facets = [{"field": "TAG", "tagKey": "team"}, {"field": "STAGE"}]
    admitted = {"anyVersion": {"stage": {"equals": "STAGING"}}, "family": {"equals": "bert"}}
    teams, stages = zoo.run(SEARCH, text=text, filter=admitted, facets=facets)["facets"]
    assert sum(one["count"] for one in teams["values"]) == 2
    assert {one["value"]: one["count"] for one in stages["values"]} == {"DEVELOPMENT": 3, "STAGING": 2}
    admitted = {"tag": {"key": "team", "text": {"equals": "nlp"}}}
    teams, stages = zoo.run(SEARCH, text=text, filter=admitted, facets=facets)["facets"]
    assert sum(one["count"] for one in teams["values"]) == 7
    assert {one["value"]: one["count"] for one in stages["values"]} == {"DEVELOPMENT": 3, "STAGING": 2}
    found = zoo.run(SEARCH, text=text, filter={"not": {"tag": {"key": "other"}}}, facets=facets)
    assert sum(one["count"] for one in found["facets"][0]["values"]) == 7


@pytest.mark.parametrize(
    "wanted",
    [
        {"tag": {"key": "team", "boolean": True}},
        {"createdAt": {"after": "2020-01-01T00:00:00Z"}, "family": {"exists": False}},
        {"updatedAt": {"before": "2020-01-01T00:00:00Z"}},
        {
            "or": [
                {"name": {"equals": "m1"}},
                {"anyVersion": {"metric": {"key": ACCURACY, "value": {"gt": 0.6}}}},
            ]
        },
        {"latestVersion": {"number": {"gte": 3}}},
        {"not": {"anyVersion": {"state": ["READY"]}}},
    ],
)
def test_what_the_index_does_not_know_is_filtered_too(zoo: Api, wanted: dict[str, Any]) -> None:
    listed = {node["name"] for node in zoo.run(LISTED, f=wanted)["nodes"]}
    for text in TEXTS:
        found = zoo.run(SEARCH, text=text, filter=wanted, first=100)
        assert ({node["name"] for node in found["nodes"]}, found["totalCount"]) == (listed, len(listed))


def test_owners_are_filtered_too(api: Api) -> None:
    me = api.run("{ viewer { principal { ... on User { id } } } }")["principal"]["id"]
    api.model("mine", owners=[me])
    api.model("other")
    index(api, by_meaning=False)
    for text in TEXTS:
        assert names(api.run(SEARCH, text=text, filter={"owner": me})) == ["mine"]
        assert names(api.run(SEARCH, text=text, filter={"not": {"owner": me}})) == ["other"]


def test_without_a_text_the_database_knows_all_at_once(api: Api) -> None:
    api.model("late")
    found = api.run(SEARCH)
    assert (names(found), found["totalCount"], found["degraded"]) == (["late"], 1, [])
    assert found["indexedThrough"] == api.run("{ changes(last: 1) { nodes { at } } }")["nodes"][0]["at"]
    found = api.run(SEARCH, facets=[{"field": "TASK"}])
    assert (names(found), found["facets"]) == (["late"], [])
    assert [one["code"] for one in found["degraded"]] == ["INDEX_UNAVAILABLE"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_cursor_of_another_order_is_refused(zoo: Api, text: str | None) -> None:
    asked: dict[str, Any] = {"text": text, "order": by_accuracy(), "first": 1}
    after = zoo.run(SEARCH, **asked)["pageInfo"]["endCursor"]
    others: list[dict[str, Any]] = [
        {"order": by_accuracy("ASC")},
        {"order": by_field("NAME")},
        {"order": None},
        {"collapse": "FAMILY"},
        {"text": "default default"},
    ]
    for other in others:
        assert zoo.error(SEARCH, **{**asked, "after": after, **other})["field"] == "after"


@pytest.mark.parametrize("text", TEXTS)
def test_a_filter_that_says_nothing_of_a_facets_field_holds_for_it(zoo: Api, text: str | None) -> None:
    facets = [{"field": "TAG", "tagKey": "team"}, {"field": "STAGE"}]
    nothing: dict[str, Any]
    for nothing in ({"or": []}, {"not": {}}):
        found = zoo.run(SEARCH, text=text, filter=nothing, facets=facets)
        assert [one["values"] for one in found["facets"]] == [[], []]
    found = zoo.run(SEARCH, text=text, filter={"anyVersion": {}}, facets=facets)
    assert sum(one["count"] for one in found["facets"][0]["values"]) == 5


@pytest.mark.parametrize(
    ("facets", "field"),
    [
        ([{"field": "TAG"}], "facets.0.tagKey"),
        ([{"field": "TASK"}, {"field": "STAGE", "tagKey": "team"}], "facets.1.tagKey"),
        ([{"field": "TAG", "tagKey": "a"}, {"field": "TAG", "tagKey": "a"}], "facets.1.field"),
        ([{"field": "TAG", "tagKey": "\x00"}], "facets.0.tagKey"),
    ],
)
def test_facets_that_cannot_be_counted_are_refused(
    zoo: Api, facets: list[dict[str, Any]], field: str
) -> None:
    assert zoo.error(SEARCH, facets=facets)["field"] == field


def test_an_order_that_no_database_can_look_for_is_refused(zoo: Api) -> None:
    order = {"metric": {"key": {"name": "a\x00"}, "direction": "ASC"}}
    assert zoo.error(SEARCH, order=order)["field"] == "orderBy.metric.key.name"
