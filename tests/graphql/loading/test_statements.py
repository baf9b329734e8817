"""SQL counted: a list takes as many statements for a hundred items as for six, every list of the schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from graphql import GraphQLObjectType, build_schema, get_named_type
from sqlalchemy import Engine, event

from app.graphql.schema import schema
from app.lineage.tables import ExternalNode
from app.registry.drafts import NamespaceDraft, TransitionDraft
from app.registry.writing.labels import set_alias
from app.registry.writing.namespaces import create_namespaces
from app.registry.writing.stages import transition_stage
from tests.graphql.conftest import Api, serving_fresh
from tests.graphql.indexing import index
from tests.store import Store

pytestmark = pytest.mark.both_databases

OUTSIDE = "ext_" + "0" * 32
"""What every model but one comes from."""

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
  environment { packages { name } } codeRevision { commit } signature { inputs }
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
ORDERED = """search(%s first: $n, orderBy: {metric: {key: {name: "accuracy"}, direction: DESC}},
  collapse: FAMILY, facets: [{field: STAGE}, {field: TAG, tagKey: "t"}, {field: TASK}],
  filter: {anyVersion: {param: {key: "p", number: {gte: 1}}}}
) { totalCount facets { values { count } } edges { collapsed node { name } version { number } } }"""
ORDERED_BY_TEXT = ORDERED % 'text: "model", mode: WORDS,'
ORDERED_BY_FILTER = ORDERED % ""
SEARCH_BY_VERSION = """search(mode: WORDS, first: $n, filter: {
  anyVersion: {param: {key: "p", number: {gte: 1}}}
}) { totalCount edges { node { name } } }"""
# The filter is one statement more: the index of datasets knows no filters.
DATASETS = """datasets(text: "data", first: $n) { totalCount nodes { name } }"""
DATASETS_BY_TAG = """datasets(text: "data", first: $n, filter: {tag: {key: "t"}}) {
  totalCount nodes { name }
}"""
STATEMENTS = {
    DATASETS: 3,
    DATASETS_BY_TAG: 4,
    BY_VERSION: 17,
    SEARCH_BY_VERSION: 5,
    ORDERED_BY_TEXT: 13,
    ORDERED_BY_FILTER: 13,
    TEN_FIELDS: 6,
    EVERYTHING: 15,
    VERSIONS: 22,
    CHANGES: 10,
    SEARCH: 8,
}
WIDE = 'registeredModel(by: {name: {name: "wide"}})'
DEEP = 'modelVersion(by: {number: {model: {name: "wide"}, number: 100}})'
NOTE = "nodes { action actor { ... on User { name } } subject { ... on ModelVersion { number } } }"
LISTS = {
    "Query.namespaces": (
        """namespaces(first: $n) { totalCount nodes {
          name registeredModels(first: 2) { totalCount nodes { name } }
        } }""",
        5,
    ),
    "Query.registeredModels": ("registeredModels(first: $n) { totalCount nodes { name } }", 3),
    "Query.modelVersions": ("modelVersions(first: $n) { totalCount nodes { number } }", 2),
    "Query.datasets": (
        """datasets(first: $n) { totalCount nodes {
          name namespace { name } tags { key } latestVersion { label }
          versions(first: 2) { totalCount nodes { label } }
        } }""",
        5,
    ),
    "Query.metricDefinitions": ("metricDefinitions(first: $n) { totalCount nodes { name } }", 1),
    "Query.tasks": ("tasks(first: $n) { totalCount nodes { name synonyms } }", 1),
    "Query.changes": (f"changes(last: $n) {{ totalCount {NOTE} }}", 6),
    "Query.search": ("search(mode: WORDS, first: $n) { totalCount edges { node { name } } }", 5),
    "Namespace.registeredModels": (
        'namespace(name: "default") { registeredModels(first: $n) { totalCount nodes { name } } }',
        3,
    ),
    "RegisteredModel.versions": (
        f"{WIDE} {{ versions(first: $n) {{ totalCount nodes {{ number tags {{ key }} }} }} }}",
        4,
    ),
    "RegisteredModel.history": (f"{WIDE} {{ history(first: $n) {{ totalCount {NOTE} }} }}", 7),
    "ModelVersion.history": (f"{DEEP} {{ history(first: $n) {{ totalCount {NOTE} }} }}", 8),
    "ModelVersion.params": (f"{DEEP} {{ params(first: $n) {{ totalCount nodes {{ name value }} }} }}", 4),
    "ModelVersion.metrics": (
        f"{DEEP} {{ metrics(first: $n) {{ totalCount nodes {{ value direction }} }} }}",
        5,
    ),
    "ModelVersion.datasets": (
        f"""{DEEP} {{ datasets(first: $n) {{ totalCount nodes {{
          datasetVersion {{ label dataset {{ name }} }}
        }} }} }}""",
        5,
    ),
    "Dataset.versions": (
        'dataset(by: {name: {name: "imagenet"}}) { versions(first: $n) { totalCount nodes { label } } }',
        3,
    ),
    "Query.leaderboard": (
        """leaderboard(metric: {name: "accuracy"}, first: $n) { totalCount nodes {
          rank version { number } metric { value }
        } }""",
        5,
    ),
    "Query.tradeoff": (
        """tradeoff(first: $n, objectives: [
          {target: {metric: {name: "accuracy"}}}, {target: {metric: {name: "loss"}}}
        ]) { totalCount evaluated nodes { values version { number } } }""",
        7,
    ),
    "VersionComparison.rows": (
        """compareVersions(versions: [
          {number: {model: {name: "wide"}, number: 99}}, {number: {model: {name: "wide"}, number: 100}}
        ]) { rows(first: $n) { totalCount nodes { key cells { value } } } }""",
        4,
    ),
    "Impact.staged": (
        f"""impact(of: "{OUTSIDE}") {{ staged(first: $n) {{ totalCount nodes {{
          version {{ number stage {{ name }} }} path {{ nodes {{ name }} edges {{ relation }} }}
        }} }} }}""",
        10,
    ),
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
def hundred(
    request: pytest.FixtureRequest,
    database_kind: str,  # noqa: ARG001 - tests are told apart by it
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Api]:
    with serving_fresh(request, tmp_path_factory.mktemp("hundred")) as api:
        _fill(api.store)
        index(api, by_meaning=False)
        yield api


def _fill(store: Store) -> None:
    """Make a hundred of everything, and one version with a hundred of everything that a version lists."""
    numbers = range(1, 101)
    with store.writing() as session:
        create_namespaces(session, [NamespaceDraft(name=f"team-{number}") for number in numbers])
    labels = [{"label": str(number)} for number in numbers]
    store.dataset("imagenet", versions=labels, tags={"t": 1})
    for number in numbers:
        store.dataset(f"data {number}", versions=labels[:2], tags={"t": 1})
    imagenet = {"name": {"name": "imagenet"}}
    uses = [{"dataset": imagenet, "label": str(number), "role": "TRAINING"} for number in numbers]
    params = {f"p{number}": number for number in numbers}
    metrics = [{"name": f"m{number}", "value": number} for number in numbers]
    with store.writing() as session:
        session.add(ExternalNode(id=OUTSIDE, uri="hf:outside", created_at=session.now))
        session.flush()
    outside = {"upstream": {"externalUri": "hf:outside"}, "relation": "DERIVED_FROM"}
    wide = store.model("wide")
    for _ in numbers[1:]:
        store.version(wide, params={"p1": 0})
    version = store.version(wide, params=params, metrics=metrics, datasets=uses)
    with store.writing() as session:
        for number in numbers:
            set_alias(session, version, f"a{number}")
    made_with = {"environment": {"os": "a"}, "codeRevision": {"commit": "a"}, "signature": {"inputs": 1}}
    measured = [{"name": "accuracy", "value": 1}, {"name": "loss", "value": 1}]
    for number in numbers:
        model = store.model(f"model {number}", tags={"t": number})
        version = store.version(
            model,
            tags={"t": 1},
            params={"p": 1},
            metrics=measured,
            datasets=uses[:1],
            parents=[outside],
            **made_with,
        )
        with store.writing() as session:
            set_alias(session, version, "champion")
            transition_stage(session, version, TransitionDraft(to="STAGING"))


def _items(answer: Any) -> list[Any]:
    """Return the items of the only list in an answer."""
    while "nodes" not in answer and "edges" not in answer:
        [answer] = answer.values()
    items: list[Any] = answer.get("nodes", answer.get("edges"))
    return items


@pytest.mark.parametrize(
    ("query", "expected"),
    [*STATEMENTS.items(), *LISTS.values()],
    ids=[*(query[:24] for query in STATEMENTS), *LISTS],
)
def test_it_works(hundred: Api, query: str, expected: int) -> None:
    sent = {}
    for size in (6, 100):
        with counted() as statements:
            answer = hundred.run(f"query($n: Int!) {{ {query} }}", n=size)
        assert len(_items(answer)) == size
        sent[size] = len(statements)
    assert sent == {6: expected, 100: expected}, statements


def test_every_list_of_the_schema_is_counted() -> None:
    types = build_schema(schema.as_str()).type_map.values()
    kinds = [kind for kind in types if isinstance(kind, GraphQLObjectType)]
    lists = {
        f"{kind.name}.{name}"
        for kind in kinds
        for name, field in kind.fields.items()
        if get_named_type(field.type).name.endswith("Connection")
    }
    assert lists == LISTS.keys()


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


def test_a_comparison_takes_four_statements_whatever_is_asked(hundred: Api) -> None:
    named = [{"number": {"model": {"name": f"model {number}"}, "number": 1}} for number in range(1, 51)]
    query = """query($v: [ModelVersionBy!]!, $b: ModelVersionBy!) {
      compareVersions(versions: $v, baseline: $b, objectives: [
        {target: {metric: {name: "accuracy"}}}, {target: {metric: {name: "loss"}}}
      ]) {
        versions { number } baseline { number } rows { totalCount nodes { kind key cells { value delta } } }
        pareto { points { version { number } onFront dominatedBy { number } } }
        recommendation { version { number } score because }
      }
    }"""
    sent = []
    for versions in (named[:2], named):
        with counted() as statements:
            hundred.run(query, v=versions, b=versions[0])
        sent.append(len(statements))
    assert sent == [4, 4], statements


def test_versions_that_are_compared_by_name_are_found_at_once(hundred: Api) -> None:
    named = [{"model": {"name": f"model {number}"}} for number in range(1, 51)]
    query = "query($v: [ModelVersionBy!]!) { compareVersions(versions: $v) { versions { number } } }"
    sent = []
    for by in ("number", "alias"):
        told: Any = {"number": 1, "alias": "champion"}[by]
        for some in (named[:2], named):
            with counted() as statements:
                found = hundred.run(query, v=[{by: {**one, by: told}} for one in some])
            assert len(found["versions"]) == len(some)
            sent.append(len(statements))
    assert sent == [1, 1, 1, 1], statements


@pytest.mark.parametrize(
    ("query", "more"),
    # one finds the moment; datasets are of the present, where their namespaces are read once more
    [
        (EVERYTHING, 1),
        (VERSIONS.replace("metrics(first: 3) { totalCount nodes { value direction } }", ""), 2),
    ],
)
def test_the_past_takes_as_many_statements_and_one_for_the_moment(
    hundred: Api, query: str, more: int
) -> None:
    [change] = hundred.run("{ changes(last: 1) { nodes { id at } } }")["nodes"]
    past = query.replace("first: $n", "first: $n, asOf: $at", 1)
    sent = []
    for size in (6, 100):
        for text, at in ((query, None), (past, {"time": change["at"]}), (past, {"change": change["id"]})):
            given = "$n: Int!, $at: AsOf" if at else "$n: Int!"
            with counted() as statements:
                page = hundred.run(f"query({given}) {{ {text} }}", n=size, **({"at": at} if at else {}))
            assert len(page["nodes"]) == size
            sent.append(len(statements))
    present = sent[0]
    assert sent == [present, present + more, present + more] * 2, statements
