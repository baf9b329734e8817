"""One metric by its key, and metrics by filters."""

from typing import Any

import pytest

from tests.graphql.conftest import Api

METRIC = """query($v: ID!, $k: MetricKeyInput!) { modelVersion(by: {id: $v}) {
  number metric(key: $k) { value key { dataset split } }
} }"""
METRICS = """query($v: ID!, $f: MetricFilter) { modelVersion(by: {id: $v}) {
  metrics(filter: $f) { totalCount nodes { value } }
} }"""
MEASURED: list[dict[str, Any]] = [
    {"name": "Top-1 accuracy", "value": 1},
    {"name": "Top-1 accuracy", "value": 2, "dataset": "ImageNet", "split": "val"},
    {"name": "Top-1 accuracy", "value": 3, "dataset": "ImageNet", "split": "Test"},
    {"name": "loss", "value": 4, "source": "TRAINING"},
    {"name": "loss", "value": 5, "conditions": [{"name": "b", "value": "2"}, {"name": "a", "value": "1"}]},
]


@pytest.fixture(scope="module")
def measured(shared_api: Api) -> str:
    return shared_api.model("bert", version={"metrics": MEASURED})["version"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ({"name": "top_1 ACCURACY", "dataset": None}, 1),
        ({"name": "top 1 accuracy", "split": "val"}, 2),
        ({"name": "Top-1 accuracy", "dataset": "imagenet", "split": "Test", "slice": None}, 3),
        ({"name": "loss", "source": "TRAINING"}, 4),
        ({"name": "loss", "conditions": []}, 4),
        ({"name": "loss", "conditions": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]}, 5),
    ],
)
def test_it_works(shared_api: Api, measured: str, key: dict[str, Any], value: float) -> None:
    assert shared_api.run(METRIC, v=measured, k=key)["metric"]["value"] == value


def test_no_such_metric_is_null(shared_api: Api, measured: str) -> None:
    for key in ({"name": "f1"}, {"name": "loss", "split": "val"}, {"name": "loss", "source": "PRODUCTION"}):
        assert shared_api.run(METRIC, v=measured, k=key)["metric"] is None


def test_an_ambiguous_key_names_the_choices_and_leaves_the_rest(shared_api: Api, measured: str) -> None:
    answer = shared_api.answer(METRIC, v=measured, k={"name": "top-1 accuracy", "dataset": "ImageNet"})
    assert answer["data"]["modelVersion"] == {"number": 1, "metric": None}
    [error] = answer["errors"]
    assert error["path"] == ["modelVersion", "metric"]
    assert error["extensions"]["code"] == "AMBIGUOUS"
    assert sorted(error["extensions"]["suggestions"]) == [
        "Top-1 accuracy (dataset: ImageNet, split: Test, source: EVALUATION)",
        "Top-1 accuracy (dataset: ImageNet, split: val, source: EVALUATION)",
    ]


@pytest.mark.parametrize(
    ("wanted", "values"),
    [
        ({}, {1, 2, 3, 4, 5}),
        ({"name": {"equals": "LOSS"}}, {4, 5}),
        ({"name": {"startsWith": "top_1"}, "dataset": {"exists": False}}, {1}),
        ({"dataset": {"contains": "IMAGE"}, "split": {"equals": "test"}}, {3}),
        ({"split": {"exists": False}}, {1, 4, 5}),
        ({"source": ["TRAINING", "PRODUCTION"]}, {4}),
        ({"source": []}, set()),
        ({"name": {"exists": False}}, set()),
    ],
)
def test_metrics_are_filtered(
    shared_api: Api, measured: str, wanted: dict[str, Any], values: set[float]
) -> None:
    found = shared_api.run(METRICS, v=measured, f=wanted)["metrics"]
    assert {node["value"] for node in found["nodes"]} == values
    assert found["totalCount"] == len(values)
