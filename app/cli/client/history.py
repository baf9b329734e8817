"""`holotype history`: what was done to a model or a version, a line a change."""

from typing import Any

import orjson

from app.cli.client.showing import look_up
from app.cli.client.targets import Target
from app.cli.terminal import out, print_json

CHANGES = """
totalCount
nodes {
  sequence at action before after
  actor { ... on User { name } ... on ServiceAccount { name } }
  subject { ... on ModelVersion { number } }
}"""
MODEL = f"""
query History($model: QualifiedName!, $last: Int!) {{
  registeredModel(by: {{name: $model}}) {{ history(first: null, last: $last) {{ {CHANGES} }} }}
}}"""
VERSION = f"""
query History($version: ModelVersionBy!, $last: Int!) {{
  modelVersion(by: $version) {{ history(first: null, last: $last) {{ {CHANGES} }} }}
}}"""
VALUES_SHOWN, VALUE_WIDTH = 4, 40
APART = {"alias", "comment"}


def show_history(url: str, target: Target, *, limit: int, as_json: bool) -> None:
    """Print the last changes of a model or a version, the oldest of them first."""
    history = look_up(url, target, MODEL, VERSION, last=limit)["history"]
    if as_json:
        print_json(history)
        return
    width = max((len(_actor(change)) for change in history["nodes"]), default=0)
    for change in history["nodes"]:
        moment = f"{change['at'][:10]} {change['at'][11:19]}"
        who = _actor(change).ljust(width)
        out.out(f"{change['sequence']:>7}  {moment}  {who}  {_told(change)}", highlight=False)
    out.out(f"{len(history['nodes'])} of {history['totalCount']:,} changes", highlight=False)


def _actor(change: dict[str, Any]) -> str:
    return str(change["actor"]["name"])


def _told(change: dict[str, Any]) -> str:
    """Say what a change did: to which version, and from what to what."""
    number = (change["subject"] or {}).get("number")
    before, after = change["before"] or {}, change["after"] or {}
    said = [f"{change['action']}{'' if number is None else f' v{number}'}"]
    if alias := after.get("alias", before.get("alias")):
        said.append(f"@{alias}")
    names = [name for name in dict.fromkeys([*before, *after]) if name not in APART]
    moved = [_moved(name, before, after) for name in names[:VALUES_SHOWN]]
    more = [f"and {len(names) - VALUES_SHOWN} more"] if len(names) > VALUES_SHOWN else []
    comment = [_text(after["comment"])] if "comment" in after else []
    told = "; ".join([*moved, *more, *comment])
    return f"{' '.join(said)}{': ' if told else ''}{told}"


def _moved(name: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    if name not in before:
        return f"{name} {_text(after[name])}"
    return f"{name} {_text(before[name])} -> {_text(after[name]) if name in after else 'none'}"


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    text = " ".join(text.split())
    return text if len(text) <= VALUE_WIDTH else f"{text[: VALUE_WIDTH - 3]}..."
