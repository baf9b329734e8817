"""The README is true: its commands exist, its queries give its answers."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
QUERIES = re.findall(r"```graphql\n(.*?)\n```\n\n```json\n(.*?)\n```", README, re.DOTALL)
TABS = json.loads((ROOT / "app/graphql/graphiql/queries.json").read_text())


@dataclass(frozen=True)
class Demo:
    """A running demonstration: where it answers, and what its screen says."""

    url: str
    screen: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run what `make demo` runs, on a data folder of its own, until it says that it is ready."""
    port = free_port()
    data = tmp_path_factory.mktemp("demo") / "data"
    command = [sys.executable, "-m", "examples.demo", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    screen = ""
    for line in process.stdout:
        screen += line
        if "Ask anything at" in line:
            break
    yield Demo(f"http://127.0.0.1:{port}", screen)
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0, rest
    assert "Traceback" not in screen + rest


def test_it_has_six_queries_and_graphiql_opens_them() -> None:
    assert [query for query, _ in QUERIES] == [tab["query"] for tab in TABS]
    assert len(QUERIES) == 6


def test_the_answers_are_real(demo: Demo) -> None:
    for query, expected in QUERIES:
        answer = httpx2.post(f"{demo.url}/graphql", json={"query": query}, timeout=30).json()
        assert "errors" not in answer, answer
        assert_alike(answer["data"], json.loads(expected))


def test_the_demo_ends_with_an_answer(demo: Demo) -> None:
    assert "version 2 to Production: roll back" in demo.screen
    assert "german-sentiment" in demo.screen
    assert f"{demo.url}/graphiql" in demo.screen


def test_the_search_command_answers(demo: Demo) -> None:
    command = [sys.executable, "-m", "app.cli", "search", "small German sentiment classifier"]
    result = subprocess.run(
        [*command, "--url", demo.url, "--json"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "oliverguhr.german-sentiment-bert" in result.stdout


def test_every_file_that_is_named_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    folders = re.findall(r"^\| `([\w/]+/)` \|", README, re.MULTILINE)
    assert [path for path in (*links, *folders) if not (ROOT / path).exists()] == []


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)\b", README)) <= targets


def assert_alike(real: Any, written: Any) -> None:
    """Compare answers exactly, but numbers of a ranking only to what is the same on every machine."""
    if isinstance(written, dict):
        assert real.keys() == written.keys()
        for key, value in written.items():
            assert_alike(real[key], value)
    elif isinstance(written, list):
        assert len(real) == len(written), (real, written)
        for one, other in zip(real, written, strict=True):
            assert_alike(one, other)
    elif isinstance(written, float):
        assert real == pytest.approx(written, abs=0.02)
    else:
        assert real == written
