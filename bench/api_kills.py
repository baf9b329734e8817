"""Kill the API while clients write, again and again, and see whether a change is lost or made twice.

Twenty times (or COUNT times) the API is started, four clients write through it, and it is killed with SIGKILL
at a moment that chance chooses. What was not answered is sent again to the next process, under the same
idempotency key. In the end each model and version that a client was promised must be there once, with its
points and tags, and nothing else, and the log must be whole. Run as `python -m bench.api_kills [COUNT]`.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from bench.serving import API, HOLOTYPE, free_port, running, uvicorn

CLIENTS = 4
LONGEST_LIFE_SECONDS = 2.0
FIELDS = "{:>4} {:>7} {:>9} {:>10} {:>11}"

REGISTER = """mutation Register($input: RegisterModelInput!) {
  made: registerModel(input: $input) { modelVersion { number } userErrors { message } } }"""
CREATE = """mutation Create($input: CreateModelVersionInput!) {
  made: createModelVersion(input: $input) { modelVersion { number } userErrors { message } } }"""
HELD = """query Held($name: String!) { registeredModel(by: {name: {name: $name}}) {
  tags { key } versions(first: 100) { nodes { number metrics { nodes { count } } tags { key value } } } } }"""
COUNTED = """{ registeredModels { totalCount } modelVersions { totalCount }
  changes(filter: {action: {in: ["model.registered", "version.created"]}}) { totalCount } }"""


@dataclass(slots=True)
class Client:
    """A client that writes until it is not answered.

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

    def write(self, url: str) -> None:
        """Send one mutation after another; end when the API is gone.

        Raises:
            RuntimeError: The API refused what is right, or numbered a version wrongly.
        """
        with httpx2.Client(base_url=url, trust_env=False, timeout=60) as http:
            while True:
                self.again += self.unanswered is not None
                self.unanswered = self.unanswered or self._next()
                try:
                    answer = http.post("/graphql", json=self.unanswered)
                except httpx2.TransportError:
                    return
                self.remember(self.unanswered["variables"]["input"], answer.json())
                self.unanswered = None

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

    def remember(self, given: dict[str, Any], answer: dict[str, Any]) -> None:
        """Keep what an answer promises.

        Raises:
            RuntimeError: It promises another version than the next one.
        """
        made = (answer.get("data") or {}).get("made")
        name = given["model"]["name"]["name"] if "model" in given else given["name"]
        wanted = self.promised.get(name, 0) + 1
        if not made or made["userErrors"] or made["modelVersion"]["number"] != wanted:
            raise RuntimeError(f"version {wanted} of {name} was asked for; the answer: {answer}")
        self.promised[name] = wanted


def main() -> int:
    """Kill, print a line for each time, and compare; return 0 if all is there once."""
    count = int(sys.argv[1]) if sys.argv[1:] else 20
    with tempfile.TemporaryDirectory() as folder:
        clients = [Client(number) for number in range(CLIENTS)]
        print(FIELDS.format("kill", "life s", "promised", "sent again", "up after s"))
        for number in range(1, count + 1):
            began = time.perf_counter()
            port = free_port()
            with api(folder, port) as process:
                started = time.perf_counter() - began
                life = killed_while_writing(clients, f"http://127.0.0.1:{port}", process)
            promised = sum(sum(client.promised.values()) for client in clients)
            again = sum(client.again for client in clients)
            print(FIELDS.format(number, f"{life:.2f}", promised, again, f"{started:.1f}"), flush=True)
        wrong = compared(clients, folder)
        print(f"{len(wrong)} differences between what was promised and what is there", *wrong, sep="\n")
        return (
            bool(wrong) + subprocess.run([HOLOTYPE, "db", "check", "--data", folder], check=False).returncode
        )


def api(folder: str, port: int) -> AbstractContextManager[int]:
    """Run the API over a data folder; it gives the number of its process."""
    return running(uvicorn(API, port), port, {"HOLOTYPE_DATA": folder})


def killed_while_writing(clients: list[Client], url: str, process: int) -> float:
    """Let the clients write for a while and kill the API; return for how many seconds they wrote.

    Raises:
        RuntimeError: A client ended for another reason than that the API was gone.
    """
    life = random.uniform(0.05, LONGEST_LIFE_SECONDS)  # noqa: S311 - any moment will do
    writing = [threading.Thread(target=client.write, args=[url]) for client in clients]
    for thread in writing:
        thread.start()
    time.sleep(life)
    if not all(thread.is_alive() for thread in writing):
        raise RuntimeError("a client was refused")
    os.kill(process, signal.SIGKILL)
    for thread in writing:
        thread.join()
    return life


def compared(clients: list[Client], folder: str) -> list[str]:
    """Return what differs between what the clients were promised and what the registry holds.

    What was not answered last may be there or not; it is sent once more before, so that it is.
    """
    port = free_port()
    with api(folder, port), httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        for client in clients:
            if client.unanswered:
                answer = http.post("/graphql", json=client.unanswered).json()
                client.remember(client.unanswered["variables"]["input"], answer)
        promised = {name: count for client in clients for name, count in client.promised.items()}
        counted = http.post("/graphql", json={"query": COUNTED}).json()["data"]
        versions = sum(promised.values())
        totals = [counted[each]["totalCount"] for each in ("registeredModels", "modelVersions", "changes")]
        wanted = [len(promised), versions, len(promised) + versions]
        wrong = [] if totals == wanted else [f"counted {totals} models, versions and changes, not {wanted}"]
        for name, count in promised.items():
            asked = {"query": HELD, "variables": {"name": name}}
            wrong += differences(name, count, http.post("/graphql", json=asked).json()["data"])
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


if __name__ == "__main__":
    sys.exit(main())
