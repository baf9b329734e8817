"""Versions weighed by objectives: the front, who beats whom, what is recommended, and what is refused."""

from typing import Any

import pytest

from tests.graphql.conftest import Api

WEIGH = """
query Weigh($versions: [ModelVersionBy!]!, $baseline: ModelVersionBy, $objectives: [ObjectiveInput!]) {
  compareVersions(versions: $versions, baseline: $baseline, objectives: $objectives) {
    pareto {
      objectives { label direction unit weight tolerance lacking }
      points {
        version { number } values onFront dominatedByCount missing
        dominatedBy(limit: 2) { number registeredModel { name } }
      }
    }
    recommendation { version { number } score because }
    noRecommendation
  }
}"""
ACCURACY: dict[str, Any] = {"target": {"metric": {"name": "accuracy"}}}
SIZE: dict[str, Any] = {"target": {"field": "SIZE_BYTES"}}


@pytest.fixture(scope="module")
def served(shared_api: Api) -> dict[str, Any]:
    facts = [(0.8, 100), (0.9, 100), (0.9, 50), (0.7, None), (None, 10)]
    model = shared_api.model("bert")["model"]
    versions = []
    for accuracy, size in facts:
        metrics = [] if accuracy is None else [{"name": "accuracy", "value": accuracy}]
        given: dict[str, Any] = {"sizeBytes": size} if size else {}
        elsewhere = [{"name": "accuracy", "value": 1, "dataset": "other"}] if accuracy == 0.7 else []
        more = [{"name": "my score", "value": 1}, {"name": "loss", "nonFinite": "NAN"}]
        versions.append({"id": shared_api.version(model, metrics=metrics + elsewhere + more, **given)})
    return {"versions": versions, "api": shared_api}


def weighed(served: dict[str, Any], *objectives: dict[str, Any], base: int | None = 0, count: int = 3) -> Any:
    versions = served["versions"][:count]
    baseline = None if base is None else versions[base]
    return served["api"].run(WEIGH, versions=versions, baseline=baseline, objectives=list(objectives))


def test_it_works(served: dict[str, Any]) -> None:
    found = weighed(served, ACCURACY, {**SIZE, "weight": 2})
    assert found["pareto"]["objectives"] == [
        {
            "label": "accuracy",
            "direction": "MAXIMIZE",
            "unit": None,
            "weight": 1,
            "tolerance": 0,
            "lacking": 0,
        },
        {
            "label": "sizeBytes",
            "direction": "MINIMIZE",
            "unit": "bytes",
            "weight": 2,
            "tolerance": 0,
            "lacking": 0,
        },
    ]
    first, second, third = found["pareto"]["points"]
    bert = {"name": "bert"}
    assert first == {
        "version": {"number": 1},
        "values": [0.8, 100],
        "onFront": False,
        "dominatedByCount": 2,
        "missing": [],
        "dominatedBy": [
            {"number": 2, "registeredModel": bert},
            {"number": 3, "registeredModel": bert},
        ],
    }
    assert (second["onFront"], second["dominatedBy"][0]["number"]) == (False, 3)
    assert (third["onFront"], third["dominatedBy"]) == (True, [])
    assert found["recommendation"] == {
        "version": {"number": 3},
        "score": pytest.approx((0.125 + 2 * 0.5) / 3),
        "because": [
            "accuracy: 0.9, 0.1 (12.5 %) better than the baseline with 0.8",
            "sizeBytes: 50, 50 bytes (50 %) better than the baseline with 100",
        ],
    }
    assert found["noRecommendation"] is None


def test_what_lacks_a_value_is_nowhere(served: dict[str, Any]) -> None:
    key = {"metric": {"name": "accuracy", "dataset": None}}
    found = weighed(served, {"target": key}, SIZE, count=5)
    points = found["pareto"]["points"]
    assert [point["missing"] for point in points] == [[], [], [], ["sizeBytes"], ["accuracy"]]
    assert [point["onFront"] for point in points] == [False, False, True, False, False]
    assert [point["dominatedByCount"] for point in points] == [2, 1, 0, 0, 0]
    assert [one["lacking"] for one in found["pareto"]["objectives"]] == [1, 1]
    assert found["recommendation"]["because"][-2:] == [
        "version 4 was left out: it lacks sizeBytes",
        "version 5 was left out: it lacks accuracy",
    ]


def test_a_tolerance_makes_equal(served: dict[str, Any]) -> None:
    found = weighed(
        served, {**ACCURACY, "tolerance": 0.5}, {**SIZE, "tolerance": 1000, "direction": "MAXIMIZE"}
    )
    assert [point["onFront"] for point in found["pareto"]["points"]] == [True, True, True]
    assert found["recommendation"] is None
    assert found["noRecommendation"] == (
        "sizeBytes of the baseline counts as 0, of which nothing is a share: state its scale"
    )


def test_without_objectives_nothing_is_weighed(served: dict[str, Any]) -> None:
    assert weighed(served) == {"pareto": None, "recommendation": None, "noRecommendation": None}


def test_a_recommendation_needs_a_measure(served: dict[str, Any]) -> None:
    opposed = {"target": {"metric": {"name": "accuracy", "dataset": None}}, "direction": "MINIMIZE"}
    assert "name a baseline" in weighed(served, opposed, SIZE, base=None)["noRecommendation"]
    scaled = {**ACCURACY, "scale": {"worst": 0.5, "best": 1}}
    found = weighed(served, scaled, base=None)["recommendation"]
    assert (found["version"], found["score"]) == ({"number": 2}, pytest.approx(0.8))
    lacking = weighed(served, opposed, SIZE, base=3, count=4)
    assert "the baseline lacks sizeBytes" in lacking["noRecommendation"]


def test_what_nothing_beats_needs_no_measure(served: dict[str, Any]) -> None:
    found = weighed(served, ACCURACY, SIZE, base=None)
    assert found["recommendation"] == {
        "version": {"number": 3},
        "score": None,
        "because": ["it is at least as good as every other in all objectives"],
    }
    assert found["noRecommendation"] is None
    assert weighed(served, SIZE, base=3, count=4)["recommendation"]["version"] == {"number": 3}


@pytest.mark.parametrize(
    ("objectives", "code", "field"),
    [
        ([{**SIZE, "weight": 0}], "BAD_USER_INPUT", "objectives.0.weight"),
        ([{**SIZE, "weight": -1}], "BAD_USER_INPUT", "objectives.0.weight"),
        ([ACCURACY, {**SIZE, "tolerance": -0.1}], "BAD_USER_INPUT", "objectives.1.tolerance"),
        ([SIZE, SIZE], "BAD_USER_INPUT", "objectives.1.target"),
        ([SIZE] * 7, "BAD_USER_INPUT", "objectives"),
        ([{**SIZE, "direction": "NONE"}], "BAD_USER_INPUT", "objectives.0.direction"),
        ([{**SIZE, "scale": {"worst": 1, "best": 1}}], "BAD_USER_INPUT", "objectives.0.scale"),
        ([{**SIZE, "scale": {"worst": 1, "best": 2}}], "BAD_USER_INPUT", "objectives.0.scale"),
        ([{"target": {"metric": {"name": "my score"}}}], "BAD_USER_INPUT", "objectives.0.direction"),
        ([{"target": {"metric": {"name": "acuracy"}}}], "BAD_USER_INPUT", "objectives.0.target.metric"),
        ([{"target": {"metric": {"name": "\ud800"}}}], "BAD_USER_INPUT", "objectives.0.target.metric.name"),
        ([ACCURACY], "AMBIGUOUS", "objectives.0.target.metric"),
    ],
)
def test_what_cannot_be_weighed_is_refused(
    served: dict[str, Any], objectives: list[dict[str, Any]], code: str, field: str
) -> None:
    answer = served["api"].answer(WEIGH, versions=served["versions"], objectives=objectives)
    [error] = answer["errors"]
    assert error["extensions"]["code"] == code
    assert ".".join(error["extensions"]["field"]) == field
    if "acuracy" in str(objectives):
        assert error["extensions"]["suggestions"] == ["accuracy"]
    if code == "AMBIGUOUS":
        assert error["extensions"]["suggestions"] == ["accuracy", "accuracy · other"]


def test_a_value_that_is_not_finite_is_none(served: dict[str, Any]) -> None:
    points = weighed(served, {"target": {"metric": {"name": "loss"}}})["pareto"]["points"]
    assert {(point["onFront"], *point["missing"]) for point in points} == {(False, "loss")}


@pytest.mark.parametrize("limit", [0, 51])
def test_a_limit_has_bounds(served: dict[str, Any], limit: int) -> None:
    query = WEIGH.replace("limit: 2", f"limit: {limit}")
    answer = served["api"].answer(query, versions=served["versions"][:2], objectives=[SIZE])
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": ["limit"]}
