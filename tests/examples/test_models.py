"""A model and its versions."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from examples.model_zoo.models import model_line
from examples.model_zoo.records import LARGEST_INTEGER, storable
from examples.model_zoo.versions import lines_of
from tests.examples.raw_records import Record, edge, model


def converted(*records: Record, lineage: list[Record] | None = None, name: str = "m") -> Record:
    (line,) = lines_of(records, lineage or [])
    return model_line(line, name, str)


def test_every_fact_of_a_record_is_kept() -> None:
    record = model(
        "org/ResNet-50",
        display_name="ResNet 50",
        description=" A net.\n\nFor pictures. ",
        description_kind="model_card",
        task="Image Classification",
        task_norm=["image_classification", "image_embedding"],
        domain="Vision",
        domain_norm=["computer vision"],
        framework="PyTorch",
        architecture="ResNet",
        family="ResNets",
        license="apache-2.0",
        publisher="Org\t",
        tags=["photo"],
        params={"lr": 0.1, "nothing": None},
        metrics=[{"name": "top-1", "value": 76, "dataset": "in1k"}],
        paper={"title": "Deep\nResidual Learning", "url": "https://p.example", "arxiv": "1512.03385"},
        paper_key="1512.03385",
        code_url="https://c.example",
        page_url="https://a.example",
        weights_url="https://w.example",
        size_bytes=10,
        n_parameters=25_557_032,
        released="2020-02-27",
        same_weights=["zoo/other"],
    )
    assert converted(record, name="org.ResNet-50") == {
        "type": "model",
        "namespace": "zoo",
        "name": "org.ResNet-50",
        "displayName": "ResNet 50",
        "description": "A net.\n\nFor pictures.",
        "task": "image_classification",
        "taskAsWritten": "Image Classification",
        "framework": "PyTorch",
        "architecture": "ResNet",
        "family": "ResNets",
        "license": "Apache-2.0",
        "publisher": "Org",
        "paperUrl": "https://p.example",
        "codeUrl": "https://c.example",
        "pageUrl": "https://a.example",
        "domains": ["computer vision"],
        "tags": {
            "source_id": ["zoo/org/ResNet-50"],
            "paper": "Deep Residual Learning",
            "tasks": ["image_embedding"],
            "photo": True,
        },
        "versions": [
            {
                "number": 1,
                "source": "https://w.example",
                "framework": "PyTorch",
                "parameterCount": 25_557_032,
                "sizeBytes": 10,
                "releasedAt": "2020-02-27T00:00:00Z",
                "tags": {
                    "source_id": "zoo/org/ResNet-50",
                    "paper_key": "1512.03385",
                    "metadata_license": "MIT",
                    "description_kind": "model_card",
                    "same_weights": ["zoo/other"],
                    "name": "org/ResNet-50",
                },
                "params": {"lr": 0.1},
                "metrics": [{"name": "top-1", "value": 76.0, "dataset": "in1k", "source": "EVALUATION"}],
            }
        ],
    }


def test_a_record_that_states_nothing_is_still_a_model() -> None:
    assert converted(model("m", display_name="", metadata_license=None)) == {
        "type": "model",
        "namespace": "zoo",
        "name": "m",
        "displayName": "m",
        "tags": {"source_id": ["zoo/m"]},
        "versions": [{"number": 1, "tags": {"source_id": "zoo/m"}}],
    }


def test_what_older_versions_state_otherwise_stays_on_them() -> None:
    old = model("m", source_id="zoo/1", description="Old.", task_norm=["tagging"], license="MIT", tags=["a"])
    new = model("m", source_id="zoo/2", description="New.", task_norm=["parsing"], tags=["b", "a"])
    line = converted(old | {"publisher": "Org", "framework": "TF"}, new | {"framework": "JAX"})
    assert (line["description"], line["task"], line["license"]) == ("New.", "parsing", "MIT")
    assert line["tags"] == {"source_id": ["zoo/1", "zoo/2"], "tasks": ["tagging"], "b": True, "a": True}
    first, second = line["versions"]
    assert (first["description"], first["framework"], first["tags"]["task"]) == ("Old.", "TF", "tagging")
    assert first["tags"]["a"] is True
    assert "b" not in first["tags"]
    assert "description" not in second
    assert (second["framework"], second["tags"]["b"]) == ("JAX", True)
    assert "task" not in second["tags"]


def test_a_deployment_format_does_not_describe_its_model() -> None:
    net = model("m", source_id="zoo/m", display_name="A net", released="2020")
    lite = model("m", source_id="zoo/m#lite", display_name="A format of m", license="MIT", released="2021")
    line = converted(net, lite, lineage=[edge("zoo/m", "zoo/m#lite", "converted_from")])
    assert (line["displayName"], line["license"]) == ("A net", "MIT")
    assert [version["tags"].get("display_name") for version in line["versions"]] == [None, "A format of m"]


def test_a_release_date_that_is_not_whole_keeps_its_words() -> None:
    def released(text: str) -> tuple[Any, Any]:
        (version,) = converted(model("m", released=text))["versions"]
        return version.get("releasedAt"), version["tags"].get("released")

    assert released("2023-2-7") == ("2023-02-07T00:00:00Z", None)
    assert released("2021") == ("2021-01-01T00:00:00Z", "2021")
    assert released("10/05/2020") == (None, "10/05/2020")


def test_what_is_no_address_becomes_a_tag() -> None:
    line = converted(model("m", code_url="Proprietary Code", paper={"url": "TBA", "arxiv": "2005.00052"}))
    assert "codeUrl" not in line
    assert line["paperUrl"] == "https://arxiv.org/abs/2005.00052"
    (version,) = line["versions"]
    assert (version["tags"]["code_url"], version["tags"]["paper_url"]) == ("Proprietary Code", "TBA")


def test_parameter_names_are_kept_apart() -> None:
    (version,) = converted(model("m", params={"a b": 1, "a\nb": 2, "": 3}))["versions"]
    assert version["params"] == {"a b": 1, "a b 2": 2, "_": 3}


def test_numbers_that_json_readers_lose_become_text() -> None:
    value = {
        "n": [LARGEST_INTEGER, LARGEST_INTEGER + 1, -(2**60)],
        "x": float("inf"),
        "y": float("nan"),
        "b": True,
    }
    assert storable(value) == {
        "n": [LARGEST_INTEGER, str(LARGEST_INTEGER + 1), str(-(2**60))],
        "x": "Infinity",
        "y": "NaN",
        "b": True,
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "text"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_a_storable_value_survives_strict_json(value: Any) -> None:
    kept = storable(value)
    assert json.loads(json.dumps(kept, allow_nan=False)) == kept
