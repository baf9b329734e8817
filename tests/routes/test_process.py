"""The API as a process: what it logs, and that it finishes what it has begun."""

import json
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import httpx2

from tests.routes.serving import served
from tests.store import open_store

CREATE = (
    'mutation Make { createNamespace(input: {name: "late"}) { namespace { name } userErrors { message } } }'
)


def test_logs_for_programs_have_a_line_for_each_request(tmp_path: Path) -> None:
    with served(tmp_path, HOLOTYPE_LOG_FORMAT="json") as api:
        good = httpx2.post(f"{api.url}/graphql", json={"query": CREATE}, trust_env=False)
        bad = httpx2.post(f"{api.url}/graphql", json={"query": "{ nothing }"}, trust_env=False)
        lines = [json.loads(line) for line in api.end()]
    by_request = {line["request"]: line for line in lines if "request" in line}
    told = by_request[good.headers["x-request-id"]]
    assert told["level"] == "info"
    assert (told["method"], told["path"], told["status"]) == ("POST", "/graphql", 200)
    assert (told["operation"], told["errors"]) == ("Make", [])
    refused = by_request[bad.headers["x-request-id"]]
    assert (refused["operation"], refused["errors"]) == (None, ["GRAPHQL_VALIDATION_FAILED"])
    store = open_store(tmp_path / "registry.db")
    assert store.last_change().request_id == good.headers["x-request-id"]
    store.database.close()


def test_it_finishes_what_it_has_begun(tmp_path: Path) -> None:
    answers = []

    def ask(url: str) -> None:
        answers.append(httpx2.post(url, json={"query": CREATE}, timeout=30, trust_env=False).json())

    with (
        served(tmp_path) as api,
        closing(sqlite3.connect(tmp_path / "registry.db", isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        asking = threading.Thread(target=ask, args=[f"{api.url}/graphql"])
        asking.start()
        while "in_use" not in (waiting := writers_in_use(api.url)) or waiting.endswith(" 0.0"):
            assert asking.is_alive()
        api.process.terminate()
        assert answers == []
        other.execute("ROLLBACK")
        asking.join(30)
        assert api.process.wait(30) == -15
    assert [answer["data"] for answer in answers] == [
        {"createNamespace": {"namespace": {"name": "late"}, "userErrors": []}}
    ]
    store = open_store(tmp_path / "registry.db")
    assert store.last_change().action == "namespace.created"
    store.database.close()


def writers_in_use(url: str) -> str:
    """Return the sample of how many write."""
    metrics = httpx2.get(f"{url}/metrics", trust_env=False).text.splitlines()
    [sample] = [line for line in metrics if 'pool="writers",state="in_use"' in line]
    return sample
