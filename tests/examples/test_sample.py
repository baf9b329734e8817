"""The sample: its rule on a small zoo, and the one that ships."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from examples.model_zoo import sample as sampling
from examples.model_zoo.convert import convert
from examples.model_zoo.metrics import whole_key
from examples.model_zoo.records import read_lines
from examples.model_zoo.sample import attribution, choose, families, sample
from tests.examples.raw_records import Record, edge, model, raw, use

FOLDER = Path(sampling.__file__).parent


def of_type(kind: str, lines: list[Record]) -> list[Record]:
    return [line for line in lines if line["type"] == kind]


def chosen_names(models: list[Record], lineage: list[Record], wanted: int) -> set[str]:
    lines = convert(raw(models, lineage)).lines
    return {name for _, name in choose(of_type("model", lines), of_type("lineage", lines), wanted)}


def measured(name: str, *datasets: str, **stated: Any) -> Record:
    metrics = [{"name": "acc", "value": 0.5, "dataset": dataset} for dataset in datasets]
    return model(name, metrics=metrics, **stated)


def test_families_are_connected_models_the_largest_first() -> None:
    records = [model(name) for name in "abcdef"]
    lineage = [edge("zoo/a", "zoo/b"), edge("zoo/d", "zoo/c"), edge("zoo/e", "zoo/d"), edge("hf:x", "zoo/f")]
    lines = convert(raw(records, lineage)).lines
    found = families(of_type("lineage", lines))
    assert found == [[("zoo", "c"), ("zoo", "d"), ("zoo", "e")], [("zoo", "a"), ("zoo", "b")]]


def test_families_come_up_to_a_third_and_versions_up_to_a_half() -> None:
    family = [model(name) for name in ("a", "b", "c", "d")]
    lineage = [edge("zoo/a", "zoo/b"), edge("zoo/b", "zoo/c"), edge("zoo/c", "zoo/d")]
    pair = [model("p"), model("q")]
    versions = [model(f"v{i}", source_id=f"zoo/v{i}/{number}") for i in range(3) for number in range(2 + i)]
    records = [*family, *pair, *versions, *(measured(f"m{i}", "in1k") for i in range(9))]
    chosen = chosen_names(records, [*lineage, edge("zoo/p", "zoo/q")], 8)
    assert chosen == {"p", "q", "v1", "v2", "m0", "m1", "m2", "m3"}


def test_models_measured_on_the_most_shared_datasets_come_first() -> None:
    records = [
        measured("few", "in1k"),
        measured("many", "in1k", "coco"),
        model("none"),
        measured("own", "mine"),
    ]
    assert chosen_names(records, [], 2) == {"many", "few"}


def test_namespaces_take_turns() -> None:
    records = [measured(f"a{i}", "in1k", "coco") for i in range(5)] + [measured("b", "in1k", source="other")]
    assert chosen_names(records, [], 2) == {"a0", "b"}


def test_every_domain_task_and_language_is_present() -> None:
    crowd = [measured(f"m{i}", "in1k", domain_norm=["computer vision"]) for i in range(30)]
    rare = [
        model("star", domain_norm=["astronomy"]),
        model("parser", task_norm=["parsing"]),
        model("deutsch", domain_norm=["natural language"], tags=["de"]),
        model("english", domain_norm=["natural language"], tags=["en"], task_norm=["parsing"]),
    ]
    assert {"star", "parser", "deutsch"} <= chosen_names([*crowd, *rare], [], 20)


def test_the_longest_description_stands_for_a_language() -> None:
    records = [
        model(f"m{i}", domain_norm=["audio"], tags=["de"], source=f"s{i}", description="x" * i)
        for i in range(1, 20)
    ]
    vision = [measured(f"v{i}", "in1k", domain_norm=["audio"]) for i in range(10)]
    assert {f"m{i}" for i in range(12, 20)} == chosen_names([*records, *vision], [], 18) - {
        f"v{i}" for i in range(10)
    }


def test_a_sample_carries_what_its_models_need() -> None:
    kept = measured("kept", "in1k", domain_norm=["audio"])
    left = [model("parent-2020-01-01"), model("parent-2021-01-01"), measured("left", "mine")]
    lineage = [
        edge("zoo/parent-2020-01-01", "zoo/kept"),
        edge("zoo/kept", "zoo/left"),
        edge("hf:x", "zoo/kept"),
    ]
    uses = [use("COCO", "zoo/kept"), use("other", "zoo/left")]
    full = convert(raw([kept, *left], lineage, dataset_edges=uses)).lines
    lines = sample(full, wanted=1)
    assert [line["name"] for line in of_type("model", lines)] == ["kept"]
    assert [line["name"] for line in of_type("dataset", lines)] == ["COCO", "in1k"]
    assert [line["upstream"] for line in of_type("lineage", lines)] == [
        {"external": "zoo/parent-2020-01-01"},
        {"external": "hf:x"},
        {"dataset": {"namespace": "default", "name": "COCO"}, "version": "1"},
    ]


@pytest.fixture(scope="module")
def shipped() -> list[Record]:
    return list(read_lines(FOLDER / "sample.jsonl.gz"))


def test_the_shipped_sample_is_as_large_as_its_readme_says(shipped: list[Record]) -> None:
    models = of_type("model", shipped)
    versions = [version for line in models for version in line["versions"]]
    values = sum(len(version.get("metrics", [])) for version in versions)
    sizes = (
        f"{len(models):,} real models with {len(versions):,} versions, {values:,} metric values, "
        f"{len(of_type('dataset', shipped)):,} datasets and {len(of_type('lineage', shipped)):,} lineage"
    )
    assert sizes in " ".join((FOLDER / "README.md").read_text("utf-8").split())
    assert len(models) == 2000
    assert (FOLDER / "sample.jsonl.gz").stat().st_size < 2_500_000


def test_the_shipped_sample_is_attributed(shipped: list[Record]) -> None:
    assert attribution(shipped) in (FOLDER / "README.md").read_text("utf-8")


def test_the_shipped_sample_has_every_domain_and_task_that_counts(shipped: list[Record]) -> None:
    models = of_type("model", shipped)
    domains = Counter(domain for line in models for domain in line.get("domains", []))
    assert {
        "computer vision",
        "natural language",
        "biology",
        "multimodal",
        "audio",
        "games and control",
        "remote sensing",
        "medical and bio-imaging",
        "video",
        "robotics",
        "recommendation",
        "mathematics",
        "graphs",
        "3d",
        "earth science",
        "materials science",
    } <= set(domains)
    assert len({line["task"] for line in models if "task" in line}) >= 100
    assert sum(len(line["versions"]) > 1 for line in models) >= 300


def test_every_name_in_the_shipped_sample_leads_somewhere(shipped: list[Record]) -> None:
    namespaces = {line["name"] for line in of_type("namespace", shipped)} | {"default"}
    datasets = {line["name"] for line in of_type("dataset", shipped)}
    versions = {
        (line["namespace"], line["name"], version["number"])
        for line in of_type("model", shipped)
        for version in line["versions"]
    }
    assert {namespace for namespace, _, _ in versions} <= namespaces
    for line in of_type("lineage", shipped):
        for end in (line["downstream"], line["upstream"]):
            if "model" in end:
                assert (end["model"]["namespace"], end["model"]["name"], end["version"]) in versions
            if "dataset" in end:
                assert end["dataset"]["name"] in datasets
    for line in of_type("model", shipped):
        for version in line["versions"]:
            metrics = version.get("metrics", [])
            assert {metric["dataset"] for metric in metrics if "dataset" in metric} <= datasets
            assert len({whole_key(metric) for metric in metrics}) == len(metrics)
            assert len(version["tags"]) <= 1000
