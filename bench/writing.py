"""Clients that write under idempotency keys, and what they were promised beside what is there."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from bench.clients import LONGEST_WAIT_SECONDS, send

REGISTER = """mutation Register($input: RegisterModelInput!) {
  made: registerModel(input: $input) { modelVersion { number } userErrors { code message } } }"""
CREATE = """mutation Create($input: CreateModelVersionInput!) {
  made: createModelVersion(input: $input) { modelVersion { number } userErrors { code message } } }"""
HELD = """query Held($name: String!) { registeredModel(by: {name: {name: $name}}) {
  tags { key } versions(first: 100) { nodes { number metrics { nodes { count } } tags { key value } } } } }"""
COUNTED = """{ registeredModels { totalCount } modelVersions { totalCount }
  changes(filter: {action: {in: ["model.registered", "version.created"]}}) { totalCount } }"""


LATER = "try it again later"
"""How an error ends that says that others are changing the same things."""


@dataclass(slots=True)
class Writer:
    """A client that writes one thing after another, and sends what was not answered again.

    Attributes:
        number: Tells its models from those of others.
        promised: For each model that it was promised, how many versions.
        unanswered: The request that got no answer.
        again: How many requests were sent a second time.
    """

    number: int
    promised: dict[str, int] = field(default_factory=dict)
    unanswered: dict[str, Any] | None = None
    again: int = 0

    def write(self, http: httpx2.Client, urls: Sequence[str]) -> str | None:
        """Send the next mutation, or the one that was not answered under its key again.

        Returns:
            What was wrong, None where it was answered.

        Raises:
            RuntimeError: The API refused what is right, or numbered a version wrongly.
        """
        self.again += self.unanswered is not None
        self.unanswered = self.unanswered or self._next()
        data, failure, _ = send(http, urls, self.unanswered)
        if failure is None and data is not None:
            failure = _busy(data["made"])
        if failure is None and data is not None:
            self._remember(self.unanswered["variables"]["input"], data["made"])
            self.unanswered = None
        return failure

    def _next(self) -> dict[str, Any]:
        """Return a model with its first version, or for each model two more versions."""
        key = {"idempotencyKey": uuid.uuid4().hex}
        last = next(reversed(self.promised), None)
        version = {
            "metrics": [{"name": "accuracy", "value": 0.5, "step": step} for step in range(3)],
            "tags": [{"key": "client", "value": self.number}],
        }
        if last is not None and self.promised[last] < 3:
            given = {"model": {"name": {"name": last}}, "version": version, **key}
            return {"query": CREATE, "variables": {"input": given}}
        given = {"name": f"model-{self.number}-{len(self.promised)}", "version": version, **key}
        return {"query": REGISTER, "variables": {"input": given}}

    def _remember(self, given: dict[str, Any], made: dict[str, Any]) -> None:
        """Keep what an answer promises.

        Raises:
            RuntimeError: It promises another version than the next one.
        """
        name = given["model"]["name"]["name"] if "model" in given else given["name"]
        wanted = self.promised.get(name, 0) + 1
        if made["userErrors"] or made["modelVersion"]["number"] != wanted:
            raise RuntimeError(f"version {wanted} of {name} was asked for; the answer: {made}")
        self.promised[name] = wanted


def _busy(made: dict[str, Any]) -> str | None:
    """Return what a mutation says that others were in the way of; what was refused may be sent again."""
    told = [f"{one['code']}: {one['message']}" for one in made["userErrors"] or ()]
    return next((one for one in told if one.endswith(LATER)), None)


def counted(http: httpx2.Client, urls: Sequence[str]) -> list[int]:
    """Return how many models and versions there are, and how many changes made them.

    Raises:
        RuntimeError: It was not answered.
    """
    data, failure, _ = send(http, urls, {"query": COUNTED})
    if data is None or failure:
        raise RuntimeError(failure)
    return [data[each]["totalCount"] for each in ("registeredModels", "modelVersions", "changes")]


def compared(writers: Sequence[Writer], urls: Sequence[str], before: Sequence[int] = (0, 0, 0)) -> list[str]:
    """Return what differs between what the writers were promised and what the registry holds.

    What was not answered last may be there or not; it is sent once more before, so that it is.

    Args:
        writers: All that have written.
        urls: Where the APIs answer.
        before: What `counted` was before the writers wrote.
    """
    with httpx2.Client(trust_env=False, timeout=LONGEST_WAIT_SECONDS) as http:
        for writer in writers:
            if writer.unanswered and (failure := writer.write(http, urls)):
                return [f"what was not answered is refused: {failure}"]
        promised = {name: count for writer in writers for name, count in writer.promised.items()}
        totals = [now - then for now, then in zip(counted(http, urls), before, strict=True)]
        versions = sum(promised.values())
        wanted = [len(promised), versions, len(promised) + versions]
        wrong = [] if totals == wanted else [f"counted {totals} models, versions and changes, not {wanted}"]
        for name, count in promised.items():
            held, failure, _ = send(http, urls, {"query": HELD, "variables": {"name": name}})
            wrong += [f"{name}: {failure}"] if held is None else differences(name, count, held)
        return wrong


def differences(name: str, count: int, held: dict[str, Any]) -> list[str]:
    """Return what is wrong with a model that has to have `count` versions."""
    if held["registeredModel"] is None:
        return [f"{name} is lost"]
    versions = held["registeredModel"]["versions"]["nodes"]
    wrong = (
        [] if {each["number"] for each in versions} == set(range(1, count + 1)) else [f"{name}: {versions}"]
    )
    return wrong + [
        f"{name} version {each['number']}: {each}"
        for each in versions
        if [metric["count"] for metric in each["metrics"]["nodes"]] != [3] or len(each["tags"]) != 1
    ]
