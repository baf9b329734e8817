"""Eight clients write at once over HTTP: each name and number is given once, and nothing is half there."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.graphql.conftest import Api

pytestmark = pytest.mark.both_databases

WRITERS = 8
SECONDS = 1.5
REGISTER = """mutation($n: String!, $s: String!) { registerModel(input: {name: $n, version: {semver: $s}}) {
  registeredModel { id } modelVersion { number } userErrors { code field }
} }"""
CREATE = """mutation($v: VersionInput!) {
  createModelVersion(input: {model: {name: {name: "shared"}}, version: $v}) {
    modelVersion { number } userErrors { code field }
  }
}"""


def race(work: Callable[[int, int], None]) -> None:
    """Let eight threads do `work(writer, turn)` turn after turn; the first failure is raised."""
    failures: list[BaseException] = []
    until = time.monotonic() + SECONDS

    def run(writer: int) -> None:
        turn = 0
        try:
            while time.monotonic() < until and not failures:
                work(writer, turn)
                turn += 1
        except BaseException as failure:  # noqa: BLE001 - handed to the test
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_it_works(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    made: Counter[str] = Counter()
    refused: Counter[str] = Counter()

    def register(_writer: int, turn: int) -> None:
        name = f"model-{turn}"
        done = api.run(REGISTER, n=name, s="1.0.0")
        if done["userErrors"]:
            assert done["userErrors"] == [{"code": "ALREADY_EXISTS", "field": ["name"]}]
            assert (done["registeredModel"], done["modelVersion"]) == (None, None)
            refused[name] += 1
        else:
            assert done["modelVersion"] == {"number": 1}
            made[name] += 1

    race(register)
    assert set(made.values()) == {1}
    assert set(refused) <= set(made)
    assert refused.total() > 0
    found = api.run("{ registeredModels { totalCount } modelVersions { totalCount } }")
    assert {one["totalCount"] for one in found.values()} == {len(made)}
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_numbers_and_semantic_versions_are_given_once(api: Api) -> None:
    api.model("shared")
    numbers: list[int] = []
    taken: Counter[str] = Counter()

    def create(_writer: int, turn: int) -> None:
        version: dict[str, Any] = {"semver": f"1.{turn}.0"} if turn % 2 else {}
        done = api.run(CREATE, v=version)
        if done["userErrors"]:
            assert done["userErrors"] == [{"code": "ALREADY_EXISTS", "field": ["version", "semver"]}]
            taken[version["semver"]] += 1
        else:
            numbers.append(done["modelVersion"]["number"])

    race(create)
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert taken.total() > 0
    assert api.run("{ modelVersions { totalCount } }")["totalCount"] == len(numbers)
    log = api.store.changes()
    assert [change.sequence for change in log] == list(range(1, len(log) + 1))
    assert sum(change.action == "version.created" for change in log) == len(numbers)
