"""`holotype lineage` and `holotype impact`, against a served registry."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import networkx as nx  # type: ignore[import-untyped] # it ships no types
import pytest

from tests.routes.serving import served

Run = Callable[..., tuple[int, str, str]]
REGISTER = """mutation($i: RegisterModelInput!) { registerModel(input: $i) {
  modelVersion { id } userErrors { message }
} }"""
STAGE = """mutation($i: TransitionStageInput!) { transitionStage(input: $i) { userErrors { message } } }"""
DATASET = """mutation($i: RegisterDatasetInput!) { registerDataset(input: $i) { userErrors { message } } }"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a registry of a line of four models, the oldest trained on a dataset."""
    with served(tmp_path_factory.mktemp("served")) as api:

        def send(query: str, **given: Any) -> Any:
            sent = {"query": query, "variables": {"i": given}}
            [answer] = httpx2.post(f"{api.url}/graphql", json=sent, timeout=60).json()["data"].values()
            assert answer["userErrors"] == []
            return answer

        send(DATASET, name="songs", version={"label": "1"})
        use = {"dataset": {"name": {"name": "songs"}}, "role": "TRAINING"}
        above: list[str] = []
        for name in ("base", 'the "loud" one', "tuned", "small"):
            parents = [{"upstream": {"id": one}, "relation": "FINE_TUNED_FROM"} for one in above[-2:]]
            parents += [
                {"upstream": {"id": one}, "relation": "DISTILLED_FROM"} for one in above if len(above) == 1
            ]
            version = {"parents": parents, "datasets": [] if above else [use]}
            above.append(send(REGISTER, name=name, version=version)["modelVersion"]["id"])
        send(STAGE, version={"id": above[2]}, to="STAGING")
        yield api.url


@pytest.fixture
def ask(run: Run, url: str) -> Run:
    """Give what runs a command against the served registry."""
    return lambda *arguments: run(*arguments, HOLOTYPE_URL=url)


def test_the_tree(ask: Run) -> None:
    assert ask("lineage", "small", "--depth", "9") == (
        0,
        (
            "default/small v1 [DEVELOPMENT]\n"
            '├─ -FINE_TUNED_FROM-> default/the "loud" one v1 [DEVELOPMENT]\n'
            "│  └─ -DISTILLED_FROM+FINE_TUNED_FROM-> default/base v1 [DEVELOPMENT]\n"
            "│     └─ -TRAINED_ON-> songs 1\n"
            "└─ -FINE_TUNED_FROM-> default/tuned v1 [STAGING]\n"
            '   ├─ -FINE_TUNED_FROM-> default/the "loud" one v1 [DEVELOPMENT] (see above)\n'
            "   └─ -FINE_TUNED_FROM-> default/base v1 [DEVELOPMENT] (see above)\n"
        ),
        "",
    )
    assert ask("lineage", "dataset:songs", "--direction", "downstream", "--depth", "1")[1] == (
        "songs 1\n└─ <-TRAINED_ON- default/base v1 [DEVELOPMENT]\n"
    )
    code, _, messages = ask("lineage", "small/1", "--depth", "9", "--nodes", "2")
    assert (code, messages) == (0, "2 of 5 nodes are shown; --nodes shows more\n")


def test_what_draws_it(ask: Run) -> None:
    graph = json.loads(ask("lineage", "small", "--depth", "9", "--format", "json")[1])
    keys = {node["key"] for node in graph["nodes"]}
    ends = {(edge["downstream"], edge["upstream"]) for edge in graph["edges"]}
    assert (len(keys), len(ends), graph["totalNodes"]) == (5, 6, 5)
    drawn = ask("lineage", "small", "--depth", "9", "--format", "graphml")[1]
    read = nx.read_graphml(io.BytesIO(drawn.encode()))
    assert (set(read.nodes), {(low, up) for low, up, *_ in read.edges}) == (keys, ends)
    assert {data["name"] for _, data in read.nodes(data=True)} >= {"songs 1", 'default/the "loud" one v1'}
    mermaid = ask("lineage", "small", "--depth", "1", "--format", "mermaid")[1].splitlines()
    assert mermaid[:2] == ["flowchart BT", '  n0["default/small v1 [DEVELOPMENT]"]']
    assert any("&quot;loud&quot;" in line for line in mermaid)
    assert "  n0 -->|FINE_TUNED_FROM| n1" in mermaid
    whole = ask("lineage", "small", "--depth", "9", "--format", "mermaid")[1].splitlines()
    arrows = [line.split("|") for line in whole if "-->" in line]
    assert len(arrows) == len(ends), "one arrow a pair"
    assert "DISTILLED_FROM+FINE_TUNED_FROM" in {said for _, said, _ in arrows}
    dot = ask("lineage", "small", "--depth", "1", "--format", "dot")[1].splitlines()
    assert (dot[0], dot[-1]) == ("digraph lineage {", "}")
    assert any(r"the \"loud\" one" in line for line in dot)


def test_what_hangs_on_a_thing(ask: Run, url: str) -> None:
    code, shown, _ = ask("impact", "dataset:songs")
    way = "default/tuned v1 -FINE_TUNED_FROM-> default/base v1 -TRAINED_ON-> songs 1"
    assert (code, shown) == (0, f"STAGING      {way}\n1 version in live stages comes from songs 1\n")
    code, _, messages = ask("impact", "dataset:songs", "--depth", "1")
    assert (code, messages) == (1, "more lies below than 1 hop reaches\n")
    assert ask("impact", "small")[0] == 0
    assert ask("impact", "nightjar")[0] == 3
    by = {"version": {"alias": {"model": {"name": "small"}, "alias": "latest"}}, "to": "PRODUCTION"}
    httpx2.post(f"{url}/graphql", json={"query": STAGE, "variables": {"i": by}}, timeout=60)
    code, shown, _ = ask("impact", "base", "--json")
    found = json.loads(shown)
    assert (code, found["totalVersions"], found["truncated"]) == (1, 2, False)
    assert {one["version"]["stage"]["name"] for one in found["staged"]} == {"STAGING", "PRODUCTION"}
    assert ask("impact", "small")[0] == 0
