"""docker-compose.yml: what it says is sound, and what it runs works."""

import os
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.deploy.composed import HOLOTYPE, VariableMissing, composed, example, running, with_roles
from tests.ports import free_port
from tests.postgresql import Cluster
from tests.transfer.files import ZOO, interchange
from tests.waiting import wait_until

SEARCH = '{ search(text: "%s", mode: WORDS) { edges { node { name } } degraded { code } } }'
REGISTER = 'mutation { registerModel(input: {name: "magpie"}) { userErrors { code } } }'
# Two processes show what four do.
VARIABLES = example() | {"HOLOTYPE_PROCESSES": "2"}
SERVICES = composed(VARIABLES)["services"]


def test_the_example_sets_all_that_has_to_be_set() -> None:
    with pytest.raises(VariableMissing, match=r"copy \.env\.example"):
        composed({})


def test_only_the_api_can_be_reached_and_from_this_machine_alone() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"api": ["127.0.0.1:8765:8765"]}
    for name in ("postgresql", "opensearch", "indexer", "migrate"):
        assert SERVICES[name]["networks"] == ["stores"]
    assert composed(VARIABLES)["networks"]["stores"] == {"internal": True}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_bounded_and_says_whether_it_starts_again(name: str) -> None:
    service = SERVICES[name]
    assert service["mem_limit"]
    assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
    assert ("healthcheck" in service) == (name in {"api", "postgresql", "opensearch"})
    if "build" in service:
        assert service["cap_drop"] == ["ALL"]


def test_its_commands_serve_a_search(
    cluster: Cluster, opensearch: str, opensearch_prefix: str, tmp_path: Path
) -> None:
    """Each service by its own command and environment, with the names of this machine for those of others."""
    database = with_roles(cluster, VARIABLES)
    port = free_port()

    def service(name: str) -> tuple[list[str], dict[str, str]]:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        texts = {key: str(value) for key, value in SERVICES[name]["environment"].items()}
        there = texts["HOLOTYPE_DATABASE_URL"].replace(
            "postgresql/holotype", f"/{database}?host={cluster.folder}"
        )
        here = {"HOLOTYPE_DATABASE_URL": there, "HOLOTYPE_DATA": str(folder), "HOLOTYPE_PORT": str(port)}
        if "HOLOTYPE_OPENSEARCH_URL" in texts:
            here |= {"HOLOTYPE_OPENSEARCH_URL": opensearch, "HOLOTYPE_OPENSEARCH_PREFIX": opensearch_prefix}
        return SERVICES[name]["command"], {**os.environ, **texts, **here}

    def ask(query: str) -> Any:
        answer = httpx2.post(
            f"http://127.0.0.1:{port}/graphql", json={"query": query}, timeout=30, trust_env=False
        )
        return answer.json()["data"]

    def answers() -> bool:
        try:
            return httpx2.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == 200
        except httpx2.TransportError:
            return False

    def finds(text: str, name: str) -> bool:
        """Tell whether the index, and not what stands in for it, finds a model."""
        search: dict[str, Any] = ask(SEARCH % text)["search"]
        return search == {"edges": [{"node": {"name": name}}], "degraded": []}

    (tmp_path / "zoo.jsonl").write_bytes(interchange(ZOO))
    command, environment = service("migrate")
    subprocess.run([HOLOTYPE, *command], env=environment, check=True)
    _, environment = service("api")
    subprocess.run([HOLOTYPE, "import", tmp_path / "zoo.jsonl"], env=environment, check=True)
    replicas = SERVICES["indexer"]["deploy"]["replicas"]
    assert replicas == 2
    with running([service("api"), *[service("indexer")] * replicas]) as (api, first, second):
        wait_until(answers)
        wait_until(lambda: finds("hears a wren", "wren"))
        # Whichever works, the other takes over.
        first.kill()
        first.wait()
        assert ask(REGISTER) == {"registerModel": {"userErrors": []}}
        wait_until(lambda: finds("magpie", "magpie"))
        assert (api.poll(), second.poll()) == (None, None)
