"""A team at work, through the GraphQL API alone: `python -m examples.demo.act [URL]`.

It registers a model with three versions, measures and tags them, promotes the second, promotes the third,
finds it worse in service and rolls back. Run again, it sees that the model is there and does nothing.
"""

import sys
from collections.abc import Mapping
from typing import Any

import httpx2

MODEL = {"namespace": "default", "name": "support-ticket-router"}

KNOWN = "query ($by: RegisteredModelBy!) { registeredModel(by: $by) { id } }"
REGISTER = """
mutation ($input: RegisterModelInput!) {
  registerModel(input: $input) { registeredModel { id } userErrors { message } }
}
"""
CREATE = """
mutation ($input: CreateModelVersionInput!) {
  createModelVersion(input: $input) { modelVersion { number } userErrors { message } }
}
"""
LOG = """
mutation ($input: LogMetricsInput!) { logMetrics(input: $input) { logged userErrors { message } } }
"""
TAG = "mutation ($input: SetTagsInput!) { setTags(input: $input) { userErrors { message } } }"
POINT = """
mutation ($input: SetAliasInput!) {
  setAlias(input: $input) { modelVersion { number } previous { number } userErrors { message } }
}
"""
MOVE = """
mutation ($input: TransitionStageInput!) {
  transitionStage(input: $input) {
    modelVersion { number stage { name } } archived { number } userErrors { message }
  }
}
"""

FACTS = {
    "displayName": "Support ticket router",
    "description": "Sends an English support ticket to the team that can answer it: billing, delivery, "
    "account or returns.",
    "task": "text_classification",
    "domains": ["natural language processing"],
    "framework": "PyTorch",
    "architecture": "DistilBERT",
    "license": "Apache-2.0",
    "languages": ["en"],
}
BASE = {
    "upstream": {"externalUri": "hf:distilbert-base-uncased"},
    "relation": "FINE_TUNED_FROM",
    "evidence": "training script",
}
VERSIONS = (
    ("1.0.0", "First attempt: 3 epochs on the tickets of one month.", 3),
    ("1.1.0", "Tickets of a whole year, 5 epochs.", 5),
    ("2.0.0", "Only the first 128 tokens, for speed.", 5),
)
MEASURED = ({"f1": 0.871, "latency": 41.0}, {"f1": 0.912, "latency": 42.0}, {"f1": 0.905, "latency": 19.0})


class Refused(Exception):
    """The API refused what was asked."""


def act(url: str) -> bool:
    """Do the team's work; return False when it was done before."""
    with httpx2.Client(base_url=url, timeout=30, trust_env=False) as api:
        if _ask(api, KNOWN, {"by": {"name": MODEL}})["registeredModel"]:
            return False
        model = _register(api)
        for number, values in enumerate(MEASURED, start=1):
            _measure(api, number, values)
        tags = [{"key": "team", "value": "customer support"}, {"key": "reviewed", "value": True}]
        _do(api, TAG, {"subject": model, "tags": tags}, "tag it with its team")
        _promote(api, 2, "the best on the tickets of last month")
        _promote(api, 3, "as good, and twice as fast")
        _promote(api, 2, "roll back: 2.0.0 misroutes long tickets")
    return True


def _register(api: httpx2.Client) -> str:
    """Register the model with its versions and return its id."""
    first, *further = [_version(*version) for version in VERSIONS]
    made = _do(
        api, REGISTER, {**MODEL, "facts": FACTS, "version": first}, "register the model with version 1"
    )
    for number, version in enumerate(further, start=2):
        _do(api, CREATE, {"model": {"name": MODEL}, "version": version}, f"create version {number}")
    identifier: str = made["registeredModel"]["id"]
    return identifier


def _version(semver: str, description: str, epochs: int) -> dict[str, Any]:
    params = [{"name": "learning_rate", "value": 5e-5}, {"name": "epochs", "value": epochs}]
    return {
        "semver": semver,
        "description": description,
        "framework": "PyTorch",
        "parameterCount": 66_955_010,
        "params": params,
        "parents": [BASE],
    }


def _measure(api: httpx2.Client, number: int, values: Mapping[str, float]) -> None:
    key = {"dataset": "support tickets", "split": "test"}
    conditions = [{"name": "hardware", "value": "CPU"}, {"name": "batch", "value": "1"}]
    metrics = [
        {"name": "F1", "value": values["f1"], **key},
        {"name": "latency", "value": values["latency"], "unit": "ms", "conditions": conditions, **key},
    ]
    _do(api, LOG, {"version": _number(number), "metrics": metrics}, f"measure version {number}")


def _promote(api: httpx2.Client, number: int, why: str) -> None:
    move = {"version": _number(number), "to": "PRODUCTION", "archiveIncumbents": True, "comment": why}
    _do(api, MOVE, move, f"version {number} to Production: {why}")
    _do(api, POINT, {"version": _number(number), "alias": "champion"}, f"champion is version {number}")


def _number(number: int) -> dict[str, Any]:
    return {"number": {"model": MODEL, "number": number}}


def _do(api: httpx2.Client, mutation: str, given: Mapping[str, Any], said: str) -> dict[str, Any]:
    """Send a mutation, say what it did, and return its payload."""
    payload: dict[str, Any]
    [payload] = _ask(api, mutation, {"input": given}).values()
    if payload["userErrors"]:
        raise Refused("; ".join(error["message"] for error in payload["userErrors"]))
    print(f"  {said}")
    return payload


def _ask(api: httpx2.Client, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    answer = api.post("/graphql", json={"query": query, "variables": dict(variables)}).json()
    errors = [error for error in answer.get("errors", ()) if "NOT_FOUND" not in str(error.get("extensions"))]
    if errors:
        raise Refused("; ".join(error["message"] for error in errors))
    data: dict[str, Any] = answer["data"]
    return data


if __name__ == "__main__":
    done = act(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8765")
    print("done" if done else "it was done before")
