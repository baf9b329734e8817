"""Clients that ask several kinds of things without a pause, and what became of each request."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Any

import httpx2
import numpy as np
from rich.table import Table

LONGEST_WAIT_SECONDS = 60.0
NO_ANSWER = "no answer"
"""How a failure begins where there was no answer at all."""

_FOUND = "totalCount degraded { code } nodes { name namespace { name } } pageInfo { hasNextPage }"
_TEXT = "query Search($text: String!) { search(text: $text, %s) { %s } }"
KINDS = {
    "words": _TEXT % ("mode: WORDS, first: 20", _FOUND),
    "hybrid": _TEXT % ("mode: HYBRID, first: 20", _FOUND),
    "filter, facets": _TEXT
    % (
        "filter: {license: {exists: true}}, facets: [{field: TASK}, {field: LICENSE}, {field: LANGUAGE}]",
        f"{_FOUND} facets {{ field values {{ value count }} }}",
    ),
    "one model": """query One($namespace: String!, $name: String!) {
      registeredModel(by: {name: {namespace: $namespace, name: $name}}) {
        name description latestVersion { number tags { key } } } }""",
    "list": """query List { registeredModels(first: 50, orderBy: {field: UPDATED_AT, direction: DESC}) {
      totalCount nodes { name task latestVersion { number } } } }""",
}
TEXTS = (
    "small German sentiment classifier",
    "speech recognition",
    "translate English to French",
    "image segmentation of streets",
    "bert base multilingual",
    "question answering over tables",
    "embeddings for code search",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One request that reads.

    Attributes:
        kind: What was asked.
        seconds: Until its answer, other addresses tried included.
        failure: What was wrong in the end; None where it was answered.
        degraded: The codes by which the answer says that it is not whole.
        moved: Whether another address had to be asked than the first.
    """

    kind: str
    seconds: float
    failure: str | None
    degraded: tuple[str, ...]
    moved: bool


def send(
    http: httpx2.Client, urls: Sequence[str], body: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, str | None, bool]:
    """Send an operation to the first address, or where nobody answers there to the next.

    Returns:
        The data; what was wrong with it (the codes and messages of its errors), or None; whether another
        address than the first was asked.
    """
    failure: str | None = None
    for number, url in enumerate(urls):
        try:
            answer = http.post(f"{url}/graphql", json=body)
        except httpx2.TransportError as lost:
            failure = f"{NO_ANSWER}: {type(lost).__name__}"
            continue
        return *_told(answer), number > 0
    return None, failure, True


def _told(answer: "httpx2.Response") -> tuple[dict[str, Any] | None, str | None]:
    try:
        content = answer.json()
    except ValueError:
        return None, f"HTTP {answer.status_code}: {answer.text[:100]}"
    if errors := content.get("errors"):
        told = {f"{one['extensions']['code']}: {one['message']}" for one in errors}
        return content.get("data"), "; ".join(sorted(told))
    return content["data"], None if answer.status_code == 200 else f"HTTP {answer.status_code}"


@dataclass(slots=True)
class Reader:
    """A client that reads without a pause.

    Attributes:
        urls: Where the APIs answer.
        expecting: Whether every search has to find something, or to say why it may not have.
        readings: What became of its requests.
    """

    urls: Sequence[str]
    expecting: bool = False
    readings: list[Reading] = field(default_factory=list)
    _one: dict[str, str] | None = None

    def read(self, ended: threading.Event) -> None:
        """Ask one kind of thing after another, in turns at each address, until the end."""
        asked = zip(cycle(KINDS), cycle(TEXTS), count(), strict=False)
        with httpx2.Client(trust_env=False, timeout=LONGEST_WAIT_SECONDS) as http:
            while not ended.is_set():
                kind, text, number = next(asked)
                first = number % len(self.urls)
                self.readings.append(self._ask(http, kind, text, [*self.urls[first:], *self.urls[:first]]))

    def _ask(self, http: httpx2.Client, kind: str, text: str, urls: Sequence[str]) -> Reading:
        if kind == "one model" and self._one is None:  # no search has found any yet
            kind = "list"
        variables = {"one model": self._one, "list": None}.get(kind, {"text": text})
        began = time.perf_counter()
        data, failure, moved = send(http, urls, {"query": KINDS[kind], "variables": variables})
        seconds = time.perf_counter() - began
        found = (data or {}).get("search") or {}
        for node in found.get("nodes", [])[:1]:
            self._one = {"namespace": node["namespace"]["name"], "name": node["name"]}
        degraded = tuple(one["code"] for one in found.get("degraded", ()))
        if self.expecting and found and not (found["totalCount"] or degraded):
            failure = "an empty answer that looks whole"
        return Reading(kind, seconds, failure, degraded, moved)


@contextmanager
def reading(urls: Sequence[str], clients: int, *, expecting: bool = False) -> Iterator[list[Reader]]:
    """Let clients read meanwhile."""
    readers = [Reader(urls, expecting) for _ in range(clients)]
    ended = threading.Event()
    threads = [threading.Thread(target=reader.read, args=[ended]) for reader in readers]
    for thread in threads:
        thread.start()
    try:
        yield readers
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def tabled(readings: Sequence[Reading]) -> Table:
    """Return a line for each kind: how many were asked and failed, what was not whole, how long they took."""
    table = Table("request", "sent", "failed", "said not to be whole", "p50 ms", "p99 ms", "max ms", box=None)
    for kind in [*KINDS, "all"]:
        some = [one for one in readings if kind in (one.kind, "all")]
        if some:
            quantiles = np.percentile([1_000 * one.seconds for one in some], [50, 99, 100])
            failed = sum(one.failure is not None for one in some)
            codes = Counter(code for one in some for code in one.degraded)
            said = ", ".join(f"{code} {number:,}" for code, number in codes.most_common()) or "-"
            table.add_row(kind, f"{len(some):,}", f"{failed:,}", said, *(f"{q:,.0f}" for q in quantiles))
    return table


def failures(readings: Sequence[Reading]) -> Counter[str]:
    """Return each distinct failure and how often it came."""
    return Counter(one.failure for one in readings if one.failure is not None)
