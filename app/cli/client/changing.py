"""`holotype register`, `log`, `tag` and `alias`: changes through the API."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.cli.client.asking import Unanswered, ask
from app.cli.client.targets import Target
from app.cli.terminal import ABSENT, FAILED, USAGE, fail, out, print_json

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
MODEL_ID = "query Which($model: QualifiedName!) { registeredModel(by: {name: $model}) { id } }"
VERSION_ID = "query Which($version: ModelVersionBy!) { modelVersion(by: $version) { id } }"


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
    done = _changed(url, CREATE, given)
    said = f"created {target.namespace}/{target.name}/{done['modelVersion']['number']}"
    _tell(done, said, as_json=as_json)


def log_metrics(
    url: str, target: Target, values: Mapping[str, Any], where: Mapping[str, Any], *, as_json: bool
) -> None:
    """Log measurements of a version, all made in one place."""
    metrics = [{"name": name, **_measured(name, value), **_stated(where)} for name, value in values.items()]
    done = _changed(url, LOG, {"version": target.version, "metrics": metrics})
    _tell(done, f"logged {done['logged']} new of {len(metrics)} values", as_json=as_json)


def change_tags(
    url: str, target: Target, tags: Mapping[str, Any], removed: Sequence[str], *, as_json: bool
) -> None:
    """Set and remove tags of a model or a version."""
    if not (tags or removed):
        fail("give KEY=VALUE to set a tag, or --remove KEY", USAGE)
    subject = _id_of(url, target)
    done: dict[str, Any] = {}
    if tags:
        done = _changed(url, SET_TAGS, {"subject": subject, "tags": _tags(tags)})
    if removed:
        done = _changed(url, REMOVE_TAGS, {"subject": subject, "keys": list(removed)})
    _tell(done, f"set {len(tags)}, removed {len(removed)} tags", as_json=as_json)


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
        field = f"{'.'.join(error['field'])}: " if error["field"] else ""
        meant = f" (did you mean {', '.join(error['suggestions'])}?)" if error["suggestions"] else ""
        hint = (hints or {}).get((error["field"] or [""])[-1])
        advised = f"; {hint}" if hint and error["code"] in {"NOT_FOUND", "ALREADY_EXISTS"} else ""
        code = ABSENT if error["code"] == "NOT_FOUND" else FAILED
        fail(f"{field}{error['message']}{meant}{advised}", code)
    payload: dict[str, Any] = done
    return payload


def _id_of(url: str, target: Target) -> str:
    wanted = {"version": target.version} if target.of_version else {"model": target.model}
    try:
        [found] = ask(url, VERSION_ID if target.of_version else MODEL_ID, wanted).values()
    except Unanswered as unanswered:
        fail(str(unanswered), unanswered.code)
    return str(found["id"])


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
