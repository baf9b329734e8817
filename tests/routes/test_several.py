"""Several API processes over one database and one index, beside one indexer."""

from pathlib import Path
from threading import Event, Thread

import httpx2

from app.search.contract import Kind
from app.search.embedded.engine import EmbeddedEngine
from indexer.following import follow
from indexer.source import RegistrySource
from tests.routes.serving import Served, served
from tests.store import Store, store
from tests.waiting import wait_until

__all__ = ["store"]

REGISTER = "mutation($name: String!) { registerModel(input: {name: $name}) { userErrors { message } } }"
SEARCH = "query($text: String!) { search(text: $text, mode: WORDS) { edges { node { name } } } }"


def test_what_one_writes_all_find(store: Store, tmp_path: Path) -> None:
    stop = Event()
    kept = [
        (RegistrySource(store.database, kind), EmbeddedEngine(tmp_path / "index" / kind)) for kind in Kind
    ]
    indexer = Thread(target=follow, args=(kept, None, stop))
    indexer.start()
    try:
        with served(tmp_path) as one, served(tmp_path) as other:
            for writer, name in ((one, "alpha"), (other, "bravo"), (one, "charlie"), (other, "delta")):
                ask(writer, REGISTER, name=name)
                for reader in (one, other):
                    wait_until_found(reader, name)
    finally:
        stop.set()
        indexer.join()


def ask(api: Served, query: str, **variables: str) -> dict[str, dict[str, list[dict[str, dict[str, str]]]]]:
    answer = httpx2.post(f"{api.url}/graphql", json={"query": query, "variables": variables}, trust_env=False)
    body = answer.json()
    assert "errors" not in body
    data: dict[str, dict[str, list[dict[str, dict[str, str]]]]] = body["data"]
    return data


def wait_until_found(api: Served, name: str) -> None:
    def is_found() -> bool:
        edges = ask(api, SEARCH, text=name)["search"]["edges"]
        return [edge["node"]["name"] for edge in edges] == [name]

    wait_until(is_found)
