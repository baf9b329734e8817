"""`holotype show`: one model or version."""

from collections.abc import Iterator
from typing import Any

import orjson

from app.cli.client.asking import Unanswered, ask
from app.cli.client.targets import Target, model_name, version_name
from app.cli.terminal import fail, out, print_json

FACTS = "description framework createdAt updatedAt"
MODEL = f"""
query Show($model: QualifiedName!) {{
  registeredModel(by: {{name: $model}}) {{
    id name namespace {{ name }} displayName task domains architecture family license publisher languages
    paperUrl codeUrl pageUrl {FACTS}
    owners {{ ... on User {{ name }} ... on ServiceAccount {{ name }} }}
    retirement {{ reason at replacement {{ name namespace {{ name }} }} }}
    tags {{ key value }}
    aliases {{ name version {{ number }} }}
    versions(first: 20) {{ totalCount nodes {{ number semver state stage {{ name }} createdAt }} }}
  }}
}}"""
VERSION = f"""
query Show($version: ModelVersionBy!) {{
  modelVersion(by: $version) {{
    id number semver state stage {{ name }} source runId parameterCount sizeBytes releasedAt {FACTS}
    registeredModel {{ name namespace {{ name }} }}
    aliases {{ name }}
    tags {{ key value }}
    params(first: 100) {{ totalCount nodes {{ name value }} }}
    metrics(first: 100) {{
      totalCount
      nodes {{ key {{ name dataset split conditions {{ name value }} }} value nonFinite unit }}
    }}
  }}
}}"""


def show(url: str, target: Target, *, as_json: bool) -> None:
    """Print a model, or one of its versions."""
    shown = look_up(url, target, MODEL, VERSION)
    if as_json:
        print_json(shown)
        return
    lines = _version_lines(shown) if target.of_version else _model_lines(shown)
    for line in lines:
        out.out(line, highlight=False)


def look_up(url: str, target: Target, of_model: str, of_version: str, **further: Any) -> dict[str, Any]:
    """Ask for a model or a version, and end where it is not there."""
    wanted = {"version": target.version} if target.of_version else {"model": target.model}
    try:
        [answer] = ask(url, of_version if target.of_version else of_model, {**wanted, **further}).values()
    except Unanswered as unanswered:
        fail(str(unanswered), unanswered.code)
    thing: dict[str, Any] = answer
    return thing


def _model_lines(model: dict[str, Any]) -> Iterator[str]:
    yield model_name(model)
    apart = {"id", "name", "namespace", "owners", "retirement", "tags", "aliases", "versions"}
    yield from _retirement_lines(model["retirement"])
    yield from _fact_lines({name: value for name, value in model.items() if name not in apart})
    yield from _fact_lines({"owners": [owner["name"] for owner in model["owners"]]})
    yield from _tag_lines(model)
    for alias in model["aliases"]:
        yield f"  alias {alias['name']}: version {alias['version']['number']}"
    for version in model["versions"]["nodes"]:
        semver = f" ({version['semver']})" if version["semver"] else ""
        yield f"  version {version['number']}{semver}: {version['state']}, {version['stage']['name']}"
    yield from _more(model["versions"], "versions")


def _retirement_lines(retirement: dict[str, Any] | None) -> Iterator[str]:
    if retirement is not None:
        instead = retirement["replacement"]
        name = f"; take {model_name(instead)} instead" if instead else ""
        yield f"  retired {retirement['at'][:10]}: {retirement['reason']}{name}"


def _version_lines(version: dict[str, Any]) -> Iterator[str]:
    yield version_name(version)
    apart = {"id", "number", "registeredModel", "stage", "aliases", "tags", "params", "metrics"}
    facts = {name: value for name, value in version.items() if name not in apart}
    yield from _fact_lines({**facts, "stage": version["stage"]["name"]})
    yield from _fact_lines({"aliases": [alias["name"] for alias in version["aliases"]]})
    yield from _tag_lines(version)
    for param in version["params"]["nodes"]:
        yield f"  param {param['name']}: {_text(param['value'])}"
    yield from _more(version["params"], "params")
    for metric in version["metrics"]["nodes"]:
        key = metric["key"]
        where = " ".join(key[part] for part in ("dataset", "split") if key[part])
        name = f"{key['name']} on {where}" if where else key["name"]
        if key["conditions"]:
            conditions = ", ".join(f"{one['name']}={one['value']}" for one in key["conditions"])
            name += f" ({conditions})"
        value = metric["value"] if metric["nonFinite"] is None else metric["nonFinite"]
        yield f"  metric {name}: {value} {metric['unit'] or ''}".rstrip()
    yield from _more(version["metrics"], "metrics")


def _fact_lines(facts: dict[str, Any]) -> Iterator[str]:
    for name, value in facts.items():
        if value not in (None, []):
            yield f"  {name}: {', '.join(value) if isinstance(value, list) else value}"


def _tag_lines(tagged: dict[str, Any]) -> Iterator[str]:
    for tag in tagged["tags"]:
        yield f"  tag {tag['key']}: {_text(tag['value'])}"


def _more(connection: dict[str, Any], what: str) -> Iterator[str]:
    left = connection["totalCount"] - len(connection["nodes"])
    if left:
        yield f"  and {left:,} more {what}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
