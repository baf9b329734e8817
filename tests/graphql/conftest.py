"""A served registry, and a client that asks it as anybody would."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.db.engine import sqlite_url
from app.main import create_app
from app.settings import Settings
from tests.opensearch.node import own_prefix
from tests.store import Store, fresh_url, open_store

REGISTER = """
mutation Register($input: RegisterModelInput!) {
  registerModel(input: $input) { registeredModel { id } modelVersion { id } userErrors { message } }
}"""
CREATE = """
mutation Create($input: CreateModelVersionInput!) {
  createModelVersion(input: $input) { modelVersion { id } userErrors { message } }
}"""


@dataclass(frozen=True, slots=True)
class Api:
    """A client of a served registry.

    Attributes:
        http: The way in that everybody has.
        store: The same registry behind it, for what has no mutation yet.
        settings: What it is served with; its index is where they say.
    """

    http: TestClient
    store: Store
    settings: Settings

    @property
    def data(self) -> Path:
        """The folder that the registry lies in."""
        return self.settings.data

    def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the whole answer to an operation."""
        # json escapes what is not ASCII, so that half a surrogate pair can be sent too
        body = json.dumps({"query": query, "variables": variables})
        response = self.http.post("/graphql", content=body, headers={"content-type": "application/json"})
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def run(self, query: str, **variables: Any) -> Any:
        """Return the data of an operation without errors; of a single root field, what it holds."""
        answer = self.answer(query, **variables)
        assert "errors" not in answer, answer["errors"]
        data = answer["data"]
        return next(iter(data.values())) if len(data) == 1 else data

    def error(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the only error of an operation: its extensions with its message, its field as a path."""
        answer = self.answer(query, **variables)
        assert not any((answer.get("data") or {}).values()), answer
        [error] = answer["errors"]
        extensions = error["extensions"]
        assert extensions["code"] != "INTERNAL_SERVER_ERROR"
        field = ".".join(extensions.get("field", ()))
        return {**extensions, "message": error["message"], "field": field}

    def model(self, name: str, *, version: dict[str, Any] | None = None, **given: Any) -> dict[str, str]:
        """Register a model and return its id and its version's; further arguments are facts or tags."""
        values: dict[str, Any] = {"name": name, "version": version}
        for key in ("namespace", "tags"):
            if key in given:
                values[key] = given.pop(key)
        made = self.run(REGISTER, input={**values, "facts": given})
        assert made["userErrors"] == []
        ids = {"model": made["registeredModel"]["id"]}
        return {**ids, "version": made["modelVersion"]["id"]} if version is not None else ids

    def version(self, model: str, **facts: Any) -> str:
        """Create a version of the model with the id `model` and return the version's id."""
        made = self.run(CREATE, input={"model": {"id": model}, "version": facts})
        assert made["userErrors"] == []
        return str(made["modelVersion"]["id"])


@contextmanager
def serving(data: Path, seeded: Path, **further: Any) -> Iterator[Api]:
    """Serve a fresh registry in the folder `data`; `further` settings say where its index is."""
    data.mkdir(exist_ok=True)
    with _served(data, sqlite_url(Path(shutil.copy(seeded, data / "registry.db"))), **further) as api:
        yield api


@contextmanager
def serving_fresh(request: pytest.FixtureRequest, data: Path, **further: Any) -> Iterator[Api]:
    """Serve a fresh registry of the kind that the test wants; `further` settings say where its index is."""
    data.mkdir(exist_ok=True)
    with fresh_url(request, data) as url, _served(data, url, **further) as api:
        yield api


@contextmanager
def _served(data: Path, url: str, **further: Any) -> Iterator[Api]:
    store = open_store(url)
    settings = Settings(data=data, database_url=SecretStr(url), **further)
    with TestClient(create_app(settings), base_url="http://localhost") as http:
        yield Api(http, store, settings)
    store.database.close()


@pytest.fixture(scope="module", params=["embedded", "opensearch"])
def each_engine(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """Give the settings that keep an index in each of the engines in turn."""
    if request.param == "embedded":
        yield {}
        return
    address = request.getfixturevalue("opensearch")
    with own_prefix(address) as prefix:
        yield {"opensearch_url": address, "opensearch_prefix": prefix}


@pytest.fixture
def api(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[Api]:  # noqa: ARG001 - tests are told apart by it
    """Serve a registry in which nothing has happened yet."""
    with serving_fresh(request, tmp_path / "data") as served:
        yield served


@pytest.fixture(scope="module")
def shared_api(
    request: pytest.FixtureRequest,
    database_kind: str,  # noqa: ARG001 - tests are told apart by it
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Api]:
    """Serve one registry for all tests of a module, which keep to names of their own."""
    with serving_fresh(request, tmp_path_factory.mktemp("served")) as served:
        yield served
