"""`holotype register`, `log`, `tag`, `alias` and `stage`: changes through the API."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.cli.client.asking import Unanswered, ask
from app.cli.client.showing import look_up
from app.cli.client.targets import Target
from app.cli.terminal import ABSENT, FAILED, USAGE, counted, fail, out, print_json, suggested

NON_FINITE = {
    "nan": "NAN",
    **dict.fromkeys(("inf", "infinity"), "INFINITY"),
    **dict.fromkeys(("-inf", "-infinity"), "NEGATIVE_INFINITY"),
}
"""How people and libraries write what is no finite number, and what the API calls it."""

ERRORS = "userErrors { code field message suggestions }"
MODEL = "registeredModel { id name namespace { name } }"
VERSION = f"modelVersion {{ id number {MODEL} }}"
REGISTER = f"""
mutation Register($input: RegisterModelInput!) {{
  registerModel(input: $input) {{ {MODEL} {VERSION} {ERRORS} }}
}}"""
CREATE = f"""
mutation Create($input: CreateModelVersionInput!) {{
  createModelVersion(input: $input) {{ {VERSION} {ERRORS} }}
}}"""
LOG = f"""
mutation Log($input: LogMetricsInput!) {{ logMetrics(input: $input) {{ logged {ERRORS} }} }}"""
SET_TAGS = f"""
mutation Tag($input: SetTagsInput!) {{ setTags(input: $input) {{ subject {{ id }} {ERRORS} }} }}"""
REMOVE_TAGS = f"""
mutation Untag($input: RemoveTagsInput!) {{ removeTags(input: $input) {{ subject {{ id }} {ERRORS} }} }}"""
SET_ALIAS = f"""
mutation Alias($input: SetAliasInput!) {{
  setAlias(input: $input) {{ modelVersion {{ number }} previous {{ number }} {ERRORS} }}
}}"""
CREATE_NAMESPACE = f"""
mutation Namespace($input: CreateNamespaceInput!) {{
  createNamespace(input: $input) {{ namespace {{ id name }} {ERRORS} }}
}}"""
REMOVE_ALIAS = f"""
mutation Unalias($input: RemoveAliasInput!) {{
  removeAlias(input: $input) {{ change {{ action }} {ERRORS} }}
}}"""
TRANSITION = f"""
mutation Stage($input: TransitionStageInput!) {{
  transitionStage(input: $input) {{
    modelVersion {{ number stage {{ name }} }} archived {{ number }} change {{ id }} {ERRORS}
  }}
}}"""
OF_MODEL = "query Which($model: QualifiedName!) { registeredModel(by: {name: $model}) { id tags { key } } }"
OF_VERSION = "query Which($version: ModelVersionBy!) { modelVersion(by: $version) { id tags { key } } }"


def register(
    url: str,
    target: Target,
    facts: Mapping[str, Any],
    tags: Mapping[str, Any],
    version: Mapping[str, Any] | None,
    *,
    as_json: bool,
) -> None:
    """Register a model, with its first version where one is given."""
    given = {**target.model, "facts": _stated(facts), "tags": _tags(tags)}
    if version is not None:
        given["version"] = _stated(version)
    done = _changed(
        url,
        REGISTER,
        given,
        hints={
            "namespace": f"make it with: holotype namespace create {target.namespace}",
            "name": "add a version to it with --new-version",
        },
    )
    first = "" if version is None else f", version {done['modelVersion']['number']}"
    _tell(done, f"registered {target.namespace}/{target.name}{first}", as_json=as_json)


def create_namespace(url: str, name: str, description: str | None, *, as_json: bool) -> None:
    """Make a namespace."""
    done = _changed(url, CREATE_NAMESPACE, _stated({"name": name, "description": description}))
    _tell(done, f"made the namespace {done['namespace']['name']}", as_json=as_json)


def create_version(
    url: str, target: Target, tags: Mapping[str, Any], version: Mapping[str, Any], *, as_json: bool
) -> None:
    """Create the next version of a model that is there."""
    given = {"model": {"name": target.model}, "version": {**_stated(version), "tags": _tags(tags)}}
    done = _changed(url, CREATE, given, hints={"name": "a model that is new goes without --new-version"})
    said = f"created {target.namespace}/{target.name}/{done['modelVersion']['number']}"
    _tell(done, said, as_json=as_json)


def log_metrics(
    url: str, target: Target, values: Mapping[str, Any], where: Mapping[str, Any], *, as_json: bool
) -> None:
    """Log measurements of a version, all made in one place."""
    metrics = [{"name": name, **_measured(name, value), **_stated(where)} for name, value in values.items()]
    done = _changed(url, LOG, {"version": target.version, "metrics": metrics})
    known = len(metrics) - done["logged"]
    already = f"; {known} of {counted(len(metrics), 'value')} had been logged before" if known else ""
    _tell(done, f"logged {counted(done['logged'], 'value')}{already}", as_json=as_json)


def change_tags(
    url: str, target: Target, tags: Mapping[str, Any], removed: Sequence[str], *, as_json: bool
) -> None:
    """Set and remove tags of a model or a version."""
    if not (tags or removed):
        fail("give KEY=VALUE to set a tag, or --remove KEY", USAGE)
    subject, held = _tagged(url, target)
    for key in removed:
        if key not in held:
            fail(f"there is no tag {key!r}; there is {', '.join(held) or 'none'}", ABSENT)
    done: dict[str, Any] = {}
    if tags:
        done = _changed(url, SET_TAGS, {"subject": subject, "tags": _tags(tags)})
    if removed:
        done = _changed(url, REMOVE_TAGS, {"subject": subject, "keys": list(removed)})
    counts = [("set", len(tags)), ("removed", len(set(removed)))]
    said = ", ".join(f"{did} {counted(count, 'tag')}" for did, count in counts if count)
    _tell(done, said, as_json=as_json)


def point_alias(url: str, target: Target, alias: str, *, as_json: bool) -> None:
    """Point an alias at a version, wherever it pointed before."""
    done = _changed(url, SET_ALIAS, {"version": target.version, "alias": alias})
    before = f" (before: version {done['previous']['number']})" if done["previous"] else ""
    said = f"{target.namespace}/{target.name}@{alias} is version {done['modelVersion']['number']}{before}"
    _tell(done, said, as_json=as_json)


def remove_alias(url: str, target: Target, alias: str, *, as_json: bool) -> None:
    """Remove an alias of a model."""
    done = _changed(url, REMOVE_ALIAS, {"model": {"name": target.model}, "alias": alias})
    _tell(done, f"removed {target.namespace}/{target.name}@{alias}", as_json=as_json)


def move_to_stage(
    url: str, target: Target, stage: str, comment: str | None, *, archiving: bool, as_json: bool
) -> None:
    """Move a version into a stage, where it was before or not."""
    move = {"version": target.version, "to": stage.upper(), "archiveIncumbents": archiving}
    done = _changed(url, TRANSITION, _stated({**move, "comment": comment}))
    version = done["modelVersion"]
    name = f"{target.namespace}/{target.name}/{version['number']}"
    already = "" if done["change"] else " already"
    archived = "".join(f"; archived version {one['number']}" for one in done["archived"])
    _tell(done, f"{name} is in {version['stage']['name']}{already}{archived}", as_json=as_json)


def _changed(
    url: str, mutation: str, given: Mapping[str, Any], hints: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Send a mutation and return its payload; end with its first error if it was refused.

    Args:
        url: The address of the API.
        mutation: The GraphQL document.
        given: Its input.
        hints: What would help, by the field that is not there or is taken.
    """
    try:
        [done] = ask(url, mutation, {"input": given}).values()
    except Unanswered as unanswered:
        fail(str(unanswered), unanswered.code)
    for error in done.pop("userErrors"):
        code = ABSENT if error["code"] == "NOT_FOUND" else FAILED
        # What is not there is named by the message; the way to it in the input is that of programs.
        field = f"{'.'.join(error['field'])}: " if error["field"] and code != ABSENT else ""
        meant = suggested(error["suggestions"])
        hint = (hints or {}).get((error["field"] or [""])[-1])
        advised = f"; {hint}" if hint and error["code"] in {"NOT_FOUND", "ALREADY_EXISTS"} else ""
        fail(f"{field}{error['message']}{meant}{advised}", code)
    payload: dict[str, Any] = done
    return payload


def _tagged(url: str, target: Target) -> tuple[str, list[str]]:
    """Return the id of a model or a version, and the keys of its tags."""
    subject = look_up(url, target, OF_MODEL, OF_VERSION)
    return str(subject["id"]), [tag["key"] for tag in subject["tags"]]


def _measured(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, str) and (non_finite := NON_FINITE.get(value.casefold())):
        return {"nonFinite": non_finite}
    if isinstance(value, bool) or not isinstance(value, int | float):
        fail(f"the value of {name!r} is no number: {value!r}")
    return {"value": value}


def named_values(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return params as the API takes them."""
    return [{"name": name, "value": value} for name, value in values.items()]


def _tags(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in values.items()]


def _stated(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _tell(done: Mapping[str, Any], said: str, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
    else:
        out.out(said, highlight=False)
