"""Queries are read from a replica, and lack nothing that a request says it knows of."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import URL
from starlette.testclient import TestClient

from app.main import create_app
from app.registry.opening import RegistryNotOpened
from app.settings import Settings
from tests.graphql.conftest import Api
from tests.postgresql import Cluster, Server, text_of
from tests.store import Store, open_store
from tests.waiting import wait_until

COUNT = "{ registeredModels { totalCount } }"
REGISTER = """
mutation Register($name: String!) {
  registerModel(input: {name: $name}) {
    registeredModel { name } change { sequence } userErrors { __typename }
  }
}"""


@dataclass(frozen=True, slots=True)
class Served:
    """A service that reads from a replica."""

    http: TestClient
    store: Store
    replica: Cluster
    url: URL

    def ask(self, query: str, after: int = 0, **variables: object) -> dict[str, object]:
        """Return the answer to an operation that knows of the changes up to `after`."""
        asked = {"query": query, "variables": variables}
        answer = self.http.post("/graphql", json=asked, headers={"Holotype-After": str(after)}).json()
        assert "errors" not in answer, answer
        return dict(answer["data"])

    def count(self, after: int = 0) -> object:
        """Return how many models a query finds."""
        models = self.ask(COUNT, after)["registeredModels"]
        assert isinstance(models, dict)
        return models["totalCount"]

    def lag(self) -> str | None:
        """Return how far behind the figures say that the replica is; None where they do not tell."""
        found = re.search(r"^holotype_replica_lag (\S+)$", self.http.get("/metrics").text, re.MULTILINE)
        return found[1] if found else None

    def on_replica(self, statement: str) -> None:
        """Run a statement on the replica."""
        with psycopg.connect(text_of(self.url), autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture
def served(cluster: Cluster, tmp_path: Path) -> Iterator[Served]:
    url = cluster.server.make()
    store = open_store(text_of(url))
    with cluster.replica() as replica:
        there = url.set(query={"host": str(replica.folder)})
        chosen = Settings(
            data=tmp_path, database_url=SecretStr(text_of(url)), database_read_url=SecretStr(text_of(there))
        )
        with TestClient(create_app(chosen), base_url="http://localhost") as http:
            yield Served(http, store, replica, there)
    store.database.close()


def test_an_answer_lacks_nothing_that_the_request_knows_of(served: Served) -> None:
    served.on_replica("SELECT pg_wal_replay_pause()")
    done = served.ask(REGISTER, name="new")["registerModel"]
    assert isinstance(done, dict)
    assert done["registeredModel"] == {"name": "new"}
    assert served.count() == 0
    assert served.count(after=done["change"]["sequence"]) == 1
    again = served.ask(REGISTER, name="new")["registerModel"]
    assert isinstance(again, dict)
    assert again["userErrors"] == [{"__typename": "Conflict"}]
    assert served.lag() == "1.0"
    served.on_replica("SELECT pg_wal_replay_resume()")
    wait_until(lambda: served.count() == 1)
    assert served.lag() == "0.0"


def test_without_the_replica_the_database_answers(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    assert served.count() == 0
    served.replica.stop()
    served.store.model()
    assert served.count() == 1
    assert served.count() == 1
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == [
        "the replica cannot be reached; the database itself is read"
    ]
    assert served.lag() is None
    served.replica.start()


def test_what_is_no_sequence_is_refused(served: Served) -> None:
    for wrong in ("-1", "latest", "1" * 20, "\u0661"):
        headers = {b"Holotype-After": wrong.encode()}
        refused = served.http.post("/graphql", json={"query": COUNT}, headers=headers)
        assert refused.status_code == 400
        assert "Holotype-After is the sequence of a change" in refused.text


def test_a_copy_of_another_registry_is_not_read(
    postgresql: Server, seeded_database: str, tmp_path: Path
) -> None:
    with postgresql.fresh(seeded_database) as url, postgresql.fresh() as other:
        store, stranger = open_store(url), open_store(other)
        stranger.model()
        chosen = Settings(data=tmp_path, database_url=SecretStr(url), database_read_url=SecretStr(other))
        with TestClient(create_app(chosen), base_url="http://localhost") as http:
            assert Api(http, store, chosen).run(COUNT) == {"totalCount": 0}
        store.database.close()
        stranger.database.close()


def test_a_file_has_no_replica(tmp_path: Path) -> None:
    with pytest.raises(RegistryNotOpened, match="HOLOTYPE_DATABASE_READ_URL"):
        create_app(Settings(data=tmp_path, database_read_url=SecretStr("postgresql://host/registry")))
