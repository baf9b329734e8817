"""Comparisons of versions: like with like, best and delta, and what is never ranked."""

from typing import Any

import pytest

from tests.graphql.conftest import Api

COMPARE = """
query Compare(
  $versions: [ModelVersionBy!]!, $baseline: ModelVersionBy, $kinds: [ComparisonKind!], $differing: Boolean,
  $text: String, $first: Int, $after: String
) {
  compareVersions(versions: $versions, baseline: $baseline) {
    versions { number registeredModel { name } } baseline { number }
    rows(kinds: $kinds, onlyDiffering: $differing, text: $text, first: $first, after: $after) {
      totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { cursor node { key } }
      nodes {
        kind key direction unit differs metric { name dataset conditions { name value } }
        cells { value number delta relativeDelta isBest }
      }
    }
  }
}"""


def versions(api: Api, *given: dict[str, Any]) -> list[dict[str, str]]:
    model = api.model("bert")["model"]
    return [{"id": api.version(model, **facts)} for facts in given]


def metric(name: str, value: float | str, **key: Any) -> dict[str, Any]:
    field = "nonFinite" if isinstance(value, str) else "value"
    return {"name": name, field: value, **key}


def rows(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in found["rows"]["nodes"]}


def test_it_works(api: Api) -> None:
    compared = versions(
        api,
        {
            "metrics": [metric("accuracy", 0.84), metric("loss", 0.5)],
            "params": [{"name": "lr", "value": 0.1}],
        },
        {
            "metrics": [metric("accuracy", 0.85), metric("loss", 0.4)],
            "params": [{"name": "lr", "value": 0.1}],
        },
        {"metrics": [metric("accuracy", 0.85)], "params": [{"name": "lr", "value": "auto"}]},
    )
    found = api.run(COMPARE, versions=compared, baseline=compared[0])
    assert [one["number"] for one in found["versions"]] == [1, 2, 3]
    assert found["baseline"] == {"number": 1}
    by_key = rows(found)
    assert list(by_key) == ["model", "state", "stage", "createdAt", "accuracy", "loss", "lr"]
    accuracy = by_key["accuracy"]
    assert (accuracy["kind"], accuracy["direction"], accuracy["differs"]) == ("METRIC", "MAXIMIZE", True)
    assert accuracy["metric"] == {"name": "accuracy", "dataset": None, "conditions": []}
    assert accuracy["cells"] == [
        {"value": 0.84, "number": 0.84, "delta": 0, "relativeDelta": 0, "isBest": False},
        {"value": 0.85, "number": 0.85, "delta": 0.01, "relativeDelta": 1 / 84, "isBest": True},
        {"value": 0.85, "number": 0.85, "delta": 0.01, "relativeDelta": 1 / 84, "isBest": True},
    ]
    assert by_key["loss"]["direction"] == "MINIMIZE"
    assert [cell and cell["isBest"] for cell in by_key["loss"]["cells"]] == [False, True, None]
    assert by_key["loss"]["differs"] is True
    lr = by_key["lr"]
    assert (lr["kind"], lr["direction"], lr["metric"]) == ("PARAM", "NONE", None)
    assert [(cell["value"], cell["number"], cell["isBest"]) for cell in lr["cells"]] == [
        (0.1, 0.1, False),
        (0.1, 0.1, False),
        ("auto", None, False),
    ]


def test_without_a_baseline_there_are_no_deltas(api: Api) -> None:
    compared = versions(api, {"metrics": [metric("loss", 1)]}, {"metrics": [metric("loss", 2)]})
    found = api.run(COMPARE, versions=compared)
    assert found["baseline"] is None
    assert {cell["delta"] for cell in rows(found)["loss"]["cells"]} == {None}


def test_what_is_not_finite_is_never_best(api: Api) -> None:
    values: list[float | str] = ["NAN", "NEGATIVE_INFINITY", 2, 1]
    compared = versions(api, *({"metrics": [metric("loss", value)]} for value in values))
    found = api.run(COMPARE, versions=compared, baseline=compared[0])
    cells = rows(found)["loss"]["cells"]
    assert [cell["value"] for cell in cells] == values
    assert [cell["number"] for cell in cells] == [None, None, 2, 1]
    assert [cell["isBest"] for cell in cells] == [False, False, False, True]
    assert {cell["delta"] for cell in cells} == {None}


def test_an_unknown_direction_is_never_ranked(api: Api) -> None:
    compared = versions(api, {"metrics": [metric("my score", 1)]}, {"metrics": [metric("my score", 2)]})
    row = rows(api.run(COMPARE, versions=compared, baseline=compared[0]))["my score"]
    assert row["direction"] == "NONE"
    assert [(cell["isBest"], cell["delta"]) for cell in row["cells"]] == [(False, 0), (False, 1)]


def test_only_like_is_compared_with_like(api: Api) -> None:
    here = metric("accuracy", 0.9, dataset="ImageNet", conditions=[{"name": "resolution", "value": "224"}])
    there = metric("accuracy", 0.8, dataset="ImageNet", conditions=[{"name": "resolution", "value": "384"}])
    compared = versions(api, {"metrics": [here]}, {"metrics": [there]})
    found = rows(api.run(COMPARE, versions=compared, kinds=["METRIC"]))
    assert list(found) == ["accuracy · ImageNet · resolution=224", "accuracy · ImageNet · resolution=384"]
    assert {cell["isBest"] for row in found.values() for cell in row["cells"] if cell} == {False}
    assert [cell is None for row in found.values() for cell in row["cells"]] == [False, True, True, False]


def test_differences_beyond_every_number_are_left_out(api: Api) -> None:
    compared = versions(api, {"metrics": [metric("loss", -1.7e308)]}, {"metrics": [metric("loss", 1.7e308)]})
    cells = rows(api.run(COMPARE, versions=compared, baseline=compared[0]))["loss"]["cells"]
    assert (cells[1]["number"], cells[1]["delta"]) == (1.7e308, None)


def test_rows_are_narrowed_and_paged(api: Api) -> None:
    params = [{"name": f"p{number}", "value": number} for number in range(5)]
    compared = versions(
        api,
        {"params": params, "metrics": [metric("loss", 1)]},
        {"params": [*params[:4], {"name": "p4", "value": 5}], "metrics": [metric("loss", 1)]},
    )
    assert list(rows(api.run(COMPARE, versions=compared, differing=True))) == ["createdAt", "p4"]
    assert list(rows(api.run(COMPARE, versions=compared, kinds=["METRIC"]))) == ["loss"]
    assert list(rows(api.run(COMPARE, versions=compared, kinds=[]))) == []
    assert list(rows(api.run(COMPARE, versions=compared, text="P1"))) == ["p1"]
    seen, after = [], None
    while True:
        page = api.run(COMPARE, versions=compared, kinds=["METRIC", "PARAM"], first=4, after=after)["rows"]
        assert page["totalCount"] == 6
        seen += [edge["node"]["key"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == ["loss", "p0", "p1", "p2", "p3", "p4"]
    for further in ({"differing": True}, {"kinds": ["PARAM"]}, {"text": "p"}):
        answer = api.answer(COMPARE, versions=compared, after=after, **further)
        assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": ["after"]}, further
    for first in (0, 201):
        answer = api.answer(COMPARE, versions=compared, first=first)
        assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": ["first"]}


def test_what_is_no_comparison_is_refused(api: Api) -> None:
    compared = versions(api, {}, {})
    other = {"id": api.model("other", version={})["version"]}
    absent = {"number": {"model": {"name": "bert"}, "number": 9}}
    for given, field in (
        ({"versions": compared[:1]}, "versions"),
        ({"versions": []}, "versions"),
        ({"versions": compared * 26}, "versions"),
        ({"versions": [*compared, compared[0]]}, "versions"),
        ({"versions": [*compared, absent]}, "versions.2.number.number"),
        ({"versions": compared, "baseline": other}, "baseline"),
        ({"versions": compared, "baseline": absent}, "baseline.number.number"),
    ):
        assert api.error(COMPARE, **given)["field"] == field


def test_versions_are_named_in_every_way_at_once(api: Api) -> None:
    ids = versions(api, {"semver": "1.2.3"}, {}, {}, {}, {}, {})
    model = {"name": "bert"}
    for alias, version in (("champion", ids[1]), ("Champion", ids[2])):
        api.run(
            """mutation($a: String!, $v: ModelVersionBy!) { setAlias(input: {alias: $a, version: $v}) {
              userErrors { message }
            } }""",
            a=alias,
            v=version,
        )
    named = [
        {"semver": {"model": model, "range": "^1"}},
        {"alias": {"model": model, "alias": "champion"}},
        {"alias": {"model": model, "alias": "Champion"}},
        {"alias": {"model": model, "alias": "v4"}},
        ids[4],
        {"alias": {"model": model, "alias": "latest"}},
    ]
    found = api.run(
        "query($v: [ModelVersionBy!]!) { compareVersions(versions: $v) { versions { number } } }", v=named
    )
    assert [one["number"] for one in found["versions"]] == [1, 2, 3, 4, 5, 6]
    for absent in ("\ud800", "CHAMPION"):
        error = api.error(COMPARE, versions=[ids[0], {"alias": {"model": model, "alias": absent}}])
        assert error["field"].startswith("versions.1.alias")


@pytest.mark.parametrize("count", [50])
def test_fifty_versions_are_compared(api: Api, count: int) -> None:
    compared = versions(api, *({"metrics": [metric("loss", number)]} for number in range(count)))
    found = api.run(COMPARE, versions=compared, baseline=compared[-1])
    assert [cell["isBest"] for cell in rows(found)["loss"]["cells"]] == [True] + [False] * (count - 1)
