"""No operation that the schema allows makes the server fail, however it was thrown together.

`make fuzz` runs many more cases, other ones each time.
"""

import logging
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.graphql.conftest import Api
from tests.graphql.indexing import index
from tests.graphql.serving.generated import operations

CASES = int(os.environ.get("HOLOTYPE_FUZZ_CASES", "0"))
SEEN = """{
  registeredModels(first: 9) { nodes { id name languages versions(first: 9) { nodes { id } } } }
  datasets(first: 9) { nodes { id name } }
  changes(first: 3) { nodes { id } }
}"""
WORDS = ["latest", "champion", "PRODUCTION", "default", "accuracy", "1.2.0", "^1", "en", "german sentiment"]


@pytest.fixture(scope="module")
def known(shared_api: Api) -> list[str]:
    """Fill the registry, and return what its things are called."""
    shared_api.store.dataset("imdb")
    parent = None
    for name in ("bert", "robin", "whisper"):
        made = shared_api.model(
            name,
            description=f"A small German sentiment classifier called {name}",
            languages=["de", "en"],
            tags=[{"key": "colour", "value": "red"}],
            version={
                "semver": "1.2.0",
                "metrics": [{"name": "accuracy", "value": 0.9}],
                "params": [{"name": "epochs", "value": 3}],
                "parents": [{"upstream": {"id": parent}, "relation": "FINE_TUNED_FROM"}] if parent else [],
            },
        )
        parent = made["version"]
    index(shared_api)
    return [*WORDS, *_texts(shared_api.answer(SEEN)["data"])]


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _texts(one)]


def test_no_operation_makes_the_server_fail(
    shared_api: Api, known: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    executed = 0

    @settings(
        max_examples=CASES or 150,
        derandomize=not CASES,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation=operations(known), get=st.booleans())
    def ask(operation: str, *, get: bool) -> None:
        nonlocal executed
        note(operation)
        if get and not operation.startswith("mutation"):
            answer = shared_api.http.get("/graphql", params={"query": operation})
        else:
            answer = shared_api.http.post("/graphql", json={"query": operation})
        assert answer.status_code == 200, answer.text
        codes = {error["extensions"]["code"] for error in answer.json().get("errors", ())}
        assert "INTERNAL_SERVER_ERROR" not in codes, answer.text
        executed += "data" in answer.json()

    ask()
    assert executed > (CASES or 150) / 3
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
