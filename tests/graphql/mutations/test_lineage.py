"""Stating lineage: edges are added, ended and excepted, never a circle, and what is outside may arrive."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.graphql.conftest import Api
from tests.graphql.moving import attempt, last_change

pytestmark = pytest.mark.both_databases

EDGE = "id downstream upstream relation evidence since until exceptions { fact reason }"
REFUSAL = """userErrors { __typename code field message
  ... on Conflict { existing { id } }
  ... on CycleFound { path { nodes { key depth name } edges { downstream upstream } } }
}"""
ADD = f"""mutation($input: AddLineageInput!) {{ addLineage(input: $input) {{
  edge {{ {EDGE} }} change {{ action subject {{ id }} related {{ id }} before after }} {REFUSAL}
}} }}"""
END = f"""mutation($input: EndLineageInput!) {{ endLineage(input: $input) {{
  edge {{ {EDGE} }} change {{ action subject {{ id }} related {{ id }} before after }} {REFUSAL}
}} }}"""
EXCEPT = f"""mutation($input: SetLineageExceptionsInput!) {{ setLineageExceptions(input: $input) {{
  edge {{ {EDGE} }} change {{ action before after }} {REFUSAL}
}} }}"""
ABOVE = """query($root: ID!, $at: AsOf) { lineage(root: $root, direction: UPSTREAM, maxDepth: 9, asOf: $at) {
  nodes { key name } edges { downstream upstream until }
} }"""
BELOW = "query($root: ID!) { lineage(root: $root, direction: DOWNSTREAM) { edges { id } } }"


def version(api: Api, name: str, **facts: Any) -> str:
    return api.model(name, version=facts)["version"]


def add(api: Api, downstream: str, upstream: str, relation: str = "FINE_TUNED_FROM", **further: Any) -> Any:
    """Send `addLineage`; what is no id names something outside."""
    end = {"id": upstream} if upstream[3:4] == "_" else {"externalUri": upstream}
    given = {"downstream": downstream, "upstream": end, "relation": relation, **further}
    return api.run(ADD, input=given)


def added(api: Api, *edge: str, **further: Any) -> Any:
    """Add an edge that is not refused and return it."""
    done = add(api, *edge, **further)
    assert done["userErrors"] == []
    return done["edge"]


def names(graph: dict[str, Any]) -> set[str]:
    return {node["name"].removeprefix("default/").removesuffix(" v1") for node in graph["nodes"]}


def test_it_works(api: Api) -> None:
    child, base = version(api, "child"), version(api, "base")
    done = add(api, child, base, evidence="the card", since="2024-05-01T00:00:00Z")
    edge = done["edge"]
    assert edge == {
        "id": edge["id"],
        "downstream": child,
        "upstream": base,
        "relation": "FINE_TUNED_FROM",
        "evidence": "the card",
        "since": "2024-05-01T00:00:00.000000Z",
        "until": None,
        "exceptions": [],
    }
    assert (done["change"]["action"], done["change"]["subject"]) == ("lineage.added", {"id": child})
    assert {"id": base} in done["change"]["related"]
    assert names(api.run(ABOVE, root=child)) == {"child", "base"}


def test_an_ended_edge_is_history(api: Api) -> None:
    child, base = version(api, "child"), version(api, "base")
    edge = added(api, child, base)["id"]
    then = last_change(api)
    done = api.run(END, input={"id": edge, "reason": "the card was wrong"})
    assert done["userErrors"] == []
    assert done["edge"]["until"] is not None
    change = done["change"]
    assert (change["action"], change["subject"]) == ("lineage.ended", {"id": child})
    assert {"id": edge} in change["related"]
    assert (change["before"], change["after"]["reason"]) == ({"until": None}, "the card was wrong")
    assert names(api.run(ABOVE, root=child)) == {"child"}
    past = api.run(ABOVE, root=child, at={"change": then["id"]})
    assert names(past) == {"child", "base"}
    assert [one["until"] for one in past["edges"]] == [None]
    again = added(api, child, base)["id"]
    assert again != edge
    assert added(api, base, version(api, "grandparent"))


def test_what_travels_down_may_be_excepted(api: Api) -> None:
    edge = added(api, version(api, "child"), version(api, "base"))["id"]
    excepted = [{"fact": "LICENSE", "reason": "relicensed"}, {"fact": "PII", "reason": "scrubbed"}]
    done = api.run(EXCEPT, input={"id": edge, "exceptions": excepted})
    assert (done["userErrors"], done["edge"]["exceptions"]) == ([], excepted)
    assert done["change"]["action"] == "lineage.excepted"
    assert done["change"]["before"] == {"exceptions": {}}
    same = api.run(EXCEPT, input={"id": edge, "exceptions": excepted})
    assert (same["userErrors"], same["change"]) == ([], None)
    none = api.run(EXCEPT, input={"id": edge, "exceptions": []})
    assert none["edge"]["exceptions"] == []
    twice = api.run(EXCEPT, input={"id": edge, "exceptions": [excepted[0], excepted[0]]})
    assert [(one["code"], one["field"]) for one in twice["userErrors"]] == [("INVALID", ["exceptions"])]
    empty = api.run(EXCEPT, input={"id": edge, "exceptions": [{"fact": "PII", "reason": ""}]})
    assert [one["field"] for one in empty["userErrors"]] == [["exceptions", "0", "reason"]]


def test_a_circle_is_refused_with_the_way_that_would_close(api: Api) -> None:
    one, two, three = (version(api, name) for name in ("one", "two", "three"))
    added(api, two, one)
    added(api, three, two)
    added(api, three, one, "MERGED_FROM")
    [error] = add(api, one, three)["userErrors"]
    assert (error["__typename"], error["code"], error["field"]) == ("CycleFound", "CYCLE", ["upstream"])
    assert [(node["key"], node["depth"]) for node in error["path"]["nodes"]] == [(three, 0), (one, 1)]
    assert error["path"]["edges"] == [{"downstream": three, "upstream": one}]
    [error] = add(api, one, one)["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID", ["upstream"])


def test_an_edge_is_stated_once(api: Api) -> None:
    child, base = version(api, "child"), version(api, "base")
    edge = added(api, child, base)["id"]
    [error] = add(api, child, base, evidence="another card")["userErrors"]
    assert (error["code"], error["existing"]) == ("ALREADY_EXISTS", {"id": edge})
    assert added(api, child, base, "DISTILLED_FROM")["id"] != edge


def test_bad_ends_are_refused(api: Api) -> None:
    child, base, gone = version(api, "child"), version(api, "base"), version(api, "gone")
    model = api.model("withdrawn", version={})
    assert attempt(api, "deleteModelVersion", version={"id": gone}) == []
    assert attempt(api, "deleteModel", model={"id": model["model"]}) == []
    missing = "ver_" + "0" * 32
    for lower, upper, code, field in (
        (missing, base, "NOT_FOUND", ["downstream"]),
        (gone, base, "NOT_FOUND", ["downstream"]),
        (child, gone, "NOT_FOUND", ["upstream", "id"]),
        (child, model["version"], "NOT_FOUND", ["upstream", "id"]),
        (child, model["model"], "INVALID", ["upstream", "id"]),
        (model["model"], base, "INVALID", ["downstream"]),
        ("bert", base, "INVALID", ["downstream"]),
    ):
        [error] = add(api, lower, upper)["userErrors"]
        assert (error["code"], error["field"]) == (code, field)
    [error] = add(api, child, base, since="2999-01-01T00:00:00Z")["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID", ["since"])


def test_bad_ends_of_time_are_refused(api: Api) -> None:
    child, base = version(api, "child"), version(api, "base")
    edge = added(api, child, base, since="2024-05-01T00:00:00Z")["id"]
    for given, code, field in (
        ({"until": "2024-04-30T00:00:00Z"}, "INVALID", ["until"]),
        ({"until": "2999-01-01T00:00:00Z"}, "INVALID", ["until"]),
        ({"id": "lin_" + "0" * 32}, "NOT_FOUND", ["id"]),
        ({"id": child}, "INVALID", ["id"]),
    ):
        [error] = api.run(END, input={"id": edge, **given})["userErrors"]
        assert (error["code"], error["field"]) == (code, field)
    assert api.run(END, input={"id": edge, "until": "2024-05-02T00:00:00Z"})["userErrors"] == []
    [error] = api.run(END, input={"id": edge})["userErrors"]
    assert (error["code"], error["field"]) == ("CONFLICT", ["id"])
    [error] = api.run(EXCEPT, input={"id": edge, "exceptions": []})["userErrors"]
    assert (error["code"], error["field"]) == ("CONFLICT", ["id"])


def test_what_was_outside_arrives(api: Api) -> None:
    child = version(api, "child")
    edge = added(api, child, "hf:bert-base")["id"]
    outside = api.run(ABOVE, root=child)["edges"][0]["upstream"]
    then = last_change(api)
    base = version(api, "base", source="hf:bert-base", parents=[parent("hf:corpus-model")])
    after = api.run(ABOVE, root=child)
    assert names(after) == {"child", "base", "hf:corpus-model"}
    assert (child, base) in {(one["downstream"], one["upstream"]) for one in after["edges"]}
    assert api.run(BELOW, root=base)["edges"] == [{"id": edge}]
    before = api.run(ABOVE, root=child, at={"change": then["id"]})
    assert names(before) == {"child", "hf:bert-base"}
    assert [(one["downstream"], one["upstream"]) for one in before["edges"]] == [(child, outside)]
    later = version(api, "later", source="hf:bert-base", parents=[parent("hf:bert-base")])
    assert names(api.run(ABOVE, root=later)) == {"later", "base", "hf:corpus-model"}
    [error] = add(api, child, "hf:bert-base")["userErrors"]
    assert error["code"] == "ALREADY_EXISTS"


def test_what_arrives_closes_no_circle(api: Api) -> None:
    child = version(api, "child")
    added(api, child, "hf:bert-base")
    base = version(api, "base", source="hf:bert-base", parents=[{**parent(""), "upstream": {"id": child}}])
    assert names(api.run(ABOVE, root=base)) == {"base", "child", "hf:bert-base"}
    own = version(api, "own", source="hf:own", parents=[parent("hf:own")])
    assert names(api.run(ABOVE, root=own)) == {"own", "hf:own"}


def parent(uri: str) -> dict[str, Any]:
    return {"upstream": {"externalUri": uri}, "relation": "REPUBLISHED_FROM"}


def test_writers_make_no_circle_between_them(api: Api) -> None:
    """Edges that are harmless by themselves close a circle together: one of them is refused."""
    writers = 3
    barrier = Barrier(writers)

    def work(lower: str, upper: str) -> list[Any]:
        barrier.wait(timeout=60)
        return list(add(api, lower, upper)["userErrors"])

    with ThreadPoolExecutor(writers) as pool:
        for turn in range(6):
            nodes = [version(api, f"model-{turn}-{one}") for one in range(writers)]
            answers = list(pool.map(work, nodes, [nodes[-1], *nodes[:-1]]))
            [error] = [error for errors in answers for error in errors]
            assert (error["code"], len(error["path"]["edges"])) == ("CYCLE", writers - 1)
