"""Finding models, as somebody types what is looked for."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.db.changelog import ends
from app.insight.discovery.asking import Discovery, ask
from app.search.contract import Kind, SearchRequest
from app.search.embedded.reader import EmbeddedReader
from app.search.query_encoder import MODEL, QueryEncoders, encoder_directory
from tests.graphql.conftest import Api, serving
from tests.graphql.indexing import EMBEDDER, index
from tests.store import open_store

SEARCH = """
query Search(
  $text: String, $mode: SearchMode, $filter: ModelFilter, $facets: [FacetInput!], $first: Int, $after: String
) {
  search(text: $text, mode: $mode, filter: $filter, facets: $facets, first: $first, after: $after) {
    totalCount window indexedThrough
    nodes { name }
    edges {
      cursor rank score node { name } version { number }
      why { words meaning matched { field words } highlights { field fragments } }
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    facets { field otherCount values { value count } }
    degraded { code message }
    suggestions
  }
}"""


@pytest.fixture(scope="module")
def zoo(
    seeded_file: Path, tmp_path_factory: pytest.TempPathFactory, each_engine: dict[str, Any]
) -> Iterator[Api]:
    with serving(tmp_path_factory.mktemp("zoo"), seeded_file, **each_engine) as api:
        api.model(
            "bert-de",
            version={},
            displayName="BERT German",
            description="Reads <b>feelings</b> in German text",
            task="text_classification",
            languages=["de"],
            framework="PyTorch",
        )
        api.model("bert-en", task="text_classification", languages=["en"], framework="pytorch")
        api.model("whisper", description="Speech recognition", framework="JAX", version={})
        for number in range(5):
            api.model(f"filler-{number}", framework="Keras", license="MIT")
        index(api)
        yield api


def names(found: dict[str, Any]) -> list[str]:
    return [edge["node"]["name"] for edge in found["edges"]]


def test_it_works(zoo: Api) -> None:
    found = zoo.run(SEARCH, text="german bert")
    assert names(found)[0] == "bert-de"
    best = found["edges"][0]
    assert (best["rank"], best["score"], best["version"]) == (1, 1, {"number": 1})
    assert 0 < best["why"]["words"] < 1
    assert 0 < best["why"]["meaning"] <= 1
    matched = {one["field"]: one["words"] for one in best["why"]["matched"]}
    assert {"german", "bert"} <= {word.casefold() for words in matched.values() for word in words}
    fragments = {one["field"]: one["fragments"] for one in best["why"]["highlights"]}
    assert fragments["description"] == ["Reads &lt;b&gt;feelings&lt;/b&gt; in <mark>German</mark> text"]
    assert [edge["rank"] for edge in found["edges"]] == list(range(1, 9))
    scores = [edge["score"] for edge in found["edges"]]
    assert scores == sorted(scores, reverse=True)
    assert [node["name"] for node in found["nodes"]] == names(found)
    assert (found["window"], found["degraded"]) == (1_000, [])
    assert found["indexedThrough"] == zoo.run("{ changes(last: 1) { nodes { at } } }")["nodes"][0]["at"]


def test_words_find_what_has_the_words_alone(zoo: Api) -> None:
    found = zoo.run(SEARCH, text="german bert", mode="WORDS")
    assert names(found) == ["bert-de", "bert-en"]
    assert found["totalCount"] == 2
    assert {edge["why"]["meaning"] for edge in found["edges"]} == {None}


def test_meaning_finds_what_is_near(zoo: Api) -> None:
    found = zoo.run(SEARCH, text="speech recognition", mode="MEANING")
    assert names(found)[0] == "whisper"
    assert found["totalCount"] == 8
    assert {edge["why"]["words"] for edge in found["edges"]} == {None}


def test_without_a_text_the_filter_decides(zoo: Api) -> None:
    for text in (None, "", "  "):
        found = zoo.run(SEARCH, text=text, filter={"framework": {"equals": "PYTORCH"}})
        assert set(names(found)) == {"bert-de", "bert-en"}
        assert {edge["score"] for edge in found["edges"]} == {0}
        assert {edge["why"]["words"] for edge in found["edges"]} == {None}


def test_the_text_ranks_what_the_filter_admits(zoo: Api) -> None:
    found = zoo.run(SEARCH, text="german bert", filter={"language": {"equals": "EN"}})
    assert (names(found), found["totalCount"]) == (["bert-en"], 1)


def test_facets_count_what_was_found(zoo: Api) -> None:
    asked: list[dict[str, Any]] = [
        {"field": "FRAMEWORK", "limit": 2},
        {"field": "LICENSE"},
        {"field": "LANGUAGE"},
        {"field": "TASK"},
    ]
    found = zoo.run(SEARCH, facets=asked)["facets"]
    assert [facet["field"] for facet in found] == [one["field"] for one in asked]
    frameworks, licences, languages, tasks = found
    assert frameworks["values"] == [{"value": "Keras", "count": 5}, {"value": "PyTorch", "count": 2}]
    assert frameworks["otherCount"] == 1
    assert licences["values"] == [{"value": "MIT", "count": 5}]
    assert {one["value"]: one["count"] for one in languages["values"]} == {"de": 1, "en": 1}
    assert tasks["values"] == [{"value": "text_classification", "count": 2}]


def test_a_facet_ignores_the_filter_on_its_own_field(zoo: Api) -> None:
    asked = [{"field": "FRAMEWORK"}, {"field": "LICENSE"}]
    found = zoo.run(SEARCH, filter={"framework": {"equals": "jax"}}, facets=asked)
    frameworks, licences = found["facets"]
    assert (names(found), licences["values"]) == (["whisper"], [])
    assert len(frameworks["values"]) == 3


@pytest.mark.parametrize(
    ("facets", "field"),
    [
        ([{"field": "TASK", "limit": 0}], "facets.0.limit"),
        ([{"field": "TASK", "limit": 101}], "facets.0.limit"),
        ([{"field": "TASK"}, {"field": "TASK"}], "facets.1.field"),
    ],
)
def test_facets_that_cannot_be_counted_are_refused(
    zoo: Api, facets: list[dict[str, Any]], field: str
) -> None:
    assert zoo.error(SEARCH, facets=facets)["field"] == field


@pytest.mark.parametrize("size", [1, 3, 8, 100])
def test_pages_are_the_window_in_order(zoo: Api, size: int) -> None:
    whole = names(zoo.run(SEARCH, text="german bert", first=100))
    seen, after = [], None
    while True:
        page = zoo.run(SEARCH, text="german bert", first=size, after=after)
        seen += names(page)
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == whole
    assert names(zoo.run(SEARCH, text="german bert", first=size, after=after)) == []


def test_a_cursor_of_another_search_is_refused(zoo: Api) -> None:
    after = zoo.run(SEARCH, text="german bert", first=1)["pageInfo"]["endCursor"]
    others: list[dict[str, Any]] = [
        {"text": "german"},
        {"text": "german bert", "mode": "WORDS"},
        {"text": "german bert", "filter": {"task": {"exists": True}}},
        {"text": None},
    ]
    for other in others:
        assert zoo.error(SEARCH, after=after, **other)["field"] == "after"
    for garbage in ("", "x", "AAAA", after[:-2], after + "A", "\ud800", "W10", "bnVsbA"):
        error = zoo.error(SEARCH, text="german bert", after=garbage)
        assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "after")


@pytest.mark.parametrize("first", [0, -1, 101])
def test_no_page_of_that_size(zoo: Api, first: int) -> None:
    assert zoo.error(SEARCH, text="bert", first=first)["field"] == "first"


@pytest.mark.parametrize("mode", ["HYBRID", "WORDS", "MEANING"])
@pytest.mark.parametrize(
    "text",
    [
        "the of and",
        "😀 🎉",
        "word " * 2_000,
        " ".join(f"w{number}" for number in range(1_400)),
        'field:(a AND "b~2) [* TO',
        "\x00\x01\x7f",
        "\ud800",
        "中文模型",
        "-- ' OR 1=1",
        "a" * 10_000,
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_any_text_is_answered(zoo: Api, text: str, mode: str) -> None:
    found = zoo.run(SEARCH, text=text, mode=mode)
    assert found["degraded"] == []
    assert found["totalCount"] >= len(found["edges"])
    assert all(0 <= edge["score"] <= 1 for edge in found["edges"])


@pytest.mark.parametrize("mode", ["HYBRID", "WORDS", "MEANING"])
@pytest.mark.parametrize("text", ["\x00\x01", "😀 🎉", "?!", "\ud800", "-- ' *"])
def test_signs_without_a_letter_find_nothing(zoo: Api, text: str, mode: str) -> None:
    found = zoo.run(SEARCH, text=text, mode=mode, facets=[{"field": "TASK"}])
    assert (found["totalCount"], found["edges"], found["facets"][0]["values"]) == (0, [], [])


def test_stop_words_are_found_by_meaning_alone(zoo: Api) -> None:
    assert zoo.run(SEARCH, text="the of and", mode="WORDS")["totalCount"] == 0
    found = zoo.run(SEARCH, text="the of and")
    assert (found["totalCount"], {edge["why"]["words"] for edge in found["edges"]}) == (8, {None})


def test_a_text_that_is_too_long_is_refused(zoo: Api) -> None:
    assert zoo.error(SEARCH, text="a" * 10_001)["field"] == "text"


def test_what_is_not_asked_for_is_not_explained(zoo: Api) -> None:
    query = (
        "query($t: String) { search(text: $t, first: 1) { edges { why { words } node { tags { key } } } } }"
    )
    assert zoo.run(query, t="bert")["edges"][0]["node"] == {"tags": []}


def test_without_vectors_words_answer_and_it_is_said(api: Api) -> None:
    api.model("bert")
    index(api, by_meaning=False)
    found = api.run(SEARCH, text="bert")
    assert names(found) == ["bert"]
    assert {one["code"] for one in found["degraded"]} == {"EMBEDDER_UNAVAILABLE", "MEANING_BEHIND"}
    assert api.run(SEARCH, text="bert", mode="WORDS")["degraded"] == []


def test_with_a_damaged_encoder_words_answer_and_it_is_said(seeded_file: Path, tmp_path: Path) -> None:
    with serving(tmp_path / "whole", seeded_file) as api:
        api.model("bert")
        index(api)
    damaged = tmp_path / "damaged"
    shutil.copytree(tmp_path / "whole" / "index", damaged / "index")
    model = encoder_directory(damaged / "index", EMBEDDER.digest) / MODEL
    model.write_bytes(model.read_bytes()[:1_000])
    with serving(damaged, tmp_path / "whole" / "registry.db") as api:
        found = api.run(SEARCH, text="bert")
    assert names(found) == ["bert"]
    [degradation] = found["degraded"]
    assert degradation["code"] == "EMBEDDER_UNAVAILABLE"
    assert "damaged" in degradation["message"]
    assert str(tmp_path) not in degradation["message"]


def test_an_index_that_is_behind_says_so(api: Api) -> None:
    api.model("bert")
    index(api)
    api.model("late")
    found = api.run(SEARCH, text="bert")
    assert [one["code"] for one in found["degraded"]] == ["WORDS_BEHIND", "MEANING_BEHIND"]
    index(api)
    found = api.run(SEARCH, text="late")
    assert (names(found)[0], found["degraded"]) == ("late", [])


def test_an_index_of_another_registry_is_not_believed(seeded_file: Path, tmp_path: Path) -> None:
    open_store(tmp_path / "other.db").database.close()
    with serving(tmp_path / "other", tmp_path / "other.db") as other:
        other.model("alien", description="A classifier")
        index(other)
    shutil.copytree(tmp_path / "other" / "index", tmp_path / "own" / "index")
    with serving(tmp_path / "own", seeded_file) as api:
        api.model("bert", description="A classifier")
        found = api.run('{ search(text: "classifier") { totalCount degraded { code message } } }')
        assert [one["code"] for one in found["degraded"]] == ["INDEX_UNAVAILABLE"]
        assert "another registry" in found["degraded"][0]["message"]
        assert "another registry" in api.http.get("/readyz").json()["parts"]["index"]


def test_an_index_ahead_of_what_a_reader_sees_is_not_behind(api: Api) -> None:
    api.model("a")
    with api.store.reading() as early:
        ends(early)
        api.model("b", description="a small picture")
        index(api)
        folder = api.data / "index"
        models, datasets = (EmbeddedReader(folder / kind) for kind in (Kind.MODELS, Kind.DATASETS))
        discovery = Discovery(models, datasets, QueryEncoders(folder))
        reply = ask(early, discovery, Kind.MODELS, SearchRequest(text="small"))
        discovery.close()
    assert (reply.answer is not None, reply.degraded) == (True, [])


def test_a_slip_of_the_pen_is_understood(zoo: Api) -> None:
    assert zoo.run(SEARCH, text="speach Recogniton")["suggestions"] == ["speech recognition"]
    assert zoo.run(SEARCH, text="speach", mode="WORDS")["suggestions"] == ["speech"]
    assert zoo.run(SEARCH, text="BRET-de wihsper")["suggestions"] == ["bert-de whisper"]
    assert zoo.run(SEARCH, text="speechrecognition")["suggestions"] == ["speech recognition"]


@pytest.mark.parametrize("text", ["speech recognition", "xylophone", "中文模型", "🐦", " ", None])
def test_nothing_is_suggested_for_what_is_known_or_like_nothing(zoo: Api, text: str | None) -> None:
    assert zoo.run(SEARCH, text=text)["suggestions"] == []
