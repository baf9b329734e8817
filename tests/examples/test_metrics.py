"""No metric value is lost, and like stays comparable with like."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from examples.model_zoo.metrics import metric_definitions, metrics_of, spread_params, whole_key
from tests.examples.raw_records import Record, model


def read(*values: Record) -> list[Record]:
    return metrics_of(model("m", metrics=list(values)), str.upper)


def value(name: str = "top-1", at: float = 0.5, **stated: Any) -> Record:
    return {"name": name, "dataset": "in1k", "split": None, "value": at} | stated


def test_a_value_with_all_its_facts() -> None:
    stated = value(
        split="val", unit="%", higher_is_better=True, resolution="224", batch=8.0, hardware="V100\n16GB"
    )
    assert read(stated) == [
        {
            "name": "top-1",
            "value": 0.5,
            "dataset": "IN1K",
            "split": "val",
            "conditions": {"batch": "8", "hardware": "V100 16GB", "resolution": "224"},
            "source": "EVALUATION",
            "unit": "%",
        }
    ]


def test_what_is_not_stated_is_absent() -> None:
    assert read(value(dataset=None)) == [{"name": "top-1", "value": 0.5, "source": "EVALUATION"}]


def test_the_unit_is_part_of_the_key() -> None:
    keys = {whole_key(metric) for metric in read(value(unit="%"), value(unit="ms"), value())}
    assert len(keys) == 3


def test_values_under_one_key_are_told_apart_by_their_occurrence() -> None:
    conditions = [metric.get("conditions") for metric in read(value(at=0.1), value(at=0.2), value(at=0.1))]
    assert conditions == [None, {"occurrence": "2"}, {"occurrence": "3"}]


def test_the_spread_of_a_value_is_a_parameter() -> None:
    record = model("m", metrics=[value("reward", std=3.5, eval_episodes=150), value("reward", std=1.0)])
    assert "conditions" not in metrics_of(record, str)[0]
    assert spread_params(record, {"reward eval_episodes": 7}) == {
        "reward std": 3.5,
        "reward eval_episodes 2": 150,
        "reward std 2": 1.0,
    }


values = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["acc", " acc", "f1"]),
        "dataset": st.sampled_from([None, "a", "A"]),
        "split": st.sampled_from([None, "test"]),
        "value": st.sampled_from([0.0, 0.5, 1]),
    },
    optional={
        "unit": st.sampled_from(["%", ""]),
        "batch": st.sampled_from([1, 1.0, "1", True]),
        "table": st.sampled_from(["", "Results", "2"]),
        "occurrence": st.sampled_from(["2", 3]),
        "std": st.just(0.1),
    },
)


@given(st.lists(values, max_size=30))
def test_no_value_is_lost(stated: list[Record]) -> None:
    metrics = read(*stated)
    assert [metric["value"] for metric in metrics] == [value["value"] for value in stated]
    assert len({whole_key(metric) for metric in metrics}) == len(stated)


def test_definitions_follow_what_the_values_say() -> None:
    records = [
        model(
            "a",
            metrics=[value("acc", higher_is_better=True, unit="%"), value("loss", higher_is_better=False)],
        ),
        model("b", metrics=[value("acc", unit="%"), value("loss", unit="nats"), value("size")]),
        model("c", metrics=[value("odd", higher_is_better=True), value("odd", higher_is_better=False)]),
    ]
    assert metric_definitions(records) == [
        {"type": "metricDefinition", "name": "acc", "direction": "MAXIMIZE"},
        {"type": "metricDefinition", "name": "loss", "direction": "MINIMIZE"},
        {"type": "metricDefinition", "name": "odd", "direction": "NONE"},
    ]


def test_a_direction_that_contradicts_the_shipped_one_is_a_slip() -> None:
    records = [
        model("a", metrics=[value("mape", higher_is_better=True), value("MAPE", higher_is_better=False)])
    ]
    assert metric_definitions(records) == [
        {"type": "metricDefinition", "name": "MAPE", "direction": "MINIMIZE"}
    ]
