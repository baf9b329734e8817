"""The table of hostile input: what is sent, what is answered, and how long the answer takes.

Starts a server over an almost empty registry and prints the table as Markdown: `python -m bench.hostile`. The
tests send the same and hold each answer.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import orjson

from bench.hostile.cases import CASES, FILTERED, REGISTER, Case, ask
from bench.serving import API, PATIENCE_SECONDS, free_port, running, uvicorn

MODELS = 25


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        code: The first code among the errors; empty on success.
        where: What that error names: the field of the input, or nothing.
        message: That error's message; on success, the beginning of the data.
    """

    status: int
    code: str
    where: str
    message: str
    seconds: float


def prepare(client: httpx2.Client) -> str:
    """Fill a registry a little, and return the cursor of a page of all models by name."""
    for number in range(MODELS):
        sent = ask(REGISTER, input={"name": f"model-{number}"})
        client.request("POST", "/graphql", content=sent.content, headers=sent.headers)
    sent = ask(FILTERED)
    answer = client.request("POST", "/graphql", content=sent.content, headers=sent.headers)
    cursor: str = answer.json()["data"]["registeredModels"]["pageInfo"]["endCursor"]
    return cursor


def send(client: httpx2.Client, case: Case, cursor: str) -> Answer:
    """Send a case and read the answer."""
    sent = case.make(cursor)
    begun = time.perf_counter()
    answer = client.request(
        sent.method, "/graphql", content=sent.content, params=sent.params, headers=sent.headers
    )
    seconds = time.perf_counter() - begun
    told = answer.json()
    errors = told.get("errors") or (told["data"].get("registerModel") or {}).get("userErrors")
    if not errors:
        return Answer(answer.status_code, "", "", orjson.dumps(told["data"]).decode()[:80], seconds)
    extensions = errors[0].get("extensions") or errors[0]
    named = ".".join(extensions.get("field") or ())
    return Answer(answer.status_code, extensions["code"], named, errors[0]["message"], seconds)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as client:
        cursor = prepare(client)
        print("| what is sent | status | code | the answer | ms |\n|---|---|---|---|---:|")
        for case in CASES:
            answer = send(client, case, cursor)
            said = f"{answer.where}: {answer.message}" if answer.where else answer.message
            shown = (said if len(said) <= 100 else f"{said[:99]}…").replace("|", "\\|")
            cells = [
                case.title,
                str(answer.status),
                answer.code or "OK",
                shown,
                f"{1000 * answer.seconds:.0f}",
            ]
            print(f"| {' | '.join(cells)} |")


@contextmanager
def serving(data: Path) -> Iterator[httpx2.Client]:
    """Serve a registry as `holotype up` does, and give a client of it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (
        running(uvicorn(API, port), port, {"HOLOTYPE_DATA": str(data)}),
        httpx2.Client(base_url=url, trust_env=False, timeout=PATIENCE_SECONDS) as client,
    ):
        yield client


if __name__ == "__main__":
    main()
