"""`holotype up`: processes that live and end together."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.ports import free_port
from tests.transfer.files import ZOO, interchange

Start = Callable[..., subprocess.Popen[str]]


@dataclass(frozen=True, slots=True)
class Service:
    """A running `holotype up`."""

    process: subprocess.Popen[str]
    url: str
    messages: list[str]

    def children(self) -> dict[str, int]:
        """Return the process ids of the children, by the module that they run, of which there is one each."""
        return {module: process_id for process_id, module in self.processes().items()}

    def processes(self) -> dict[int, str]:
        """Return the modules that the children run, by their process ids."""
        found = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(status.read_text().rpartition(")")[2].split()[1])
                command = (status.parent / "cmdline").read_bytes().split(b"\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == self.process.pid and b"app.cli.serving.child" in command:
                found[int(status.parent.name)] = command[command.index(b"app.cli.serving.child") + 1].decode()
        return found

    def answers(self) -> bool:
        """Ask the API something."""
        asked = {"query": "{ registeredModels { totalCount } }"}
        answer = httpx2.post(f"{self.url}/graphql", json=asked, timeout=30, trust_env=False)
        found: bool = answer.json()["data"] == {"registeredModels": {"totalCount": 2}}
        return found


def eventually(true: Callable[[], bool], *, within: float = 30) -> bool:
    """Wait until something is true, and tell whether it came to be."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def alive(process_id: int) -> bool:
    """Tell whether a process runs."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def service(start: Start, tmp_path: Path, require_engine: Callable[[str, bool], None]) -> Service:
    """Serve a registry of two models."""
    (tmp_path / "zoo.jsonl").write_bytes(interchange(ZOO))
    assert start("import", "zoo.jsonl", "--data", "data").wait(timeout=60) == 0
    require_engine("the process table of Linux", Path("/proc/self/stat").exists())
    return serve(start)


def serve(start: Start, *options: object, command: str = "up", **variables: str) -> Service:
    """Run `holotype up` until it answers."""
    port = free_port()
    process = start(command, "--data", "data", "--port", port, *options, **variables)
    assert process.stderr is not None
    messages = []
    for line in process.stderr:
        messages.append(line.rstrip())
        if "Holotype answers" in line:
            break
    return Service(process, f"http://127.0.0.1:{port}", messages)


def test_it_serves_revives_and_ends(service: Service) -> None:
    assert service.messages[-1] == (
        f"Holotype answers at {service.url}/graphql; GraphiQL is at {service.url}/graphiql"
    )
    assert service.answers()
    before = service.children()
    assert set(before) == {"app.cli.serving.api", "indexer"}
    os.kill(before["indexer"], signal.SIGKILL)
    assert eventually(lambda: service.children().get("indexer", before["indexer"]) != before["indexer"])
    assert service.children()["app.cli.serving.api"] == before["app.cli.serving.api"]
    assert service.answers()
    last = service.children()
    service.process.send_signal(signal.SIGTERM)
    output, messages = service.process.communicate(timeout=30)
    assert service.process.returncode == 0
    assert output == ""
    assert "the indexer ended (signal SIGKILL); starting it again" in messages
    assert "Traceback" not in messages
    assert not any(map(alive, last.values()))


def test_a_search_shows_what_was_found_and_why(service: Service, start: Start) -> None:
    words = ["search", "hears a wren", "--mode", "words", "--url", service.url]

    def found() -> bool:
        edges = json.loads(start(*words, "--json").communicate(timeout=30)[0])["edges"]
        return [edge["node"]["name"] for edge in edges] == ["wren"]

    assert eventually(found)
    output, _ = start(*words).communicate(timeout=30)
    row, reasons, last = output.splitlines()
    assert row.split() == ["1", "1.00", "zoo/wren", "bird_song"]
    assert reasons.endswith("matched wren hears wrens")
    assert last == "1 of 1 found"
    nothing = start("search", "xylophone", "--mode", "words", "--url", service.url)
    assert nothing.communicate(timeout=30)[0] == "nothing was found\n"
    slip = start("search", "hars a wern", "--mode", "words", "--url", service.url)
    assert slip.communicate(timeout=30)[0] == "Did you mean: hears a wren\nnothing was found\n"


def test_the_children_do_not_outlive_a_killed_parent(service: Service) -> None:
    children = service.children()
    assert all(map(alive, children.values()))
    service.process.kill()
    assert eventually(lambda: not any(map(alive, children.values())))


def test_several_processes_answer_as_one(start: Start, require_engine: Callable[[str, bool], None]) -> None:
    require_engine("the process table of Linux", Path("/proc/self/stat").exists())
    service = serve(start, "--processes", 2)

    def apis() -> set[int]:
        return {
            process_id
            for process_id, module in service.processes().items()
            if module == "app.cli.serving.api"
        }

    def ask(query: str) -> dict[str, Any]:
        # A connection of its own each time: whichever process is free takes it.
        answer = httpx2.post(f"{service.url}/graphql", json={"query": query}, timeout=30, trust_env=False)
        data: dict[str, Any] = answer.json()["data"]
        return data

    def write(name: str) -> bool:
        register = f'registerModel(input: {{name: "{name}"}}) {{ userErrors {{ message }} }}'
        made = ask(f"mutation Register {{ {register} }}")
        found = ask(f'query Find {{ registeredModel(by: {{name: {{name: "{name}"}}}}) {{ name }} }}')
        return made["registerModel"] == {"userErrors": []} and found == {"registeredModel": {"name": name}}

    with ThreadPoolExecutor(8) as clients:
        assert all(clients.map(write, [f"model-{number}" for number in range(60)]))
    metrics = httpx2.get(f"{service.url}/metrics", trust_env=False).text
    for operation in ("Register", "Find"):
        assert f'holotype_requests_total{{operation="{operation}",status="200"}} 60.0' in metrics
    before = apis()
    assert len(before) == 2
    os.kill(killed := before.pop(), signal.SIGKILL)
    assert eventually(lambda: not alive(killed))
    assert write("at-once")
    assert eventually(lambda: len(apis()) == 2)
    assert before < apis()
    assert write("and-later")
    last = apis()
    service.process.send_signal(signal.SIGTERM)
    _, messages = service.process.communicate(timeout=30)
    assert service.process.returncode == 0
    assert re.search(r"the API [12] ended \(signal SIGKILL\); starting it again", messages)
    assert not any(map(alive, last))


def test_it_starts_again_at_once_when_it_was_killed(service: Service, start: Start) -> None:
    before = service.children()
    service.process.kill()
    service.process.wait()
    port = service.url.rpartition(":")[2]
    again = start("up", "--data", "data", "--port", port, "--json")
    assert again.stdout is not None
    assert json.loads("".join(iter(again.stdout.readline, "}\n")) + "}") == {
        "url": service.url,
        "graphql": f"{service.url}/graphql",
        "graphiql": f"{service.url}/graphiql",
    }
    assert Service(again, service.url, []).answers()
    assert not any(map(alive, before.values()))


def test_a_folder_is_served_once(service: Service, start: Start) -> None:
    second = start("up", "--data", "data", "--port", free_port())
    output, messages = second.communicate(timeout=30)
    assert (second.returncode, output) == (1, "")
    assert messages == (
        f"holotype: data is served already, at {service.url}; "
        "stop that first, or serve another folder with --data\n"
    )
    assert service.answers()


def test_an_address_of_another_machine_is_one_clear_line(start: Start) -> None:
    allowed = {"HOLOTYPE_ALLOW_UNAUTHENTICATED": "1"}
    refused = start("up", "--host", "192.0.2.1", "--port", free_port(), **allowed)
    output, messages = refused.communicate(timeout=30)
    assert (refused.returncode, output) == (1, "")
    assert messages.splitlines()[-1] == (
        "holotype: '192.0.2.1' is no address of this machine; choose another with --host"
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])  # noqa: S104 - it is refused
def test_an_address_that_others_can_reach_is_refused(start: Start, tmp_path: Path, host: str) -> None:
    refused = start("up", "--data", "data", "--host", host, "--port", free_port())
    output, messages = refused.communicate(timeout=30)
    assert (refused.returncode, output) == (1, "")
    assert messages == (
        f"holotype: HOLOTYPE_HOST is {host!r}, where others could read and change everything, as there is no "
        "access control yet; keep it on 127.0.0.1, or set HOLOTYPE_ALLOW_UNAUTHENTICATED=1\n"
    )
    assert not (tmp_path / "data").exists()


def test_the_api_is_served_apart_from_the_indexer(
    start: Start, require_engine: Callable[[str, bool], None]
) -> None:
    require_engine("the process table of Linux", Path("/proc/self/stat").exists())
    anywhere = {"HOLOTYPE_HOST": "0.0.0.0", "HOLOTYPE_ALLOW_UNAUTHENTICATED": "1"}  # noqa: S104 - not for long
    service = serve(start, command="api", **anywhere)
    port = service.url.rpartition(":")[2]
    assert service.messages[0] == (
        f"HOLOTYPE_ALLOW_UNAUTHENTICATED is set: whoever reaches port {port} of 0.0.0.0 "
        "may read and change everything"
    )
    assert set(service.processes().values()) == {"app.cli.serving.api"}
    indexer = start("index", "run", "--data", "data")
    assert eventually(
        lambda: httpx2.get(f"{service.url}/readyz", trust_env=False).json()["parts"]["index"] == "ready"
    )
    for process in (indexer, service.process):
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_a_port_that_is_taken_is_one_clear_line(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = start("up", "--port", port)
        output, messages = refused.communicate(timeout=30)
    assert (refused.returncode, output) == (1, "")
    assert messages == (
        f"holotype: port {port} of 127.0.0.1 cannot be used (Address already in use); "
        "choose another with --port\n"
    )
