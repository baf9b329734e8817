"""What the running API says: which records each model or dataset came from, and what is found."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx2

from bench.search_quality.queries import JudgedQuery

MODELS = """
query Models($after: String) {
  registeredModels(first: 100, after: $after) {
    nodes { id tag(key: "source_id") { value } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
DATASETS = """
query Datasets($after: String) {
  datasets(first: 100, after: $after) { nodes { id tags { key value } } pageInfo { hasNextPage endCursor } }
}
"""
FIND = """
query Find($text: String!, $mode: SearchMode!, $first: Int!) {
  search(text: $text, mode: $mode, first: $first) { nodes { id } degraded { code message } }
}
"""
FIND_DATASETS = """
query FindDatasets($text: String!, $first: Int!) {
  datasets(text: $text, first: $first) { nodes { id } degraded { code message } }
}
"""
SIMILAR = """
query Similar($id: ID!, $first: Int!) {
  registeredModel(by: {id: $id}) { similar(limit: $first) { model { id } } }
}
"""


SERVER = "query Server { serverInfo { searchEngine } }"


DATABASE = "DATABASE"
"""The way of finding that is left while there is no index; it has no mode of its own in the API."""
NO_INDEX = "INDEX_UNAVAILABLE"


class Unanswered(Exception):
    """The API answered with an error, or not from the whole index."""


def engine(api: httpx2.Client) -> str:
    """Return the kind of engine that answers."""
    name: str = _ask(api, SERVER, {})["serverInfo"]["searchEngine"]
    return name


def things_by_record(api: httpx2.Client) -> dict[str, str]:
    """Return the id of the model or dataset that each record became, by the tag `source_id`."""
    models = _listed(api, MODELS, "registeredModels")
    things = {record: node["id"] for node in models for record in (node["tag"] or {}).get("value", ())}
    for node in _listed(api, DATASETS, "datasets"):
        things |= {tag["value"]: node["id"] for tag in node["tags"] if tag["key"] == "source_id"}
    return things


def found(
    api: httpx2.Client, query: JudgedQuery, mode: str, first: int, thing_of: Mapping[str, str]
) -> list[str]:
    """Return the ids of what is found for a query, the best first.

    Raises:
        Unanswered: The index is behind, so that the ranking would not be the search's own, or there is one
            though it is asked how the database finds.
    """
    if query.seed:
        model = _ask(api, SIMILAR, {"id": thing_of[query.seed], "first": first})["registeredModel"]
        return [one["model"]["id"] for one in model["similar"]]
    if query.type == "dataset":
        answer = _ask(api, FIND_DATASETS, {"text": query.text, "first": first})["datasets"]
    else:
        asked = {"text": query.text, "mode": "WORDS" if mode == DATABASE else mode, "first": first}
        answer = _ask(api, FIND, asked)["search"]
    if mode == DATABASE and [reason["code"] for reason in answer["degraded"]] != [NO_INDEX]:
        raise Unanswered("there is an index, so that the database is not asked")
    if mode != DATABASE and answer["degraded"]:
        raise Unanswered("; ".join(reason["message"] for reason in answer["degraded"]))
    return [node["id"] for node in answer["nodes"]]


def _listed(api: httpx2.Client, query: str, name: str) -> Iterator[dict[str, Any]]:
    after = None
    while True:
        page = _ask(api, query, {"after": after})[name]
        yield from page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def _ask(api: httpx2.Client, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    answer = api.post("/graphql", json={"query": query, "variables": variables}).json()
    if answer.get("errors"):
        raise Unanswered(answer["errors"][0]["message"])
    data: dict[str, Any] = answer["data"]
    return data
