"""What people say finds what models state in codes, canonical names and numbers."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.graphql.conftest import Api, serving
from tests.graphql.indexing import index

FIND = """query($text: String!, $mode: SearchMode! = WORDS) { search(text: $text, mode: $mode) {
  nodes { name } edges { why { matched { field words } } }
} }"""


@pytest.fixture(scope="module")
def zoo(
    seeded_file: Any, tmp_path_factory: pytest.TempPathFactory, each_engine: dict[str, Any]
) -> Iterator[Api]:
    with serving(tmp_path_factory.mktemp("plain"), seeded_file, **each_engine) as api:
        for tag in ("de", "gsw", "zh", "eus", "ger-AT", "nld"):
            api.model(f"speaks-{tag}", languages=[tag])
        api.model("boxes", task="object_detection", domains=["computer vision"])
        api.model("names", task="token_classification")
        api.model("hears", task="ASR", domains=["audio"])
        api.model("feels", task="sentiment_analysis")
        api.model("large", version={"parameterCount": 6_738_415_616})
        api.model("middle-1.3b", version={"parameterCount": 1_315_758_080})
        api.model("small-350M")
        index(api)
        yield api


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("german", {"speaks-de", "speaks-gsw", "speaks-ger-AT"}),
        ("Schwyzerdütsch", {"speaks-gsw"}),
        ("mandarin", {"speaks-zh"}),
        ("euskara basque", {"speaks-eus"}),
        ("flemish", {"speaks-nld"}),
        ("draw boxes around cars", {"boxes"}),
        ("NER", {"names"}),
        ("ASR", {"hears"}),
        ("speech recogniser", {"hears"}),
        ("vision", {"boxes"}),
        ("7 billion parameters", {"large"}),
        ("7B", {"large"}),
        ("6.7b", {"large"}),
        ("1.3 billion", {"middle-1.3b"}),
        ("1300m", {"middle-1.3b"}),
        ("350 million", {"small-350M"}),
        ("0.35B", {"small-350M"}),
    ],
)
def test_it_works(zoo: Api, text: str, found: set[str]) -> None:
    assert {node["name"] for node in zoo.run(FIND, text=text)["nodes"]} == found


def test_a_size_is_a_reason(zoo: Api) -> None:
    [edge] = zoo.run(FIND, text="7 billion")["edges"]
    assert edge["why"]["matched"] == [{"field": "parameterCount", "words": ["6.74B"]}]


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("sentiment classifier", "HYBRID", ["sentiment", "analysis"]),
        ("sentiment classifier", "WORDS", ["sentiment"]),
        ("sentiment classifier", "MEANING", ["sentiment"]),
        ("sentiment bert german", "HYBRID", ["sentiment"]),
    ],
)
def test_a_text_that_describes_a_task_names_it(zoo: Api, text: str, mode: str, words: list[str]) -> None:
    found = zoo.run(FIND, text=text, mode=mode)
    [edge] = [
        edge for edge, node in zip(found["edges"], found["nodes"], strict=True) if node["name"] == "feels"
    ]
    [task] = [matched for matched in edge["why"]["matched"] if matched["field"] == "task"]
    assert task["words"] == words
