"""What lineage names outside the registry, and the versions that it turns out to be: in either order."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.graphql.conftest import Api
from tests.graphql.moving import attempt, last_change
from tests.graphql.mutations.test_lineage import ABOVE, add, added, names, parent, version

pytestmark = pytest.mark.both_databases

URI = "hf:bert-base"
LISTED = "query($ids: [ID!]) { registeredModels(filter: {notDerivedFrom: $ids}) { nodes { name } } }"
ROOT = """query($root: ID!, $direction: LineageDirection!, $at: AsOf) {
  lineage(root: $root, direction: $direction, asOf: $at) { root { key name kind } nodes { name } }
}"""


def upper(api: Api, root: str) -> list[str]:
    return [edge["upstream"] for edge in api.run(ABOVE, root=root)["edges"] if edge["downstream"] == root]


def outside(api: Api, child: str) -> str:
    """Hang a version on something outside and return the node of that."""
    added(api, child, URI)
    return upper(api, child)[0]


def test_what_is_there_already_is_linked_as_it_is_named(api: Api) -> None:
    base = version(api, "base", source=URI)
    version(api, "copy", source=URI)
    child = version(api, "child")
    assert added(api, child, URI)["upstream"] == base
    born = version(api, "born", parents=[{"upstream": {"externalUri": URI}, "relation": "FINE_TUNED_FROM"}])
    assert upper(api, born) == [base]


def test_the_node_of_what_arrived_leads_to_it(api: Api) -> None:
    child = version(api, "child")
    node = outside(api, child)
    then = last_change(api)["id"]
    base = version(api, "base", source=URI)
    other = version(api, "other")
    assert added(api, other, node, "DISTILLED_FROM")["upstream"] == base
    born = version(api, "born", parents=[{"upstream": {"id": node}, "relation": "FINE_TUNED_FROM"}])
    assert upper(api, born) == [base]
    assert added(api, node, "hf:corpus")["downstream"] == base
    [error] = add(api, child, node)["userErrors"]
    assert error["code"] == "ALREADY_EXISTS"
    below = api.run(ROOT, root=node, direction="DOWNSTREAM")
    assert below["root"] == {"key": base, "name": "default/base v1", "kind": "MODEL_VERSION"}
    assert names(below) == {"base", "child", "other", "born"}
    before = api.run(ROOT, root=node, direction="DOWNSTREAM", at={"change": then})
    assert before["root"]["kind"] == "EXTERNAL"
    assert names(before) == {URI, "child"}
    assert {one["name"] for one in api.run(LISTED, ids=[node])["nodes"]} == {"base"}
    assert {one["name"] for one in api.run(LISTED, ids=[base])["nodes"]} == {"base"}


def test_a_copy_comes_from_what_it_is_a_copy_of(api: Api) -> None:
    """The edge to the thing outside stays, whichever of the edge and the source was stated first."""
    own = version(api, "own", source=URI, parents=[parent(URI)])
    node = upper(api, own)[0]
    assert node.startswith("ext_")
    [error] = add(api, own, URI, "REPUBLISHED_FROM")["userErrors"]
    assert error["code"] == "ALREADY_EXISTS"
    later = version(api, "later", source="hf:later")
    assert added(api, later, "hf:later")["upstream"].startswith("ext_")


def test_a_source_too_long_to_be_named_is_kept(api: Api) -> None:
    source = "https://example.org/" + "\N{EURO SIGN}" * 5_000
    base = version(api, "base", source=source)
    found = api.run("query($id: ID!) { modelVersion(by: {id: $id}) { source } }", id=base)
    assert found == {"source": source}


def test_an_unknown_origin_is_refused(api: Api) -> None:
    api.model("bert", version={})
    for kind in ("mdl", "ver", "dst", "dsv", "ext"):
        missing = f"{kind}_{'0' * 32}"
        error = api.error(LISTED, ids=[missing])
        assert (error["code"], error["field"]) == ("NOT_FOUND", "filter.notDerivedFrom.0")
        assert missing in error["message"]
    nested = """query($ids: [ID!]) {
      modelVersions(filter: {or: [{number: {gte: 1}}, {model: {notDerivedFrom: $ids}}]}) { totalCount }
    }"""
    error = api.error(nested, ids=["ver_" + "0" * 32])
    assert (error["code"], error["field"]) == ("NOT_FOUND", "filter.or.1.model.notDerivedFrom.0")
    search = 'query($ids: [ID!]) { search(text: "x", filter: {notDerivedFrom: $ids}) { totalCount } }'
    assert api.error(search, ids=["ver_" + "0" * 32])["code"] == "NOT_FOUND"


def test_what_was_deleted_is_an_origin_still(api: Api) -> None:
    base = version(api, "base")
    added(api, version(api, "child"), base)
    assert attempt(api, "deleteModelVersion", version={"id": base}) == []
    assert {one["name"] for one in api.run(LISTED, ids=[base])["nodes"]} == {"base"}


@pytest.mark.parametrize("turns", [8])
def test_arriving_and_naming_at_once_is_one_node(api: Api, turns: int) -> None:
    children = [version(api, f"child-{turn}") for turn in range(turns)]
    barrier = Barrier(2)

    def arrive(turn: int) -> str:
        barrier.wait(timeout=60)
        return version(api, f"base-{turn}", source=f"hf:{turn}")

    def name(turn: int) -> list[Any]:
        barrier.wait(timeout=60)
        return list(add(api, children[turn], f"hf:{turn}")["userErrors"])

    with ThreadPoolExecutor(2) as pool:
        for turn, child in enumerate(children):
            arrived, errors = pool.submit(arrive, turn), pool.submit(name, turn)
            base = arrived.result()
            assert errors.result() == []
            assert upper(api, child) == [base]
