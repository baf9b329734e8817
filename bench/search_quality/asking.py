"""What the running API says: which records each model came from, and what a search finds."""

from collections.abc import Iterator
from typing import Any

import httpx2

PAGE = 100
SOURCES = """
query Sources($after: String) {
  registeredModels(first: 100, after: $after) {
    nodes { id tag(key: "source_id") { value } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
FIND = """
query Find($text: String!, $mode: SearchMode!, $first: Int!) {
  search(text: $text, mode: $mode, first: $first) { nodes { id } degraded { message } }
}
"""


class Unanswered(Exception):
    """The API answered with an error, or not from the whole index."""


def models_by_record(api: httpx2.Client) -> dict[str, str]:
    """Return the id of the model that each record became, by the models' tag `source_id`, a list."""
    return {record: model for model, records in _sources(api) for record in records}


def found_models(api: httpx2.Client, text: str, mode: str, first: int) -> list[str]:
    """Return the ids of the models that a search finds, the best first.

    Raises:
        Unanswered: The index is behind, so that the ranking would not be the search's own.
    """
    answer = _ask(api, FIND, {"text": text, "mode": mode, "first": first})["search"]
    if answer["degraded"]:
        raise Unanswered("; ".join(reason["message"] for reason in answer["degraded"]))
    return [node["id"] for node in answer["nodes"]]


def _sources(api: httpx2.Client) -> Iterator[tuple[str, list[str]]]:
    after = None
    while True:
        page = _ask(api, SOURCES, {"after": after})["registeredModels"]
        for node in page["nodes"]:
            if node["tag"]:
                yield node["id"], node["tag"]["value"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def _ask(api: httpx2.Client, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    answer = api.post("/graphql", json={"query": query, "variables": variables}).json()
    if answer.get("errors"):
        raise Unanswered(answer["errors"][0]["message"])
    data: dict[str, Any] = answer["data"]
    return data
