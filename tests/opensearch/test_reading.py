"""What a search gets while its server is away, slow or refuses, and afterwards."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.graphql.conftest import Api, serving
from tests.graphql.indexing import index
from tests.opensearch.proxy import Behaviour, gateway
from tests.waiting import wait_until

SEARCH = """
{ search(text: "bert", facets: [{field: TASK}]) {
    totalCount nodes { name } facets { field } degraded { code message }
} }"""
WHOLE = {"totalCount": 2, "nodes": [{"name": "bert"}, {"name": "other"}], "facets": [{"field": "TASK"}]}
PARTS = '{ suggest(prefix: "be") { text } serverInfo { wordsLag } }'


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour()


@pytest.fixture
def api(
    behaviour: Behaviour, opensearch: str, opensearch_prefix: str, seeded_file: Path, tmp_path: Path
) -> Iterator[Api]:
    """Serve a registry whose index is behind a gateway."""
    with gateway(opensearch, behaviour) as address:
        chosen = {"opensearch_url": address, "opensearch_prefix": opensearch_prefix}
        with serving(tmp_path / "data", seeded_file, **chosen) as api:
            api.model("bert")
            api.model("other")
            index(api)
            yield api


def found(api: Api) -> dict[str, Any]:
    answer: dict[str, Any] = api.run(SEARCH)
    return answer


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 0},
        {"status": 200},
        {"status": 403},
        {"status": 429},
        {"status": 503},
        {"seconds": 3.0},
        {"truncated": True},
        {"status": 502, "page": b"<html>Bad Gateway</html>"},
        {"status": 200, "page": b"<html>Sign in</html>"},
        {"rewritten": lambda said: said.replace(b'"failed":0', b'"failed":1')},
        {"rewritten": lambda said: b'"failed":1'.join(said.rsplit(b'"failed":0', 1))},
        {"rewritten": lambda said: said.replace(b'"timed_out":false', b'"timed_out":true')},
        {"rewritten": lambda _: b"[]"},
        {"rewritten": lambda _: b"{}"},
    ],
    ids=[
        "ended",
        "an error that is none",
        "403",
        "429",
        "503",
        "slow",
        "truncated",
        "page of a gateway",
        "page instead",
        "every shard failed",
        "the last search failed in part",
        "not in time",
        "no object",
        "an empty object",
    ],
)
def test_the_database_answers_until_the_server_does_again(
    api: Api, behaviour: Behaviour, fault: dict[str, Any]
) -> None:
    assert found(api) == WHOLE | {"degraded": []}
    for name, value in fault.items():
        setattr(behaviour, name, value)
    for _ in range(3):
        answer = found(api)
        assert (answer["totalCount"], answer["nodes"], answer["facets"]) == (1, [{"name": "bert"}], [])
        [degradation] = answer["degraded"]
        assert degradation["code"] == "INDEX_UNAVAILABLE"
        assert "names, tags and descriptions" in degradation["message"]
        assert "127.0.0.1" not in degradation["message"]
        # What was known of the index a moment ago is still told then.
        wait_until(lambda: api.run(PARTS) == {"suggest": None, "serverInfo": {"wordsLag": None}})
    for name in fault:
        setattr(behaviour, name, getattr(Behaviour(), name))
    wait_until(lambda: found(api) == WHOLE | {"degraded": []})


def test_an_index_that_may_not_be_read_is_none(api: Api, opensearch: str, opensearch_prefix: str) -> None:
    def block(*, read: bool) -> None:
        address = f"{opensearch}/{opensearch_prefix}-models/_settings"
        body = {"index.blocks.read": read}
        assert urllib3.request("PUT", address, json=body).status == 200

    block(read=True)
    assert [one["code"] for one in found(api)["degraded"]] == ["INDEX_UNAVAILABLE"]
    block(read=False)
    wait_until(lambda: found(api) == WHOLE | {"degraded": []})
