"""Leaderboards, trends and the front over everything that a filter admits."""

from typing import Any

import pytest

from tests.graphql.conftest import Api

BOARD = """
query Board(
  $metric: MetricKeyInput!, $filter: VersionFilter, $direction: MetricDirection, $first: Int, $after: String,
  $last: Int, $before: String
) {
  leaderboard(
    metric: $metric, filter: $filter, direction: $direction, first: $first, after: $after, last: $last,
    before: $before
  ) {
    totalCount direction pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { rank } }
    nodes { rank metric { value key { conditions { value } } } version { number registeredModel { name } } }
  }
}"""
TRADEOFF = """
query Tradeoff($filter: VersionFilter, $objectives: [ObjectiveInput!]!, $first: Int, $after: String) {
  tradeoff(filter: $filter, objectives: $objectives, first: $first, after: $after) {
    totalCount evaluated objectives { label direction unit lacking } pageInfo { hasNextPage endCursor }
    edges { cursor node { onFront } }
    nodes { values onFront dominatedByCount missing dominatedBy { number } version { number } }
  }
}"""
TREND = """
query Trend($metric: MetricKeyInput!, $limit: Int) {
  registeredModel(by: {name: {name: "bert"}}) {
    metricTrend(metric: $metric, limit: $limit) { delta metric { value } version { number } }
  }
}"""
DELETE = """
mutation Delete($id: ID!) { deleteModelVersion(input: {version: {id: $id}}) { userErrors { message } } }"""
pytestmark = pytest.mark.both_databases

ACCURACY = {"name": "accuracy", "dataset": "ImageNet"}


def measured(value: Any, **key: Any) -> dict[str, Any]:
    field = "nonFinite" if isinstance(value, str) else "value"
    return {"name": "accuracy", "dataset": "ImageNet", field: value, **key}


def filled(api: Api, *values: Any) -> None:
    model = api.model("bert")["model"]
    for place, value in enumerate(values):
        metrics = [] if value is None else [measured(value)]
        api.version(model, metrics=metrics, parameterCount=10 * (place + 1))


def pages(api: Api, **given: Any) -> list[tuple[int, float, int]]:
    seen, after = [], None
    while True:
        page = api.run(BOARD, metric=ACCURACY, first=2, after=after, **given)["nodes"]
        found = api.run(BOARD, metric=ACCURACY, first=2, after=after, **given)
        seen += [(one["rank"], one["metric"]["value"], one["version"]["number"]) for one in page]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            return seen


def test_it_works(api: Api) -> None:
    filled(api, 0.8, 0.9, None, 0.8, "NAN", 0.7, 0.8, 0.9)
    found = api.run(BOARD, metric=ACCURACY)
    assert (found["totalCount"], found["direction"]) == (6, "MAXIMIZE")
    assert [one["rank"] for one in found["nodes"]] == [1, 1, 3, 3, 3, 6]
    assert [one["metric"]["value"] for one in found["nodes"]] == [0.9, 0.9, 0.8, 0.8, 0.8, 0.7]
    assert found["nodes"][-1]["version"] == {"number": 6, "registeredModel": {"name": "bert"}}


def test_pages_know_their_ranks_both_ways(api: Api) -> None:
    filled(api, 0.8, 0.9, 0.8, 0.7, 0.8, 0.9, 0.8, 0.6)
    whole = [
        (one["rank"], one["metric"]["value"], one["version"]["number"])
        for one in api.run(BOARD, metric=ACCURACY)["nodes"]
    ]
    assert pages(api) == whole
    last = api.run(BOARD, metric=ACCURACY, last=3)
    assert [one["rank"] for one in last["nodes"]] == [3, 7, 8]
    before = api.run(BOARD, metric=ACCURACY, last=3, before=last["pageInfo"]["startCursor"])
    assert [one["rank"] for one in before["nodes"]] == [3, 3, 3]
    lowest = api.run(BOARD, metric=ACCURACY, direction="MINIMIZE", first=3)["nodes"]
    assert [(one["rank"], one["metric"]["value"]) for one in lowest] == [(1, 0.6), (2, 0.7), (3, 0.8)]


def test_a_version_stands_once_with_its_best(api: Api) -> None:
    model = api.model("bert")["model"]
    values = [(0.7, "224"), (0.9, "384"), (0.9, "512"), (0.8, "640")]
    conditions = [
        measured(value, conditions=[{"name": "resolution", "value": size}]) for value, size in values
    ]
    api.version(model, metrics=conditions)
    api.version(model, metrics=[measured(0.85)])
    found = api.run(BOARD, metric=ACCURACY)
    assert [(one["rank"], one["metric"]["value"]) for one in found["nodes"]] == [(1, 0.9), (2, 0.85)]
    exact = {**ACCURACY, "conditions": [{"name": "resolution", "value": "224"}]}
    [only] = api.run(BOARD, metric=exact)["nodes"]
    assert only["metric"]["value"] == 0.7
    [plain] = api.run(BOARD, metric={**ACCURACY, "conditions": []})["nodes"]
    assert plain["version"]["number"] == 2


def test_only_like_is_ranked_with_like(api: Api) -> None:
    model = api.model("bert")["model"]
    api.version(model, metrics=[measured(0.9), measured(0.5, split="test"), measured(98, unit="%")])
    api.version(model, metrics=[measured(0.8)])
    error = api.error(BOARD, metric=ACCURACY)
    assert (error["code"], error["field"]) == ("AMBIGUOUS", "metric")
    assert error["message"].startswith("'accuracy' was measured")
    assert error["suggestions"] == ["accuracy · ImageNet · %", "accuracy@ImageNet:test"]
    assert api.run(BOARD, metric={**ACCURACY, "split": None, "unit": None})["totalCount"] == 2
    objective = [{"target": {"metric": ACCURACY}}]
    error = api.error(TRADEOFF, objectives=objective)
    assert (error["code"], error["field"]) == ("AMBIGUOUS", "objectives.0.target.metric")
    assert api.run(BOARD, metric=ACCURACY, filter={"number": {"equals": 2}})["totalCount"] == 1


COMPARE = """
query Compare($versions: [ModelVersionBy!]!, $objectives: [ObjectiveInput!]) {
  compareVersions(versions: $versions, objectives: $objectives) {
    rows(kinds: METRIC) { nodes { key cells { value } } } pareto { points { onFront } }
  }
}"""


def test_a_key_is_the_same_however_it_is_written(api: Api) -> None:
    model = api.model("bert")["model"]
    written = [{"name": "accuracy"}, {"name": "Accuracy", "dataset": "imagenet"}, {}]
    ids = [api.version(model, metrics=[measured(0.8, **key)]) for key in written]
    versions, objectives = [{"id": one} for one in ids], [{"target": {"metric": ACCURACY}}]
    assert api.run(BOARD, metric=ACCURACY)["totalCount"] == 3
    assert api.run(TRADEOFF, objectives=objectives)["evaluated"] == 3
    assert len(api.run(TREND, metric={"name": "accuracy"})["metricTrend"]) == 3
    compared = api.run(COMPARE, versions=versions, objectives=objectives)
    assert compared["rows"]["nodes"] == [{"key": "accuracy · ImageNet", "cells": [{"value": 0.8}] * 3}]
    assert [point["onFront"] for point in compared["pareto"]["points"]] == [True] * 3


def test_a_version_that_writes_a_key_in_two_ways_has_two_rows(api: Api) -> None:
    model = api.model("bert")["model"]
    ids = [api.version(model, metrics=[measured(0.8), measured(0.9, name="Accuracy")]) for _ in range(2)]
    compared = api.run(COMPARE, versions=[{"id": one} for one in ids])
    assert [row["key"] for row in compared["rows"]["nodes"]] == ["Accuracy · ImageNet", "accuracy · ImageNet"]


def test_what_was_deleted_makes_no_board(api: Api) -> None:
    model = api.model("bert")["model"]
    gone = api.version(model, metrics=[measured(0.9, split="test"), measured(0.99, split="train")])
    api.version(model, metrics=[measured(0.8)])
    api.version(model, metrics=[measured(0.7)])
    api.run(DELETE, id=gone)
    found = api.run(BOARD, metric=ACCURACY)
    assert [(one["rank"], one["version"]["number"]) for one in found["nodes"]] == [(1, 2), (2, 3)]
    assert found["totalCount"] == 2
    assert api.run(TRADEOFF, objectives=[{"target": {"metric": ACCURACY}}])["evaluated"] == 2
    assert len(api.run(TREND, metric={"name": "accuracy"})["metricTrend"]) == 2


def test_boards_that_are_none(api: Api) -> None:
    filled(api, 0.8)
    for metric in (
        {**ACCURACY, "split": "dev"},
        {"name": "accuracy", "dataset": "ObjectNet"},
        {"name": "WER"},
    ):
        found = api.run(BOARD, metric=metric)
        assert (found["nodes"], found["totalCount"]) == ([], 0)
    assert api.run(BOARD, metric=ACCURACY, filter={"number": {"equals": 9}})["nodes"] == []
    for given, field in (
        ({"metric": ACCURACY, "direction": "NONE"}, "direction"),
        ({"metric": ACCURACY, "first": 0}, "first"),
        ({"metric": ACCURACY, "after": "x"}, "after"),
        ({"metric": {"name": "\ud800"}}, "metric.name"),
    ):
        assert api.error(BOARD, **given)["field"] == field
    cursor = api.run(BOARD, metric=ACCURACY)["pageInfo"]["endCursor"]
    assert api.error(BOARD, metric={"name": "accuracy"}, after=cursor)["field"] == "after"


def test_the_front_of_everything(api: Api) -> None:
    filled(api, 0.8, 0.9, None, 0.85, "NAN", 0.7, 0.95, 0.9)
    objectives: list[Any] = [{"target": {"metric": ACCURACY}}, {"target": {"field": "PARAMETER_COUNT"}}]
    found = api.run(TRADEOFF, objectives=objectives)
    assert (found["totalCount"], found["evaluated"]) == (3, 6)
    assert found["objectives"] == [
        {"label": "accuracy · ImageNet", "direction": "MAXIMIZE", "unit": None, "lacking": 2},
        {"label": "parameterCount", "direction": "MINIMIZE", "unit": "parameters", "lacking": 0},
    ]
    assert [one["values"] for one in found["nodes"]] == [[0.95, 70], [0.9, 20], [0.8, 10]]
    assert found["nodes"][0] == {
        "values": [0.95, 70],
        "onFront": True,
        "dominatedByCount": 0,
        "missing": [],
        "dominatedBy": [],
        "version": {"number": 7},
    }
    first = api.run(TRADEOFF, objectives=objectives, first=2)
    rest = api.run(TRADEOFF, objectives=objectives, first=2, after=first["pageInfo"]["endCursor"])
    assert [first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]] == [True, False]
    assert [one["version"]["number"] for one in first["nodes"] + rest["nodes"]] == [7, 2, 1]
    some = api.run(TRADEOFF, objectives=objectives, filter={"parameterCount": {"lte": 60, "gte": 15}})
    assert ([one["version"]["number"] for one in some["nodes"]], some["evaluated"]) == ([2], 3)


def test_fronts_that_are_none(api: Api) -> None:
    filled(api, 0.8)
    size = {"target": {"field": "PARAMETER_COUNT"}}
    for given, field in (
        ({"objectives": []}, "objectives"),
        ({"objectives": [size] * 2}, "objectives.1.target"),
        ({"objectives": [size], "after": "x"}, "after"),
        ({"objectives": [size], "first": 101}, "first"),
        ({"objectives": [{**size, "weight": 0}]}, "objectives.0.weight"),
    ):
        assert api.error(TRADEOFF, **given)["field"] == field
    cursor = api.run(TRADEOFF, objectives=[size])["pageInfo"]["endCursor"]
    more = [{**size, "tolerance": 3}]
    assert api.error(TRADEOFF, objectives=more, after=cursor)["field"] == "after"
    nobody = {"number": {"equals": 9}}
    found = api.run(TRADEOFF, objectives=[size], filter=nobody)
    assert (found["nodes"], found["evaluated"]) == ([], 0)
    elsewhere = {"target": {"metric": {**ACCURACY, "split": "dev"}}}
    found = api.run(TRADEOFF, objectives=[size, elsewhere])
    assert (found["nodes"], found["evaluated"]) == ([], 0)
    assert [(one["label"], one["lacking"]) for one in found["objectives"]] == [
        ("parameterCount", 0),
        ("accuracy · imagenet · dev", 1),
    ]


def test_a_trend_goes_from_version_to_version(api: Api) -> None:
    filled(api, 0.8, 0.85, None, "NAN", 0.84)
    trend = api.run(TREND, metric={"name": "accuracy"})["metricTrend"]
    assert [(one["version"]["number"], one["metric"]["value"], one["delta"]) for one in trend] == [
        (1, 0.8, None),
        (2, 0.85, 0.05),
        (4, None, None),
        (5, 0.84, -0.01),
    ]
    for limit in range(1, 5):
        assert api.run(TREND, metric={"name": "accuracy"}, limit=limit)["metricTrend"] == trend[-limit:]
    assert api.run(TREND, metric={"name": "nothing"})["metricTrend"] == []


@pytest.mark.parametrize("limit", [0, 101])
def test_a_trend_has_bounds(api: Api, limit: int) -> None:
    filled(api, 0.8)
    assert api.error(TREND, metric={"name": "accuracy"}, limit=limit)["field"] == "limit"


def test_a_trend_is_of_one_metric(api: Api) -> None:
    model = api.model("bert")["model"]
    api.version(model, metrics=[measured(0.9)])
    api.version(model, metrics=[measured(0.9, split="test")])
    answer = api.answer(TREND, metric={"name": "accuracy"})
    [error] = answer["errors"]
    assert answer["data"]["registeredModel"]["metricTrend"] is None
    assert error["extensions"]["code"] == "AMBIGUOUS"
    assert error["extensions"]["suggestions"] == ["accuracy · ImageNet", "accuracy · ImageNet · test"]
    assert len(api.run(TREND, metric={"name": "accuracy", "split": "test"})["metricTrend"]) == 1


def test_a_metric_that_nobody_ever_named_is_not_found(api: Api) -> None:
    model = api.model("bert")["model"]
    api.version(model, metrics=[measured(0.9), measured(3, name="Bird-Score")])
    for name, nearest in (("acuracy", ["accuracy"]), ("bird scor", ["Bird-Score"]), ("qqq", [])):
        for part in ({}, {"dataset": "ImageNet"}, {"dataset": None, "split": "dev"}):
            metric = {"name": name, **part}
            for direction in (None, "MINIMIZE"):
                error = api.error(BOARD, metric=metric, direction=direction)
                assert (error["code"], error["field"]) == ("NOT_FOUND", "metric.name")
                assert (error["suggestions"], f"{name!r}" in error["message"]) == (nearest, True)
                objectives = [
                    {"target": {"field": "SIZE_BYTES"}},
                    {"target": {"metric": metric}, "direction": direction},
                ]
                error = api.error(TRADEOFF, objectives=objectives)
                assert (error["code"], error["field"]) == ("NOT_FOUND", "objectives.1.target.metric.name")
                assert error["suggestions"] == nearest


def test_what_is_measured_but_not_defined_has_no_direction_of_its_own(api: Api) -> None:
    model = api.model("bert")["model"]
    api.version(model, metrics=[measured(3, name="bird score")])
    metric = {"name": "Bird-Score"}
    error = api.error(BOARD, metric=metric)
    assert (error["field"], "'Bird-Score'" in error["message"]) == ("direction", True)
    error = api.error(TRADEOFF, objectives=[{"target": {"metric": metric}}])
    assert error["field"] == "objectives.0.direction"
    assert api.run(BOARD, metric=metric, direction="MINIMIZE")["totalCount"] == 1
    assert api.run(BOARD, metric={**metric, "split": "dev"}, direction="MINIMIZE")["totalCount"] == 0
