"""SQL counted: a list takes as many statements for a hundred items as for six."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.graphql.conftest import Api, serving
from tests.graphql.indexing import index

TEN_FIELDS = """registeredModels(first: $n) { nodes {
  id name displayName task framework license createdAt namespace { name } tags { key value }
  latestVersion { stage { name } metrics(first: 20) { nodes { key { name } value direction } } }
} }"""
EVERYTHING = """registeredModels(first: $n) { totalCount nodes {
  name namespace { name } tags { key } tag(key: "t") { value } aliases { name version { number } }
  createdBy { ... on User { name } }
  latestVersion { number aliases { name } } staged: latestVersion(stage: "PRODUCTION") { number }
  versions(first: 2) { totalCount nodes { number tags { key } params(first: 3) { nodes { name } } } }
} }"""
VERSIONS = """modelVersions(first: $n) { totalCount nodes {
  number stage { name } aliases { name version { number } } tags { key } createdBy { ... on User { name } }
  registeredModel { name namespace { name } tags { key } }
  params(first: 3) { totalCount nodes { name } } param(name: "p") { value }
  metrics(first: 3) { totalCount nodes { value direction } }
  datasets(first: 3) { totalCount nodes { datasetVersion { label dataset { name tags { key } } } } }
} }"""
CHANGES = """changes(last: $n) { totalCount nodes {
  action actor { ... on User { name } }
  subject { ... on RegisteredModel { name tags { key } } ... on ModelVersion { number stage { name } } }
  related { ... on RegisteredModel { name } ... on Namespace { name } }
} }"""
SEARCH = """search(text: "model", mode: WORDS, first: $n) { totalCount edges {
  node { name namespace { name } tags { key } } version { number } why { matched { field } }
} }"""
BY_VERSION = """registeredModels(first: $n, filter: {
  anyVersion: {metric: {key: {name: "accuracy"}, value: {gte: 1}}}, tag: {key: "t"}
}) { totalCount nodes {
  name history(last: 2) { totalCount nodes { action actor { ... on User { name } } } }
  namespace { name registeredModels(first: 2) { totalCount nodes { name } } }
  versions(first: 1, filter: {alias: {equals: "champion"}}) { totalCount nodes {
    metric(key: {name: "accuracy"}) { value } metrics(filter: {split: {exists: false}}) { nodes { value } }
    history(first: 2) { nodes { sequence } }
  } }
} }"""
SEARCH_BY_VERSION = """search(mode: WORDS, first: $n, filter: {
  anyVersion: {param: {key: "p", number: {gte: 1}}}
}) { totalCount edges { node { name } } }"""
STATEMENTS = {
    BY_VERSION: 18,
    SEARCH_BY_VERSION: 4,
    TEN_FIELDS: 6,
    EVERYTHING: 15,
    VERSIONS: 20,
    CHANGES: 13,
    SEARCH: 10,
    "tasks(first: $n) { totalCount nodes { name synonyms } }": 1,
}


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the SQL that is sent meanwhile, transaction control aside."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def hundred(seeded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with serving(tmp_path_factory.mktemp("hundred"), seeded_file) as api:
        api.store.dataset("imagenet", versions=[{"label": "1"}], tags={"t": 1})
        version: dict[str, Any] = {
            "tags": [{"key": "t", "value": 1}],
            "params": [{"name": "p", "value": 1}],
            "metrics": [{"name": "accuracy", "value": 1}, {"name": "loss", "value": 1}],
            "datasets": [{"dataset": {"name": {"name": "imagenet"}}, "role": "TRAINING"}],
        }
        for number in range(100):
            made = api.model(f"model {number}", tags=[{"key": "t", "value": number}], version=version)
            api.run(
                """mutation($v: ID!) { setAlias(input: {version: {id: $v}, alias: "champion"}) {
                  userErrors { message }
                } }""",
                v=made["version"],
            )
        index(api, by_meaning=False)
        yield api


@pytest.mark.parametrize(("query", "expected"), STATEMENTS.items(), ids=lambda given: str(given)[:24])
def test_it_works(hundred: Api, query: str, expected: int) -> None:
    sent = {}
    for size in (6, 100):
        with counted() as statements:
            page = hundred.run(f"query($n: Int!) {{ {query} }}", n=size)
        assert len(page.get("nodes", page.get("edges"))) == size
        sent[size] = len(statements)
    assert sent == {6: expected, 100: expected}, statements


def test_a_comparison_of_fifty_takes_what_one_of_two_takes(hundred: Api) -> None:
    ids = [{"id": one["id"]} for one in hundred.run("{ modelVersions(first: 50) { nodes { id } } }")["nodes"]]
    query = """query($v: [ModelVersionBy!]!) { compareVersions(versions: $v) {
      versions { number registeredModel { name } } rows { totalCount nodes { key cells { value } } }
    } }"""
    sent = []
    for versions in (ids[:2], ids):
        with counted() as statements:
            assert len(hundred.run(query, v=versions)["versions"]) == len(versions)
        sent.append(len(statements))
    assert sent == [6, 6], statements
