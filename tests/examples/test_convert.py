"""The converter as a command: raw files in, an interchange file out."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from examples.model_zoo.convert import convert
from examples.model_zoo.records import read_lines, write_lines
from tests.examples.raw_records import Record, dataset, edge, model, raw, use

ROOT = Path(__file__).parents[2]


@pytest.fixture
def raw_folder(tmp_path: Path) -> Path:
    """Three model records of two models, a dataset, and the edges between them."""
    folder = tmp_path / "raw"
    folder.mkdir()
    measured = [{"name": "acc", "value": 0.5, "dataset": "IMDb", "higher_is_better": True}] * 2
    models = [
        model("m-2020-01-01", metrics=measured),
        model("m-2021-01-01"),
        model("org/child", source="hub"),
    ]
    files: dict[str, list[Record]] = {
        "models": models,
        "datasets": [dataset("IMDb")],
        "lineage": [edge("zoo/m-2021-01-01", "hub/org/child"), edge("hub/org/child", "hub/org/child")],
        "dataset_edges": [use("imdb", "hub/org/child")],
    }
    for name, records in files.items():
        write_lines(folder / f"{name}.jsonl.gz", records)
    (folder / "sources.json").write_text(json.dumps(raw(models).sources))
    return folder


def run(*arguments: str | Path) -> str:
    command = [sys.executable, "-m", "examples.model_zoo.convert", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout


def test_it_converts_a_folder_and_counts(raw_folder: Path, tmp_path: Path) -> None:
    told = run(raw_folder, tmp_path / "out.jsonl", "--map", tmp_path / "map.json")
    rejected = {
        "from": "hub/org/child",
        "to": "hub/org/child",
        "relation": "fine_tuned_from",
        "source": "hub",
    }
    assert told.splitlines() == [
        "in:  3 model records, 2 metric values, 1 dataset records, 3 edges",
        "out: 2 models, 3 versions, 2 metric values, 1 metric definitions, 1 datasets, 2 edges, 2 namespaces",
        f"rejected: 1 x edge from a node to itself, as {json.dumps(rejected)}",
    ]
    lines = list(read_lines(tmp_path / "out.jsonl"))
    assert lines[0] == {"type": "header", "format": "holotype", "version": 1}
    kinds = list(dict.fromkeys(line["type"] for line in lines))
    assert kinds == ["header", "namespace", "metricDefinition", "dataset", "model", "lineage"]
    assert lines[1]["description"] == "Records of https://github.com/org/hub, licence MIT"


def test_the_map_is_what_the_tags_say(raw_folder: Path, tmp_path: Path) -> None:
    run(raw_folder, tmp_path / "out.jsonl", "--map", tmp_path / "map.json")
    models = [line for line in read_lines(tmp_path / "out.jsonl") if line["type"] == "model"]
    by_tags = {
        version["tags"]["source_id"]: [line["namespace"], line["name"], version["number"]]
        for line in models
        for version in line["versions"]
    }
    assert by_tags == json.loads((tmp_path / "map.json").read_text())
    for line in models:
        assert line["tags"]["source_id"] == [version["tags"]["source_id"] for version in line["versions"]]


def test_the_same_input_gives_the_same_bytes(raw_folder: Path, tmp_path: Path) -> None:
    for name in ("one.jsonl.gz", "two.jsonl.gz", "plain.jsonl"):
        run(raw_folder, tmp_path / name)
    assert (tmp_path / "one.jsonl.gz").read_bytes() == (tmp_path / "two.jsonl.gz").read_bytes()
    assert (
        gzip.decompress((tmp_path / "one.jsonl.gz").read_bytes()) == (tmp_path / "plain.jsonl").read_bytes()
    )


def test_equal_names_of_two_spellings_stay_apart() -> None:
    records = [model("net/a", source_id="zoo/x/net/a"), model("net:a", source_id="zoo/y/net/a")]
    names = [line["name"] for line in convert(raw(records)).lines if line["type"] == "model"]
    assert names == ["net.a", "net.a.y"]
