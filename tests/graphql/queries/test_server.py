"""What the server says of itself, of who asks, and of the tasks it knows."""

from app.version import VERSION
from tests.graphql.conftest import Api
from tests.graphql.indexing import index

INFO = """{ serverInfo {
  name version database searchEngine embedder { name dimension digest }
  indexedThrough wordsLag meaningLag indexedModels embeddedModels
  limits { maxPageSize maxTags searchWindow }
} }"""

PARKED = "{ serverInfo { parkedItems parked { entityId part reason tries retryAt } } }"


def test_it_works(api: Api) -> None:
    found = api.run(INFO)
    assert (found["name"], found["version"], found["database"]) == ("Holotype", VERSION, "sqlite")
    assert found["limits"] == {"maxPageSize": 100, "maxTags": 1_000, "searchWindow": 1_000}
    assert {found[name] for name in ("embedder", "indexedThrough", "wordsLag", "indexedModels")} == {None}


def test_the_lag_of_the_index_is_told(api: Api) -> None:
    api.model("bert")
    index(api)
    found = api.run(INFO)
    assert (found["wordsLag"], found["meaningLag"]) == (0, 0)
    assert (found["indexedModels"], found["embeddedModels"]) == (1, 1)
    assert found["embedder"] == {"name": "words", "dimension": 384, "digest": "words-1"}
    last = api.run("{ changes(last: 1) { nodes { at } } }")["nodes"][0]["at"]
    assert found["indexedThrough"] == last
    api.model("resnet", version={})
    assert api.run(INFO)["wordsLag"] == 2


def test_what_cannot_be_indexed_is_named(api: Api) -> None:
    assert (api.run(PARKED)["parkedItems"], api.run(PARKED)["parked"]) == (None, None)
    index(api, by_meaning=False)
    assert (api.run(PARKED)["parkedItems"], api.run(PARKED)["parked"]) == (0, [])
    ill = [api.model(f"ill-{number}")["model"] for number in range(21)]
    with api.store.database.writers.begin() as connection:
        connection.exec_driver_sql("UPDATE model SET description = CAST(x'c328' AS TEXT)")
    index(api)
    found = api.run(PARKED)
    assert found["parkedItems"] == 21
    assert len(found["parked"]) == 20
    named = found["parked"][0]
    assert named["entityId"] in ill
    assert (named["part"], named["tries"]) == ("WORDS", 1)
    assert "decode" in named["reason"]
    assert "SELECT" not in named["reason"]


def test_who_asks(api: Api) -> None:
    found = api.run("{ viewer { principal { __typename ... on User { name } } } }")
    assert found == {"principal": {"__typename": "User", "name": "local"}}


def test_tasks_are_found_by_any_of_their_words(api: Api) -> None:
    query = (
        "query($text: String) { tasks(text: $text) { totalCount nodes { name title description synonyms } } }"
    )
    every = api.run(query)
    assert every["totalCount"] > 100
    names = [task["name"] for task in every["nodes"]]
    assert names == sorted(names)
    for task in every["nodes"][:10]:
        for text in (task["name"], task["title"].upper(), task["description"], *task["synonyms"]):
            assert task["name"] in [one["name"] for one in api.run(query, text=text)["nodes"]]
    assert api.run(query, text="no such task at all") == {"totalCount": 0, "nodes": []}
