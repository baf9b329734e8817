"""Datasets and lineage."""

import pytest

from examples.model_zoo.convert import convert
from examples.model_zoo.datasets import DatasetBook
from examples.model_zoo.edges import RELATIONS
from tests.examples.raw_records import Record, dataset, edge, model, raw, use


def lineage_of(
    models: list[Record], lineage: list[Record], dataset_edges: list[Record] | None = None
) -> list[tuple[str, str, str]]:
    result = convert(raw(models, lineage, dataset_edges=dataset_edges or []))
    edges = [line for line in result.lines if line["type"] == "lineage"]
    return [(shown(line["downstream"]), line["relation"], shown(line["upstream"])) for line in edges]


def shown(end: Record) -> str:
    if "external" in end:
        return str(end["external"])
    ((kind, name),) = [item for item in end.items() if item[0] != "version"]
    return f"{kind} {name['namespace']}/{name['name']} {end['version']}"


def test_datasets_are_found_by_any_spelling() -> None:
    book = DatasetBook(
        [dataset("IMDb")], ["imdb", "imdb", "CNN/ DailyMail", "cnn_dailymail", "cnn_dailymail"]
    )
    assert (book.name("IMDB"), book.name("cnn-dailymail")) == ("IMDb", "cnn_dailymail")
    assert [line["name"] for line in book.lines()] == ["cnn_dailymail", "IMDb"]
    with pytest.raises(KeyError):
        book.name("never mentioned")


def test_a_dataset_without_a_record_is_made() -> None:
    book = DatasetBook([], ["ADE/20K"])
    assert book.lines() == [
        {
            "type": "dataset",
            "namespace": "default",
            "name": "ADE.20K",
            "tags": {"spellings": ["ADE/20K"]},
            "versions": [{"label": "1"}],
        }
    ]


def test_a_dataset_keeps_what_its_record_states() -> None:
    record = dataset(
        "KorFin",
        description="Financial news.",
        license="cc-by-sa-4.0",
        weights_url="amphora/korfin-asc",
        tags=["News"],
        params={"languages": ["kor-Hang"]},
        metadata_license="CC0-1.0",
    )
    assert DatasetBook([record], []).lines() == [
        {
            "type": "dataset",
            "namespace": "default",
            "name": "KorFin",
            "description": "Financial news.",
            "tags": {
                "source": "mteb",
                "source_id": "mteb-task/KorFin",
                "metadata_license": "CC0-1.0",
                "languages": ["kor-Hang"],
                "News": True,
            },
            "versions": [
                {
                    "label": "1",
                    "uri": "https://huggingface.co/datasets/amphora/korfin-asc",
                    "license": "CC-BY-SA-4.0",
                }
            ],
        }
    ]


def test_a_metric_names_the_dataset_of_an_edge() -> None:
    measured = model("a", metrics=[{"name": "acc", "value": 1, "dataset": "imagenet 1K"}])
    records = raw([measured], dataset_edges=[use("ImageNet-1k", "zoo/a", "evaluated_on")] * 2)
    lines = convert(records).lines
    assert [line["name"] for line in lines if line["type"] == "dataset"] == ["ImageNet-1k"]
    (version,) = next(line for line in lines if line["type"] == "model")["versions"]
    assert version["metrics"][0]["dataset"] == "ImageNet-1k"


@pytest.mark.parametrize(
    ("stated", "relation"),
    [("adapter_of", "ADAPTED_FROM"), ("uses", "DEPENDS_ON"), ("quantized_from", "QUANTIZED_FROM")],
)
def test_relations_get_the_names_of_the_registry(stated: str, relation: str) -> None:
    edges = lineage_of([model("a"), model("b")], [edge("zoo/a", "zoo/b", stated)])
    assert edges == [("model zoo/b 1", relation, "model zoo/a 1")]


def test_every_model_relation_is_known() -> None:
    assert {"trained_on", "evaluated_on", "previous_version"} < set(RELATIONS)


def test_an_edge_names_a_version_and_a_dataset() -> None:
    models = [model("m-2020-01-01"), model("m-2021-01-01"), model("child")]
    lineage = [
        edge("zoo/m-2020-01-01", "zoo/m-2021-01-01", "previous_version"),
        edge("zoo/m-2020-01-01", "zoo/child"),
    ]
    assert lineage_of(models, lineage, [use("COCO", "zoo/child")]) == [
        ("model zoo/m 2", "PREVIOUS_VERSION", "model zoo/m 1"),
        ("model zoo/child 1", "FINE_TUNED_FROM", "model zoo/m 1"),
        ("model zoo/child 1", "TRAINED_ON", "dataset default/COCO 1"),
    ]


def test_unknown_parents_stay_external() -> None:
    lineage = [edge("hf:bert-base", "zoo/a"), edge("url:w.example/x.pth", "zoo/a", "converted_from")]
    assert lineage_of([model("a")], lineage) == [
        ("model zoo/a 1", "FINE_TUNED_FROM", "hf:bert-base"),
        ("model zoo/a 1", "CONVERTED_FROM", "url:w.example/x.pth"),
    ]


def test_names_of_the_hub_mean_models_of_sources_that_use_them() -> None:
    models = [
        model("Org/BERT", source="cards"),
        model("org/bert", source="azure"),
        model("child", source="azure"),
    ]
    lineage = [
        edge("hf:org/none", "hf:org/bert", source="cards"),
        edge("hf:org/bert", "azure/org/bert", "republished_from", source="azure"),
    ]
    assert lineage_of(models, lineage) == [
        ("model cards/Org.BERT 1", "FINE_TUNED_FROM", "hf:org/none"),
        ("model azure/org.bert 1", "REPUBLISHED_FROM", "model cards/Org.BERT 1"),
    ]


def test_of_several_versions_the_newest_that_is_older_is_meant() -> None:
    versions = [
        model("org/bert", source="cards", source_id=f"cards/{year}", released=f"{year}-05-01")
        for year in (2019, 2021, 2023)
    ]
    children = [
        model("then", released="2022-01-01"),
        model("unknown"),
        model("before", released="2018-01-01"),
    ]
    lineage = [edge("hf:x", "hf:org/bert", source="cards")]
    lineage += [edge("hf:org/bert", child["source_id"]) for child in children]
    parents = [parent for child, _, parent in lineage_of([*versions, *children], lineage) if "zoo" in child]
    assert parents == ["model cards/org.bert 2", "model cards/org.bert 3", "model cards/org.bert 3"]


def test_edges_that_cannot_be_are_rejected_with_their_reason() -> None:
    lineage = [
        edge("zoo/a", "zoo/a"),
        edge("zoo/a", "zoo/b"),
        edge("zoo/a", "zoo/b"),
        edge("zoo/a", "zoo/b", "looks_like"),
    ]
    result = convert(raw([model("a"), model("b")], lineage))
    assert result.rejected == {
        "edge from a node to itself": 1,
        "edge said twice": 1,
        "relation not known": 1,
    }
    assert result.examples["relation not known"]["relation"] == "looks_like"


def test_evidence_is_kept_and_else_the_source_is_named() -> None:
    lineage = [edge("hf:x", "zoo/a", evidence="config checkpoint"), edge("hf:y", "zoo/a")]
    lines = convert(raw([model("a")], lineage)).lines
    assert [line["evidence"] for line in lines if line["type"] == "lineage"] == ["config checkpoint", "zoo"]
