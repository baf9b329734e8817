"""Hostile input: every line of the table gets the answer that is right, and leaves nothing behind."""

from collections.abc import Iterator

import pytest

from bench.hostile.__main__ import MODELS, prepare, send
from bench.hostile.cases import CASES, Case
from tests.graphql.conftest import Api, shared_api

__all__ = ["shared_api"]


@pytest.fixture(scope="module")
def cursor(shared_api: Api) -> Iterator[str]:
    """Fill the registry, and see at the end that nothing hostile was kept."""
    yield prepare(shared_api.http)
    found = shared_api.run("{ registeredModels { totalCount } namespaces { totalCount } }")
    assert found == {"registeredModels": {"totalCount": MODELS}, "namespaces": {"totalCount": 1}}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_it_gets_its_answer(
    shared_api: Api, cursor: str, case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    answer = send(shared_api.http, case, cursor)
    assert (answer.status, answer.code) == (case.status, case.code), answer.message
    assert case.where in f"{answer.where}: {answer.message}"
    assert answer.message
    assert "Traceback" not in answer.message + caplog.text
