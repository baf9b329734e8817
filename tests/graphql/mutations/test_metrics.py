"""Metrics: logged under their whole key, read with direction and unit."""

from typing import Any

import pytest

from tests.graphql.conftest import Api

pytestmark = pytest.mark.both_databases

LOG = """
mutation Log($input: LogMetricsInput!) {
  logMetrics(input: $input) {
    logged modelVersion { id metrics { totalCount } } change { action after }
    userErrors { code field message }
  }
}"""
METRICS = """
query Metrics($id: ID!, $first: Int) {
  modelVersion(by: {id: $id}) { metrics(first: $first) { totalCount nodes {
    key { name dataset split slice conditions { name value } source }
    value nonFinite step unit direction recordedAt count
  } } }
}"""


def log(api: Api, version: str, *metrics: dict[str, Any]) -> Any:
    return api.run(LOG, input={"version": {"id": version}, "metrics": list(metrics)})


def test_it_works(api: Api) -> None:
    version = api.model("bert", version={})["version"]
    whole = {
        "name": "top-1 accuracy",
        "value": 0.761,
        "dataset": "ImageNet-1k",
        "split": "val",
        "slice": "birds",
        "conditions": [{"name": "resolution", "value": "224"}, {"name": "batch", "value": "1"}],
        "source": "PRODUCTION",
        "step": 7,
        "unit": "%",
        "recordedAt": "2020-01-01T01:00:00+01:00",
    }
    done = log(api, version, whole)
    assert (done["logged"], done["userErrors"]) == (1, [])
    assert done["change"] == {"action": "metrics.logged", "after": {"points": 1, "names": ["top-1 accuracy"]}}
    [found] = api.run(METRICS, id=version)["metrics"]["nodes"]
    assert found == {
        "key": {
            "name": "top-1 accuracy",
            "dataset": "ImageNet-1k",
            "split": "val",
            "slice": "birds",
            "conditions": [{"name": "batch", "value": "1"}, {"name": "resolution", "value": "224"}],
            "source": "PRODUCTION",
        },
        "value": 0.761,
        "nonFinite": None,
        "step": 7,
        "unit": "%",
        "direction": "MAXIMIZE",
        "recordedAt": "2020-01-01T00:00:00.000000Z",
        "count": 1,
    }


def test_the_latest_point_is_shown(api: Api) -> None:
    version = api.model("bert", version={})["version"]
    log(api, version, *({"name": "loss", "value": 1 / step, "step": step} for step in (3, 1, 2)))
    [found] = api.run(METRICS, id=version)["metrics"]["nodes"]
    assert (found["value"], found["step"], found["count"], found["direction"]) == (1 / 3, 3, 3, "MINIMIZE")


def test_the_same_point_twice_is_one(api: Api) -> None:
    version = api.model("bert", version={})["version"]
    point = {"name": "loss", "value": 1, "recordedAt": "2020-01-01T00:00:00Z"}
    assert log(api, version, point)["logged"] == 1
    again = log(api, version, point)
    assert (again["logged"], again["change"], again["userErrors"]) == (0, None, [])


def test_what_is_not_finite_is_a_fact(api: Api) -> None:
    version = api.model("bert", version={})["version"]
    names = ("NAN", "INFINITY", "NEGATIVE_INFINITY")
    log(api, version, *({"name": name, "nonFinite": name} for name in names))
    found = api.run(METRICS, id=version)["metrics"]["nodes"]
    assert {one["key"]["name"]: (one["value"], one["nonFinite"]) for one in found} == {
        name: (None, name) for name in names
    }


def test_values_under_other_keys_are_other_series(api: Api) -> None:
    version = api.model("bert", version={})["version"]
    keys: list[dict[str, Any]] = [
        {},
        {"dataset": "a"},
        {"split": "a"},
        {"slice": "a"},
        {"unit": "a"},
        {"source": "TRAINING"},
        {"conditions": [{"name": "a", "value": "b"}]},
    ]
    log(api, version, *({"name": "accuracy", "value": 1, **key} for key in keys))
    found = api.run(METRICS, id=version, first=2)["metrics"]
    assert (found["totalCount"], len(found["nodes"])) == (len(keys), 2)


def test_a_metric_that_nobody_defined_has_no_direction(api: Api) -> None:
    version = api.model("bert", version={"metrics": [{"name": "my own score", "value": 3}]})["version"]
    [found] = api.run(METRICS, id=version)["metrics"]["nodes"]
    assert found["direction"] == "NONE"


def test_a_value_or_none_but_not_both(api: Api) -> None:
    version = api.model("bert", version={})["version"]
    good = {"name": "loss", "value": 1}
    for bad in ({"name": "loss"}, {"name": "loss", "value": 1, "nonFinite": "NAN"}):
        refused = log(api, version, good, bad)
        assert [(one["code"], one["field"]) for one in refused["userErrors"]] == [
            ("INVALID", ["metrics", "1"])
        ]
        assert (refused["logged"], refused["change"]) == (None, None)
    assert api.run(METRICS, id=version)["metrics"]["totalCount"] == 0


def test_a_condition_named_twice_is_refused(api: Api) -> None:
    version = api.model("bert", version={})["version"]
    twice = [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]
    [error] = log(api, version, {"name": "loss", "value": 1, "conditions": twice})["userErrors"]
    assert error["field"] == ["metrics", "0", "conditions", "1", "name"]


def test_no_more_points_than_allowed_at_once(api: Api) -> None:
    version = api.model("bert", version={})["version"]
    points = [{"name": "loss", "value": 1, "step": step} for step in range(1_001)]
    [error] = log(api, version, *points)["userErrors"]
    assert (error["code"], error["field"]) == ("LIMIT_EXCEEDED", ["metrics"])
    assert log(api, version, *points[1:])["logged"] == 1_000
