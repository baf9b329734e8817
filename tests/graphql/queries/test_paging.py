"""Paging: every connection, forward and backward, gives exactly its list."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.graphql.conftest import Api, serving_fresh

pytestmark = pytest.mark.both_databases

ARGUMENTS = "first: $first, after: $after, last: $last, before: $before"
VARIABLES = "$first: Int, $after: String, $last: Int, $before: String"
COUNT = 7


@dataclass(frozen=True, slots=True)
class Listed:
    """A connection: the query with its place marked by %s, what tells its items apart, and the way to it."""

    query: str
    item: str
    path: tuple[str, ...] = ()

    def page(self, api: Api, **asked: Any) -> Any:
        """Return one page."""
        connection = (
            f"totalCount pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} "
            f"nodes {{ {self.item} }} edges {{ cursor node {{ {self.item} }} }}"
        )
        found = api.run(f"query({VARIABLES}) {{ {self.query % (ARGUMENTS, connection)} }}", **asked)
        for step in self.path:
            found = found[step]
        assert [edge["node"] for edge in found["edges"]] == found["nodes"]
        if found["edges"]:
            cursors = found["edges"][0]["cursor"], found["edges"][-1]["cursor"]
            assert (found["pageInfo"]["startCursor"], found["pageInfo"]["endCursor"]) == cursors
        else:
            assert (found["pageInfo"]["startCursor"], found["pageInfo"]["endCursor"]) == (None, None)
        return found


LISTS = {
    "models": Listed("registeredModels(%s) { %s }", "id"),
    "models by time, downward": Listed(
        "registeredModels(orderBy: {field: UPDATED_AT, direction: DESC}, %s) { %s }", "id"
    ),
    "models of a filter": Listed('registeredModels(filter: {name: {startsWith: "m"}}, %s) { %s }', "id"),
    "versions": Listed("modelVersions(%s) { %s }", "id"),
    "versions by number": Listed("modelVersions(orderBy: {field: NUMBER, direction: ASC}, %s) { %s }", "id"),
    "tasks": Listed("tasks(%s) { %s }", "name"),
    "tasks of a text": Listed('tasks(text: "speech", %s) { %s }', "name"),
    "changes": Listed("changes(%s) { %s }", "sequence"),
    "versions of a model": Listed(
        'registeredModel(by: {name: {name: "whole"}}) { versions(%s) { %s } }', "number", ("versions",)
    ),
    "params": Listed(
        'modelVersion(by: {number: {model: {name: "whole"}, number: 1}}) { params(%s) { %s } }',
        "name",
        ("params",),
    ),
    "metrics": Listed(
        'modelVersion(by: {number: {model: {name: "whole"}, number: 1}}) { metrics(%s) { %s } }',
        "key { name dataset }",
        ("metrics",),
    ),
    "datasets": Listed(
        'modelVersion(by: {number: {model: {name: "whole"}, number: 1}}) { datasets(%s) { %s } }',
        "role datasetVersion { id }",
        ("datasets",),
    ),
}
every_list = pytest.mark.parametrize("listed", LISTS.values(), ids=LISTS.keys())


@pytest.fixture(scope="module")
def filled(
    request: pytest.FixtureRequest,
    database_kind: str,  # noqa: ARG001 - tests are told apart by it
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Api]:
    with serving_fresh(request, tmp_path_factory.mktemp("filled")) as api:
        for number in range(COUNT):
            api.model(f"{'m' if number % 2 else 'M'}{number}", version={})
        for name in ("a", "b"):
            api.store.dataset(name, versions=[{"label": str(number)} for number in range(3)])
        uses = [
            {"dataset": {"name": {"name": name}}, "label": str(number), "role": role}
            for name in ("a", "b")
            for number in range(3)
            for role in ("TRAINING", "EVALUATION")
        ]
        metrics = [{"name": "loss", "value": 1, "dataset": str(number)} for number in range(COUNT)]
        params = [{"name": f"p{number}", "value": number} for number in range(COUNT)]
        whole = api.model("whole", version={"params": params, "metrics": metrics, "datasets": uses})
        for _ in range(COUNT):
            api.version(whole["model"])
        yield api


def walk(ask: Callable[..., Any], size: int, *, backward: bool) -> tuple[list[Any], int]:
    """Return all items in the list's order, page by page from one end, and how many there are said to be."""
    seen: list[Any] = []
    cursor = None
    while True:
        if backward:
            page = ask(last=size, before=cursor)
            seen = page["nodes"] + seen
            more, other, cursor = "hasPreviousPage", "hasNextPage", page["pageInfo"]["startCursor"]
        else:
            page = ask(first=size, after=cursor)
            seen += page["nodes"]
            more, other, cursor = "hasNextPage", "hasPreviousPage", page["pageInfo"]["endCursor"]
        assert page["pageInfo"][other] == (len(seen) > len(page["nodes"]))
        if not page["pageInfo"][more]:
            return seen, page["totalCount"]
        assert len(page["nodes"]) == size


def whole(api: Api, listed: Listed) -> list[Any]:
    seen, total = walk(lambda **asked: listed.page(api, **asked), 100, backward=False)
    assert len(seen) == total > 0
    return seen


@every_list
def test_it_works(filled: Api, listed: Listed) -> None:
    items = whole(filled, listed)
    assert len({repr(item) for item in items}) == len(items)
    page = listed.page(filled)
    assert page["nodes"] == items[: len(page["nodes"])]
    assert listed.page(filled, first=None, last=None, after=None, before=None) == page


@every_list
@given(size=st.integers(1, 100), backward=st.booleans())
@settings(max_examples=6, deadline=None)
def test_pages_are_exactly_the_list(filled: Api, listed: Listed, size: int, *, backward: bool) -> None:
    seen, total = walk(lambda **asked: listed.page(filled, **asked), max(size, 4), backward=backward)
    assert seen == whole(filled, listed)
    assert total == len(seen)


@every_list
@given(st.data())
@settings(max_examples=6, deadline=None)
def test_a_page_lies_between_its_cursors(filled: Api, listed: Listed, data: st.DataObject) -> None:
    page = listed.page(filled, first=100)
    items, cursors = page["nodes"], [edge["cursor"] for edge in page["edges"]]
    start, end = (data.draw(st.integers(0, len(items) - 1)) for _ in range(2))
    size = data.draw(st.integers(1, 10))
    between = items[start + 1 : end] if start < end else []
    asked = {"after": cursors[start], "before": cursors[end]}
    assert listed.page(filled, first=size, **asked)["nodes"] == between[:size]
    assert listed.page(filled, last=size, **asked)["nodes"] == between[-size:]


@every_list
@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"first": 0}, "first"),
        ({"first": -1}, "first"),
        ({"first": 101}, "first"),
        ({"last": 0}, "last"),
        ({"last": -1}, "last"),
        ({"last": 101}, "last"),
        ({"after": ""}, "after"),
        ({"after": "garbage"}, "after"),
        ({"after": "W10"}, "after"),
        ({"before": "eyJhIjoxfQ"}, "before"),
        ({"before": "😀"}, "before"),
        ({"last": 1, "before": "\ud800"}, "before"),
    ],
)
def test_what_is_no_page_is_refused(filled: Api, listed: Listed, asked: dict[str, Any], field: str) -> None:
    query = f"query({VARIABLES}) {{ {listed.query % (ARGUMENTS, 'totalCount')} }}"
    error = filled.error(query, **asked)
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", field)


def test_a_cursor_of_another_list_is_refused(filled: Api) -> None:
    cursors = {name: listed.page(filled, first=1)["pageInfo"]["endCursor"] for name, listed in LISTS.items()}
    for name, listed in LISTS.items():
        query = f"query({VARIABLES}) {{ {listed.query % (ARGUMENTS, 'totalCount')} }}"
        for other, cursor in cursors.items():
            if other != name:
                assert filled.error(query, after=cursor)["field"] == "after", (name, other)


def test_a_cursor_holds_in_every_process_and_for_values_in_any_order(filled: Api) -> None:
    query = """query($names: [String!]!, $after: String) {
      registeredModels(first: 2, after: $after, filter: { name: { in: $names } }) {
        nodes { name } pageInfo { endCursor }
      }
    }"""
    models = [node["name"] for node in filled.run("{ registeredModels { nodes { name } } }")["nodes"]]
    # A set of so many runs in another order when it is filled backward, as it does in another process.
    names = [*models, *(f"other-{number}" for number in range(90))]
    first = filled.run(query, names=names)
    after = first["pageInfo"]["endCursor"]
    further = filled.run(query, names=names, after=after)["nodes"]
    assert further
    assert filled.run(query, names=names[::-1], after=after)["nodes"] == further


@pytest.mark.parametrize("order", ["NAME", "CREATED_AT"])
@pytest.mark.parametrize("backward", [False, True])
def test_writes_meanwhile_double_and_lose_nothing(api: Api, order: str, *, backward: bool) -> None:
    for number in range(0, 40, 2):
        api.model(f"m{number:02}")
    listed = Listed(f"registeredModels(orderBy: {{field: {order}, direction: ASC}}, %s) {{ %s }}", "name")
    before = whole(api, listed)
    further = iter(range(1, 40, 2))

    def ask(**asked: Any) -> Any:
        page = listed.page(api, **asked)
        for number in (next(further, 99), next(further, 98)):
            api.run(
                "mutation($n: String!) { registerModel(input: {name: $n}) { userErrors { code } } }",
                n=f"m{number:02}",
            )
        return page

    seen, _ = walk(ask, 3, backward=backward)
    names = [item["name"] for item in seen]
    assert len(set(names)) == len(names)
    assert {item["name"] for item in before} <= set(names)
    if order == "NAME":
        assert names == sorted(names)


def test_many_lists_are_paged_at_once(filled: Api) -> None:
    query = """query($last: Int, $before: String) { registeredModels { nodes { name
      versions(last: $last, before: $before) { totalCount nodes { number } pageInfo { hasPreviousPage } }
    } } }"""
    found = {model["name"]: model["versions"] for model in filled.run(query, last=2)["nodes"]}
    assert found["whole"]["nodes"] == [{"number": 2}, {"number": 1}]
    assert found["whole"]["totalCount"] == COUNT + 1
    assert found["whole"]["pageInfo"] == {"hasPreviousPage": True}
    assert found["M0"] == {
        "totalCount": 1,
        "nodes": [{"number": 1}],
        "pageInfo": {"hasPreviousPage": False},
    }


NESTED = {
    "registeredModels": ("namespace(name: $name)", "default", "other", "id"),
    "versions": ("registeredModel(by: {name: {name: $name}})", "whole", "twin", "id"),
    "history": ("registeredModel(by: {name: {name: $name}})", "whole", "twin", "id"),
    "params": ("modelVersion(by: {number: {model: {name: $name}, number: 1}})", "whole", "twin", "name"),
    "metrics": ("modelVersion(by: {number: {model: {name: $name}, number: 1}})", "whole", "twin", "unit"),
    "datasets": ("modelVersion(by: {number: {model: {name: $name}, number: 1}})", "whole", "twin", "role"),
    "dataset versions": ("dataset(by: {name: {name: $name}})", "a", "b", "id"),
}


@pytest.fixture(scope="module")
def twins(filled: Api) -> Api:
    """Return the registry with a model that has the same of everything as another."""
    filled.run("""mutation { createNamespace(input: {name: "other"}) { userErrors { message } } }""")
    use = {"dataset": {"name": {"name": "a"}}, "label": "0", "role": "TRAINING"}
    same = {
        "params": [{"name": "p0", "value": 0}],
        "metrics": [{"name": "loss", "value": 1}],
        "datasets": [use],
    }
    filled.model("twin", version=same)
    return filled


@pytest.mark.parametrize(("field", "given"), NESTED.items(), ids=NESTED)
def test_a_cursor_is_of_the_list_of_one_parent(
    twins: Api, field: str, given: tuple[str, str, str, str]
) -> None:
    root, name, other, item = given
    field = field.rpartition(" ")[2]
    listed = f"{field}(first: 2, after: $after) {{ nodes {{ {item} }} pageInfo {{ endCursor }} }}"
    query = f"query($name: String!, $after: String) {{ {root} {{ {listed} }} }}"
    [page] = twins.run(query, name=name).values()
    cursor = page["pageInfo"]["endCursor"]
    twins.run(query, name=name, after=cursor)
    error = twins.error(query, name=other, after=cursor)
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "after")
    assert "another list" in error["message"]


def test_a_cursor_is_not_of_several_lists(twins: Api) -> None:
    query = """query($after: String) { registeredModels(first: 2) { nodes {
      versions(first: 1, after: $after) { nodes { id } pageInfo { endCursor } }
    } } }"""
    page = twins.run(query)["nodes"][0]["versions"]
    error = twins.error(query, after=page["pageInfo"]["endCursor"])
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "after")
    assert "one list, not of 2" in error["message"]
