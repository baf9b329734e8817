"""The query editor as a browser gets it: whole, offline, under a strict policy, and kept in its cache."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.testclient import TestClient

from app.routes.graphiql import graphiql_routes

OWN_FILES = ["index.html", "boot.js", "boot.css", "queries.json"]


class References(HTMLParser):
    """Collects what a page loads and what it holds inline."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.files += [value for name in ("src", "href") if (value := named.get(name))]
        self.inline += [name for name in named if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in named):
            self.inline.append(tag)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=graphiql_routes())) as client:
        yield client


def references(page: str) -> References:
    found = References()
    found.feed(page)
    return found


def policy(client: TestClient) -> dict[str, str]:
    directives = client.get("/graphiql/").headers["content-security-policy"].split("; ")
    return {name: sources for name, _, sources in (directive.partition(" ") for directive in directives)}


def test_it_works(client: TestClient) -> None:
    response = client.get("/graphiql")
    assert response.status_code == 200
    assert response.url.path == "/graphiql/"
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>Holotype</title>" in response.text


def test_every_file_of_the_page_is_served(client: TestClient) -> None:
    media_types = {".js": "text/javascript", ".css": "text/css"}
    files = [name for name in references(client.get("/graphiql/").text).files if not name.startswith("data:")]
    assert len(files) == 6
    for name in files:
        response = client.get(f"/graphiql/{name}")
        assert response.status_code == 200, name
        assert response.headers["content-type"].startswith(media_types[name[name.rindex(".") :]]), name
        assert response.headers["x-content-type-options"] == "nosniff"


def test_the_page_holds_nothing_inline(client: TestClient) -> None:
    assert references(client.get("/graphiql/").text).inline == []


@pytest.mark.parametrize("name", OWN_FILES)
def test_our_files_name_no_other_host(client: TestClient, name: str) -> None:
    response = client.get(f"/graphiql/{name}")
    assert response.status_code == 200
    assert re.findall(r"(?:https?|wss?):|[\"'(]//", response.text) == []


def test_the_style_sheet_loads_nothing(client: TestClient) -> None:
    sheet = client.get("/graphiql/graphiql-3.8.3.min.css").text
    assert "@import" not in sheet
    targets = re.findall(r"url\(\s*[\"']?([^\"')]{0,40})", sheet)
    assert targets
    assert [target for target in targets if not target.startswith("data:")] == []


def test_the_policy_lets_nothing_in_from_outside(client: TestClient) -> None:
    directives = policy(client)
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["connect-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert {"'unsafe-inline'", "'unsafe-eval'", "*"}.isdisjoint(" ".join(directives.values()).split())


def test_the_licences_lie_beside_the_vendored_files(client: TestClient) -> None:
    for name in ("graphiql-3.8.3", "react-18.3.1", "react-dom-18.3.1"):
        assert "MIT License" in client.get(f"/graphiql/{name}.LICENSE.txt").text
    assert "Felix Böhm" in client.get("/graphiql/entities.LICENSE.txt").text
    assert "SIL Open Font License" in client.get("/graphiql/fira-code.LICENSE.txt").text


def test_each_example_opens_a_tab_of_its_own_name(client: TestClient) -> None:
    examples = json.loads(client.get("/graphiql/queries.json").text)
    assert examples
    operations = []
    for example in examples:
        assert set(example) == {"name", "query", "variables"}
        assert example["name"].isprintable()
        assert example["variables"] is None or isinstance(example["variables"], dict)
        operation = re.match(r"(?:query|mutation) (\w+)", example["query"])
        assert operation is not None, f"{example['name']}: GraphiQL takes the tab's title from the operation"
        operations.append(operation[1])
    assert len(set(operations)) == len(operations)


def test_released_files_are_kept_and_others_asked_for_again(client: TestClient) -> None:
    released = client.get("/graphiql/react-18.3.1.production.min.js").headers["cache-control"]
    assert released == "public, max-age=31536000, immutable"
    page = client.get("/graphiql/")
    assert page.headers["cache-control"] == "no-cache"
    again = client.get("/graphiql/", headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["cache-control"] == "no-cache"
    assert again.content == b""


def test_files_can_be_compressed() -> None:
    app = Starlette(routes=graphiql_routes(), middleware=[Middleware(GZipMiddleware, compresslevel=1)])
    with TestClient(app) as client:
        response = client.get("/graphiql/react-dom-18.3.1.production.min.js")
    assert response.headers["content-encoding"] == "gzip"
    assert "react-dom.production.min.js" in response.text


def test_it_can_be_served_elsewhere() -> None:
    with TestClient(Starlette(routes=graphiql_routes("/tools/editor"))) as client:
        assert "<title>Holotype</title>" in client.get("/tools/editor").text
        assert client.get("/tools/editor/boot.js").status_code == 200
        assert client.get("/graphiql").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["nothing.js", "../schema.py", "%2e%2e/%2e%2e/errors.py", "..%2f..%2ferrors.py", "a%00b", "x" * 5000],
)
def test_what_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(f"/graphiql/{path}").status_code == 404


def test_only_reading_is_allowed(client: TestClient) -> None:
    assert client.post("/graphiql/").status_code == 405
    assert client.head("/graphiql/").status_code == 200
