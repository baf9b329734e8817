"""Finding datasets by words and meaning."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.graphql.conftest import Api, serving
from tests.graphql.indexing import index

FIND = """
query Find(
  $text: String, $filter: DatasetFilter, $first: Int, $after: String, $last: Int, $before: String
) {
  datasets(text: $text, filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    totalCount
    nodes { name }
    edges { cursor node { name } }
    pageInfo { hasNextPage hasPreviousPage endCursor startCursor }
    degraded { code }
    suggestions
  }
}"""
REGISTER = """
mutation Register($input: RegisterDatasetInput!) {
  registerDataset(input: $input) { dataset { id } userErrors { message } }
}"""


def dataset(api: Api, name: str, description: str = "", **tags: Any) -> str:
    given = {
        "name": name,
        "description": description or None,
        "tags": [{"key": key, "value": value} for key, value in tags.items()],
        "version": {"label": "1", "license": tags.get("license")},
    }
    made = api.run(REGISTER, input=given)
    assert made["userErrors"] == []
    return str(made["dataset"]["id"])


@pytest.fixture(scope="module")
def shelf(
    seeded_file: Path, tmp_path_factory: pytest.TempPathFactory, each_engine: dict[str, Any]
) -> Iterator[Api]:
    with serving(tmp_path_factory.mktemp("shelf"), seeded_file, **each_engine) as api:
        dataset(api, "GermanQuAD", "Questions about articles", languages=["deu-Latn"], license="MIT")
        dataset(api, "LibriSpeech", "Speech read from books", task="ASR", domain="audio")
        dataset(api, "sst2", "Sentiment of film reviews", license="MIT", modalities=["text"])
        for number in range(4):
            dataset(api, f"pictures-{number}")
        api.model("GermanQuAD", description="a model is no dataset")
        index(api)
        yield api


def names(found: dict[str, Any]) -> list[str]:
    return [node["name"] for node in found["nodes"]]


def test_it_works(shelf: Api) -> None:
    found = shelf.run(FIND, text="speech recognition")
    assert names(found)[0] == "LibriSpeech"
    assert (found["totalCount"], found["degraded"]) == (7, [])
    assert [edge["node"]["name"] for edge in found["edges"]] == names(found)


@pytest.mark.parametrize(
    ("text", "name"),
    [("german", "GermanQuAD"), ("audio", "LibriSpeech")],
)
def test_what_the_tags_say_is_found(shelf: Api, text: str, name: str) -> None:
    assert names(shelf.run(FIND, text=text))[0] == name


def test_a_slip_of_the_pen_is_understood(shelf: Api) -> None:
    assert shelf.run(FIND, text="sentimnet fo film")["suggestions"] == ["sentiment fo film"]
    assert shelf.run(FIND, text="filmreviews")["suggestions"] == ["film reviews"]
    for known in ("sentiment", "feeling", "xylophone", None):
        assert shelf.run(FIND, text=known)["suggestions"] == []


def test_the_text_ranks_what_the_filter_admits(shelf: Api) -> None:
    found = shelf.run(FIND, text="speech", filter={"license": {"equals": "mit"}})
    assert set(names(found)) == {"GermanQuAD", "sst2"}
    assert found["totalCount"] == 2
    assert shelf.run(FIND, text="speech", filter={"name": {"in": []}})["totalCount"] == 0


def test_without_a_text_they_come_by_name(shelf: Api) -> None:
    for text in (None, "", "  "):
        assert names(shelf.run(FIND, text=text))[:3] == ["GermanQuAD", "LibriSpeech", "pictures-0"]


def test_pages_are_the_whole_forward_and_backward(shelf: Api) -> None:
    whole = names(shelf.run(FIND, text="film reviews"))
    forward: list[str] = []
    after = None
    while True:
        page = shelf.run(FIND, text="film reviews", first=3, after=after)
        forward += names(page)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    backward: list[str] = []
    before = None
    while True:
        page = shelf.run(FIND, text="film reviews", last=3, before=before)
        backward = names(page) + backward
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
    assert forward == backward == whole


def test_a_cursor_of_another_search_is_refused(shelf: Api) -> None:
    after = shelf.run(FIND, text="film", first=1)["pageInfo"]["endCursor"]
    for other in ({"text": "films"}, {"text": None}, {"text": "film", "filter": {"revoked": False}}):
        assert shelf.error(FIND, after=after, **other)["field"] == "after"


def test_a_text_that_is_too_long_is_refused(shelf: Api) -> None:
    assert shelf.error(FIND, text="a" * 10_001)["field"] == "text"


def test_changes_are_followed_and_a_delay_is_said(api: Api) -> None:
    first = dataset(api, "first", "a film")
    found = api.run(FIND, text="film")
    assert (names(found), found["degraded"]) == (["first"], [{"code": "INDEX_UNAVAILABLE"}])
    index(api)
    dataset(api, "second", "about a late film")
    found = api.run(FIND, text="film")
    assert [one["code"] for one in found["degraded"]] == ["WORDS_BEHIND", "MEANING_BEHIND"]
    tags = {"subject": first, "tags": [{"key": "film", "value": "film film film"}]}
    api.run("mutation($i: SetTagsInput!) { setTags(input: $i) { userErrors { message } } }", i=tags)
    index(api)
    found = api.run(FIND, text="film")
    assert (names(found)[0], found["totalCount"], found["degraded"]) == ("first", 2, [])
