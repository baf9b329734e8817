"""While there is no index, the database finds by words, and every answer says what it lacks."""

from typing import Any

import pytest

from tests.graphql.conftest import Api

pytestmark = pytest.mark.both_databases

SEARCH = """
query($text: String!, $mode: SearchMode, $filter: ModelFilter, $facets: [FacetInput!], $after: String) {
  search(text: $text, mode: $mode, filter: $filter, facets: $facets, first: 2, after: $after) {
    totalCount suggestions
    nodes { name }
    edges { rank score why { words meaning matched { field words } } }
    pageInfo { hasNextPage endCursor }
    facets { field values { value count } }
    degraded { code message }
  }
}"""
DATASETS = """
query($text: String!, $filter: DatasetFilter) { datasets(text: $text, filter: $filter) {
  totalCount nodes { name } degraded { code message }
} }"""
BY_WORDS = "found by words in names, tags and descriptions alone"


@pytest.fixture
def zoo(api: Api) -> Api:
    for name in ("bert-base", "bert-large", "other"):
        licence = "MIT" if name == "bert-large" else None
        version = {"parameterCount": 7} if name == "bert-large" else None
        api.model(name, version=version, description="Reads feelings", license=licence)
    return api


def names(found: dict[str, Any]) -> list[str]:
    return [node["name"] for node in found["nodes"]]


@pytest.mark.parametrize("mode", ["HYBRID", "WORDS", "MEANING"])
def test_models_are_found_by_words_whatever_the_mode(zoo: Api, mode: str) -> None:
    found = zoo.run(SEARCH, text="BERT feelings", mode=mode)
    assert (set(names(found)), found["totalCount"]) == ({"bert-base", "bert-large"}, 3)
    first, second = found["edges"]
    assert (first["rank"], second["rank"]) == (1, 2)
    assert 1 >= first["score"] >= second["score"] > 0
    assert (first["why"]["words"], first["why"]["meaning"]) == (None, None)
    assert first["why"]["matched"][0] == {"field": "name", "words": ["bert"]}
    [degradation] = found["degraded"]
    assert degradation["code"] == "INDEX_UNAVAILABLE"
    assert degradation["message"].endswith(BY_WORDS)
    rest = zoo.run(SEARCH, text="BERT feelings", mode=mode, after=found["pageInfo"]["endCursor"])
    assert (names(rest), rest["totalCount"], rest["pageInfo"]["hasNextPage"]) == (["other"], 3, False)


@pytest.mark.parametrize(
    "admitted",
    [
        {"license": {"equals": "mit"}},
        {"anyVersion": {"parameterCount": {"gte": 7}}},
        {"not": {"name": {"in": ["bert-base", "other"]}}},
    ],
)
def test_a_filter_leaves_models_out(zoo: Api, admitted: dict[str, Any]) -> None:
    found = zoo.run(SEARCH, text="bert feelings", filter=admitted)
    assert (names(found), found["totalCount"]) == (["bert-large"], 1)


def test_nothing_found_says_where_it_was_looked_for(zoo: Api) -> None:
    found = zoo.run(SEARCH, text="zebra")
    assert (names(found), found["totalCount"], found["suggestions"]) == ([], 0, [])
    assert [one["code"] for one in found["degraded"]] == ["INDEX_UNAVAILABLE"]


@pytest.mark.parametrize("text", ["bert", ""])
def test_facets_that_nobody_counts_are_named(zoo: Api, text: str) -> None:
    found = zoo.run(SEARCH, text=text, facets=[{"field": "LICENSE"}, {"field": "FRAMEWORK"}])
    assert found["facets"] == []
    [degradation] = found["degraded"]
    assert degradation["message"].endswith("not counted: the facets LICENSE, FRAMEWORK")


def test_datasets_are_found_by_words(zoo: Api) -> None:
    for name in ("birds", "birds-of-prey"):
        zoo.run(
            "mutation($input: RegisterDatasetInput!) { registerDataset(input: $input) { dataset { id } } }",
            input={"name": name},
        )
    found = zoo.run(DATASETS, text="bird")
    assert (names(found), found["totalCount"]) == (["birds", "birds-of-prey"], 2)
    assert found["degraded"][0]["message"].endswith(BY_WORDS)
    found = zoo.run(DATASETS, text="bird", filter={"name": {"equals": "birds-of-prey"}})
    assert (names(found), found["totalCount"]) == (["birds-of-prey"], 1)


def test_completions_are_null(zoo: Api) -> None:
    assert zoo.run('{ suggest(prefix: "ber") { text } }') is None
