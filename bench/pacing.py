"""Clients that write through the API at a steady pace."""

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import httpx2

CLIENTS = 4
REGISTER = """mutation($name: String!, $description: String!) {
  registerModel(input: {name: $name, facts: {description: $description}}) { userErrors { message } } }"""


@contextmanager
def writing(url: str, rate: int) -> Iterator[list[float]]:
    """Register `rate` models a second meanwhile, if the API can; give when each was acknowledged."""
    acknowledged: list[float] = []
    stop = Event()

    def write() -> None:
        with httpx2.Client(base_url=url, trust_env=False, timeout=60) as http:
            due = time.perf_counter()
            while not stop.wait(max(0.0, due - time.perf_counter())):
                register(http, f"w{uuid.uuid4().hex[:12]}")
                acknowledged.append(time.perf_counter())
                # Who is late does not catch up by a burst.
                due = max(due + CLIENTS / rate, time.perf_counter() - 1)

    with ThreadPoolExecutor(CLIENTS) as clients:
        writers = [clients.submit(write) for _ in range(CLIENTS)]
        try:
            yield acknowledged
        finally:
            stop.set()
        for writer in writers:
            writer.result()


def register(http: httpx2.Client, name: str) -> None:
    """Register a model.

    Raises:
        RuntimeError: It was refused.
    """
    refused = ask(http, REGISTER, name=name, description=f"A model that {name} is for.")
    if refused["registerModel"]["userErrors"]:
        raise RuntimeError(refused)


def ask(http: httpx2.Client, query: str, **variables: Any) -> dict[str, Any]:
    """Ask the API.

    Raises:
        RuntimeError: It did not answer.
    """
    answer = http.post("/graphql", json={"query": query, "variables": variables}).json()
    if answer.get("errors"):
        raise RuntimeError(answer["errors"])
    data: dict[str, Any] = answer["data"]
    return data
