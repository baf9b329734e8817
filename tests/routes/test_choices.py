"""What whoever runs a registry may choose: other origins, no editor, no questions about the schema."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings

PAGE = "https://models.example"


@contextmanager
def chosen(seeded: Path, data: Path, **settings: Any) -> Iterator[TestClient]:
    """Serve a fresh registry with settings."""
    shutil.copy(seeded, data / "registry.db")
    with TestClient(create_app(Settings(data=data, **settings)), base_url="http://localhost") as http:
        yield http


def test_pages_of_a_chosen_origin_may_ask(seeded_file: Path, tmp_path: Path) -> None:
    asked = {"query": "{ __typename }"}
    with chosen(seeded_file, tmp_path, cors_origins=(PAGE,)) as http:
        before = {"origin": PAGE, "access-control-request-method": "POST"}
        before["access-control-request-headers"] = "content-type"
        preflight = http.options("/graphql", headers=before)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == PAGE
        answer = http.post("/graphql", json=asked, headers={"origin": PAGE})
        assert answer.json()["data"] == {"__typename": "Query"}
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert answer.headers["access-control-expose-headers"] == "X-Request-Id"
        for other in (
            "https://evil.example",
            "http://models.example",
            f"{PAGE}:8080",
            f"{PAGE}.evil.example",
        ):
            refused = http.post("/graphql", json=asked, headers={"origin": other})
            assert refused.status_code == 403
            assert "access-control-allow-origin" not in refused.headers
        elsewhere = http.post("/graphql", json=asked, headers={"origin": PAGE, "host": "evil.example"})
        assert elsewhere.status_code == 403


def test_no_other_origin_may_ask_unless_chosen(seeded_file: Path, tmp_path: Path) -> None:
    with chosen(seeded_file, tmp_path) as http:
        assert http.options("/graphql", headers={"origin": PAGE}).status_code == 403
        own = http.post("/graphql", json={"query": "{ __typename }"}, headers={"origin": "http://localhost"})
        assert "access-control-allow-origin" not in own.headers


@pytest.mark.parametrize("origin", ["*", "https://*", "models.example", f"{PAGE}/", "null", ""])
def test_an_origin_is_a_scheme_and_a_host(origin: str) -> None:
    with pytest.raises(ValidationError):
        Settings(cors_origins=(origin,))


def test_the_editor_can_be_left_out(seeded_file: Path, tmp_path: Path) -> None:
    with chosen(seeded_file, tmp_path, graphiql=False) as http:
        assert http.get("/graphiql/").status_code == 404
        assert http.get("/").status_code == 404
        assert http.post("/graphql", json={"query": "{ __typename }"}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { queryType { name } } }",
        '{ __type(name: "Query") { name } }',
        "query { ...Hidden } fragment Hidden on Query { __schema { queryType { name } } }",
    ],
)
def test_questions_about_the_schema_can_be_left_unanswered(
    seeded_file: Path, tmp_path: Path, query: str
) -> None:
    with chosen(seeded_file, tmp_path, introspection=False) as http:
        answer = http.post("/graphql", json={"query": query}).json()
        assert "data" not in answer
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}
        ordinary = http.post("/graphql", json={"query": "{ __typename viewer { __typename } }"}).json()
        assert ordinary["data"] == {"__typename": "Query", "viewer": {"__typename": "Viewer"}}
    with chosen(seeded_file, tmp_path) as http:
        assert "errors" not in http.post("/graphql", json={"query": query}).json()


DRAFT = """mutation {
  registerModel(input: {name: "m"}) { userErrors { code } }
  createModelVersion(input: {model: {name: {name: "m"}}, version: {}, draft: true}) { userErrors { code } }
}"""
VERSION = """{ modelVersions { nodes {
  state stateMessage history(last: 1) { nodes { action actor { ... on ServiceAccount { name } } } }
} } }"""


def test_a_draft_that_is_left_alone_ends(seeded_file: Path, tmp_path: Path) -> None:
    with chosen(seeded_file, tmp_path, draft_hours=0.0002) as http:
        made = http.post("/graphql", json={"query": DRAFT}).json()["data"]
        assert made == {"registerModel": {"userErrors": []}, "createModelVersion": {"userErrors": []}}
        version = {"state": "PENDING"}
        while version["state"] == "PENDING":
            time.sleep(0.1)
            [version] = http.post("/graphql", json={"query": VERSION}).json()["data"]["modelVersions"][
                "nodes"
            ]
    assert version == {
        "state": "FAILED",
        "stateMessage": "left alone for 0.0002 hours",
        "history": {"nodes": [{"action": "version.expired", "actor": {"name": "system"}}]},
    }
