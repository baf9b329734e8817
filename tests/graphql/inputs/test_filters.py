"""Filters: SQL, the index and a plain reference admit the same models."""

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db.text import fold
from tests.graphql.conftest import Api, serving_fresh
from tests.graphql.indexing import index

pytestmark = pytest.mark.both_databases

LISTED = "query($f: ModelFilter) { registeredModels(filter: $f, first: 100) { totalCount nodes { name } } }"
PAST = """query($f: ModelFilter, $as_of: AsOf) {
  registeredModels(filter: $f, first: 100, asOf: $as_of) { nodes { name } }
}"""
FOUND = """query($f: ModelFilter) { search(text: "thing", filter: $f, first: 100, mode: WORDS) {
  totalCount nodes { name }
} }"""
WORDS = ["PyTorch", "pytorch", "ONNX", "Straße", "STRASSE", "größe", "100%", "a_b", "a b", "ﬁne", "日本", "b"]
SINGLE = ["framework", "architecture", "family", "license", "publisher", "task"]
SEVERAL = {"domain": "domains", "language": "languages"}
FIELDS = ["name", "namespace", *SINGLE, *SEVERAL]


def models() -> list[dict[str, Any]]:
    """Return models that differ in what is stated and how it is spelled."""
    words = cycle(WORDS)
    made = []
    for number in range(24):
        facts: dict[str, Any] = {
            name: next(words) for position, name in enumerate(SINGLE) if (number >> position % 5) & 1
        }
        for count, name in enumerate(SEVERAL.values()):
            facts[name] = list(islice(words, (number + count) % 3))
        made.append(
            {
                "name": f"{next(words)}-{number}",
                "description": "thing",
                "namespace": "Other" if number % 3 else "default",
                **facts,
            }
        )
    return made


MODELS = models()


@pytest.fixture(scope="module")
def varied(
    request: pytest.FixtureRequest,
    database_kind: str,  # noqa: ARG001 - tests are told apart by it
    tmp_path_factory: pytest.TempPathFactory,
    each_engine: dict[str, Any],
) -> Iterator[Api]:
    with serving_fresh(request, tmp_path_factory.mktemp("varied"), **each_engine) as api:
        api.run('mutation { createNamespace(input: {name: "Other"}) { userErrors { message } } }')
        for model in MODELS:
            api.model(**model)
        index(api, by_meaning=False)
        yield api


def values(model: dict[str, Any], field: str) -> list[str]:
    """Return what a model states in a field."""
    held = model.get(SEVERAL.get(field, field))
    return held if isinstance(held, list) else [] if held is None else [held]


def admits(wanted: dict[str, Any], model: dict[str, Any]) -> bool:
    """Say whether a filter admits a model, in the plainest way."""
    return all(
        all(admits(one, model) for one in given)
        if name == "and"
        else any(admits(one, model) for one in given)
        if name == "or"
        else not admits(given, model)
        if name == "not"
        else holds(given, values(model, name))
        for name, given in wanted.items()
    )


def holds(match: dict[str, Any], held: list[str]) -> bool:
    """Say whether what is stated meets a condition on text."""
    [(way, given)] = match.items()
    known = [fold(one) for one in held]
    match way:
        case "exists":
            return bool(known) is given
        case "in":
            return not {fold(text) for text in given}.isdisjoint(known)
        case "equals":
            return fold(given) in known
        case "contains":
            return any(fold(given) in one for one in known)
    return any(one.startswith(fold(given)) for one in known)


texts = st.sampled_from(
    [*WORDS, *(word.upper() for word in WORDS), *(f"{word}-1" for word in WORDS), "Other"]
)
parts = st.sampled_from(
    ["", "P", "py", "STR", "ss", "ß", "%", "_", "100%", "a_b", "Fi", "本", "-1", "other", "\\", "'"]
)
matches = st.one_of(
    st.fixed_dictionaries({"equals": texts}),
    st.fixed_dictionaries({"in": st.lists(texts, max_size=3)}),
    st.fixed_dictionaries({"contains": parts}),
    st.fixed_dictionaries({"startsWith": parts}),
    st.fixed_dictionaries({"exists": st.booleans()}),
)
leaves = st.dictionaries(st.sampled_from(FIELDS), matches, max_size=2)
filters: st.SearchStrategy[dict[str, Any]] = st.recursive(
    leaves,
    lambda inner: (
        st.dictionaries(st.just("not"), inner, min_size=1)
        | st.dictionaries(st.sampled_from(["and", "or"]), st.lists(inner, max_size=3), min_size=1)
    ),
    max_leaves=5,
)


@given(wanted=filters)
@settings(max_examples=120, deadline=None)
def test_it_works(varied: Api, wanted: dict[str, Any]) -> None:
    expected = {model["name"] for model in MODELS if admits(wanted, model)}
    for query in (LISTED, FOUND):
        found = varied.run(query, f=wanted)
        assert {node["name"] for node in found["nodes"]} == expected
        assert found["totalCount"] == len(expected)


@pytest.mark.parametrize("wanted", [None, {}, {"and": []}, {"name": None, "not": None}])
def test_an_empty_filter_admits_everything(varied: Api, wanted: dict[str, Any] | None) -> None:
    for query in (LISTED, FOUND):
        assert varied.run(query, f=wanted)["totalCount"] == len(MODELS)


@pytest.mark.parametrize("wanted", [{"or": []}, {"not": {}}, {"name": {"in": []}}])
def test_a_filter_can_admit_nothing(varied: Api, wanted: dict[str, Any]) -> None:
    for query in (LISTED, FOUND):
        assert varied.run(query, f=wanted) == {"totalCount": 0, "nodes": []}


def nested(depth: int) -> dict[str, Any]:
    wanted: dict[str, Any] = {"domain": {"exists": True}, "namespace": {"contains": "e"}}
    for _ in range(depth):
        wanted = {"not": wanted}
    return wanted


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"name": {"equals": "a\x00"}}, "filter.name.equals"),
        ({"not": {"and": [{}, {"task": {"in": ["a", "\ud800"]}}]}}, "filter.not.and.1.task.in.1"),
        ({"name": {"startsWith": "a" * 1_001}}, "filter.name.startsWith"),
        ({"name": {"in": ["a"] * 10_001}}, "filter.name.in.10000"),
        ({"or": [{"name": {"exists": True}}] * 200}, "filter.or.199.name"),
        (nested(21), ".".join(["filter", *["not"] * 21])),
    ],
)
def test_what_no_database_can_look_for_is_refused(varied: Api, wanted: dict[str, Any], field: str) -> None:
    for query in (LISTED, FOUND):
        error = varied.error(query, f=wanted)
        assert (error["code"], error["field"]) == ("BAD_USER_INPUT", field)


def test_the_largest_filters_are_answered(varied: Api) -> None:
    everything = {field: {"contains": ""} for field in FIELDS}
    for wanted in (
        nested(20),
        {"or": [everything] * 36},
        {"and": [everything] * 36},
        {"name": {"in": [f"a{number}" for number in range(10_000)]}},
        {"name": {"contains": "%" * 1_000}},
    ):
        listed, found = varied.run(LISTED, f=wanted), varied.run(FOUND, f=wanted)
        assert listed["totalCount"] == found["totalCount"]


@pytest.mark.parametrize("name", ["image_classification", "Image classification", "image-classification"])
def test_a_task_goes_by_any_of_its_names(api: Api, name: str) -> None:
    for task in ("image classification", "Image_Classification", "bird song"):
        register = "mutation($i: RegisterModelInput!) { registerModel(input: $i) { change { sequence } } }"
        change = api.run(register, i={"name": f"of {task}", "facts": {"task": task}})["change"]
    matches: list[dict[str, Any]] = [{"equals": name}, {"in": [name, "nothing"]}]
    for match in matches:
        nodes = api.run(LISTED, f={"task": match})["nodes"]
        assert [one["name"] for one in nodes] == ["of image classification", "of Image_Classification"]
        past = api.run(PAST, f={"task": match}, as_of=change)["nodes"]
        assert past == nodes
    assert api.run(LISTED, f={"not": {"task": {"equals": name}}})["totalCount"] == 1
