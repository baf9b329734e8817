"""`holotype compare`, `leaderboard` and `tradeoff`: which version is better, and on what."""

import re
from collections.abc import Sequence
from typing import Any

import orjson

from app.cli.client.asking import answer_of
from app.cli.client.formats import Format
from app.cli.client.tables import MISSING, Cell, print_table
from app.cli.client.targets import Target, version_name
from app.cli.terminal import USAGE, counted, fail, out, print_json, say

NAMED = "id number registeredModel { name namespace { name } }"
COMPARE = f"""
query Compare(
  $versions: [ModelVersionBy!]!, $baseline: ModelVersionBy, $objectives: [ObjectiveInput!], $after: String
) {{
  compareVersions(versions: $versions, baseline: $baseline, objectives: $objectives) {{
    versions {{ {NAMED} }}
    rows(after: $after) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{
        kind key direction unit differs
        cells {{ value number delta relativeDelta isBest isDiff recency }}
      }}
    }}
    pareto {{
      objectives {{ label direction unit }}
      points {{ version {{ id }} values onFront dominatedByCount dominatedBy {{ id }} missing }}
    }}
    recommendation {{ version {{ id }} score because }}
    noRecommendation
  }}
}}"""
LEADERBOARD = f"""
query Leaderboard(
  $metric: MetricKeyInput!, $direction: MetricDirection, $filter: VersionFilter, $first: Int!
) {{
  leaderboard(metric: $metric, direction: $direction, filter: $filter, first: $first) {{
    totalCount direction
    nodes {{
      rank version {{ {NAMED} }}
      metric {{ value unit key {{ dataset split conditions {{ name value }} }} }}
    }}
  }}
}}"""
TRADEOFF = f"""
query Tradeoff($objectives: [ObjectiveInput!]!, $filter: VersionFilter, $first: Int!) {{
  tradeoff(objectives: $objectives, filter: $filter, first: $first) {{
    totalCount evaluated objectives {{ label direction unit lacking }}
    nodes {{ values version {{ {NAMED} }} }}
  }}
}}"""
FIELDS = {
    "parametercount": "PARAMETER_COUNT",
    "parameters": "PARAMETER_COUNT",
    "sizebytes": "SIZE_BYTES",
    "size": "SIZE_BYTES",
}
"""What of a version itself is an objective, by how it is written; `_` and case do not count."""
ALWAYS_DIFFER = {"createdAt"}
"""Rows of what tells nothing about versions: no two were made at the same moment."""
LONGEST = 60
_NUMBER = r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
_SCALED = re.compile(rf"(?P<objective>.*)=(?P<worst>{_NUMBER})\.\.(?P<best>{_NUMBER})", re.DOTALL)


def parsed_objective(text: str) -> dict[str, Any]:
    """Return what ``[-|+]NAME[@DATASET[:SPLIT]][=WORST..BEST]`` asks for.

    A sign says which way it gets better; the ends of a scale are what a recommendation measures by.
    """
    scaled = _SCALED.fullmatch(text)
    scale = {"scale": {"worst": float(scaled["worst"]), "best": float(scaled["best"])}} if scaled else {}
    text = scaled["objective"] if scaled else text
    sign, name = (text[0], text[1:]) if text[:1] in {"-", "+"} else ("", text)
    name, _, measured_on = name.partition("@")
    dataset, _, split = measured_on.partition(":")
    if not name:
        fail(f"{text!r} is no objective: write accuracy, accuracy@ImageNet, -latency_ms or -size", USAGE)
    direction = {"-": {"direction": "MINIMIZE"}, "+": {"direction": "MAXIMIZE"}}.get(sign, {})
    if field := FIELDS.get(name.lower().replace("_", "")):
        return {"target": {"field": field}, **direction, **scale}
    stated = {"name": name, "dataset": dataset, "split": split}
    return {"target": {"metric": {part: text for part, text in stated.items() if text}}, **direction, **scale}


def show_comparison(
    url: str,
    versions: Sequence[Target],
    baseline: Target | None,
    objectives: Sequence[str],
    *,
    differing: bool,
    shape: Format,
) -> None:
    """Print versions side by side, what differs first."""
    wanted = {
        "versions": [one.version for one in versions],
        "baseline": baseline.version if baseline else None,
        "objectives": [parsed_objective(one) for one in objectives],
    }
    found = answer_of(url, COMPARE, wanted)
    page = found["rows"]
    while page["pageInfo"]["hasNextPage"]:
        page = answer_of(url, COMPARE, {**wanted, "after": page["pageInfo"]["endCursor"]})["rows"]
        found["rows"]["nodes"] += page["nodes"]
    found["rows"] = found["rows"]["nodes"]
    if shape is Format.JSON:
        print_json(found)
        return
    for row in found["rows"]:
        row["differs"] &= row["key"] not in ALWAYS_DIFFER
    rows = [row for row in found["rows"] if row["differs"] or not differing]
    rows.sort(key=lambda row: not row["differs"])
    headers = ["key", *map(version_name, found["versions"])]
    cells = [_row(row) for row in rows]
    print_table(headers, cells, shape)
    if shape is Format.TABLE and any(cell.best for row in cells for cell in row):
        out.out("* the best of its row", highlight=False)
    if shape is Format.TABLE and found["pareto"]:
        _print_front(found)


def show_leaderboard(
    url: str, metric: dict[str, Any], direction: str | None, task: str | None, *, limit: int, shape: Format
) -> None:
    """Print the versions that were measured alike, the best first."""
    wanted = {"metric": metric, "direction": direction, "filter": _filter(task), "first": limit}
    board = answer_of(url, LEADERBOARD, wanted)
    if shape is Format.JSON:
        print_json(board)
        return
    rows = [
        [
            Cell(str(one["rank"])),
            Cell(version_name(one["version"])),
            Cell(_number(one["metric"]["value"])),
            Cell(_conditions(one)),
        ]
        for one in board["nodes"]
    ]
    if rows or shape is not Format.TABLE:
        print_table(["rank", "version", metric["name"], "conditions"], rows, shape)
    say(f"{len(rows)} of {counted(board['totalCount'], 'version')}")


def show_tradeoff(
    url: str, objectives: Sequence[str], task: str | None, *, limit: int, shape: Format
) -> dict[str, Any]:
    """Print the versions that no other beats; return the answer."""
    if not objectives:
        fail("say what is weighed, once for each: --objective accuracy --objective -size", USAGE)
    wanted = {"objectives": [parsed_objective(one) for one in objectives], "filter": _filter(task)}
    found = answer_of(url, TRADEOFF, {**wanted, "first": limit})
    if shape is Format.JSON:
        print_json(found)
        return found
    rows = [
        [Cell(version_name(one["version"])), *(Cell(_number(value)) for value in one["values"])]
        for one in found["nodes"]
    ]
    if rows or shape is not Format.TABLE:
        print_table(["version", *(one["label"] for one in found["objectives"])], rows, shape)
    say(f"{len(rows)} of {found['totalCount']:,} on the front of {counted(found['evaluated'], 'version')}")
    for one in found["objectives"]:
        if one["lacking"]:
            lacks = "lacks" if one["lacking"] == 1 else "lack"
            say(f"{counted(one['lacking'], 'version')} {lacks} {one['label']}")
    return found


def _filter(task: str | None) -> dict[str, Any] | None:
    return {"model": {"task": {"equals": task}}} if task else None


def _row(row: dict[str, Any]) -> list[Cell]:
    unit = f" [{row['unit']}]" if row["unit"] and not row["key"].endswith(row["unit"]) else ""
    dim = not row["differs"]
    cells = [MISSING if cell is None else _cell(cell, dim=dim) for cell in row["cells"]]
    return [Cell(f"{row['key']}{unit}", dim=dim), *cells]


def _cell(cell: dict[str, Any], *, dim: bool) -> Cell:
    value = cell["value"]
    if cell["isDiff"]:
        changed = [line for line in value.splitlines()[2:] if line[:1] in {"+", "-"}]
        return Cell(f"{len(changed)} lines differ", dim=dim)
    text = value if isinstance(value, str) else _number(value)
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
    delta = f" ({_delta(cell['delta'])})" if cell["delta"] else ""
    recency = f" ({cell['recency'].lower()})" if cell["recency"] in {"OLDER", "NEWER"} else ""
    return Cell(f"{shown.splitlines()[0] if shown else ''}{delta}{recency}", cell["isBest"], dim)


def _number(value: Any) -> str:
    """Write a number as people read it, and anything else as JSON."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return orjson.dumps(value).decode()
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 10_000 else f"{value:.6g}"  # noqa: PLR2004


def _delta(value: float) -> str:
    return f"{value:+,.0f}" if abs(value) >= 10_000 else f"{value:+.4g}"  # noqa: PLR2004 - as `_number`


def _conditions(entry: dict[str, Any]) -> str:
    return " ".join(f"{one['name']}={one['value']}" for one in entry["metric"]["key"]["conditions"])


def _print_front(found: dict[str, Any]) -> None:
    names = {one["id"]: version_name(one) for one in found["versions"]}
    out.print()
    for point in found["pareto"]["points"]:
        name = names[point["version"]["id"]]
        if point["missing"]:
            said = f"lacks {', '.join(point['missing'])}"
        elif point["onFront"]:
            said = "on the front: no other is better in one objective without being worse in another"
        else:
            said = f"dominated by {', '.join(names[one['id']] for one in point['dominatedBy'])}"
        out.out(f"{name}: {said}", highlight=False)
    if best := found["recommendation"]:
        score = "" if best["score"] is None else f", score {best['score']:+.4g}"
        out.out(f"\nTake {names[best['version']['id']]}{score}:", highlight=False)
        for reason in best["because"]:
            out.out(f"  {reason}", highlight=False)
    else:
        out.out(f"\nNone is recommended: {found['noRecommendation']}", highlight=False)
