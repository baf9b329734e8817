"""What a careless or hostile client sends: refused with the field at fault, and nothing half-written."""

import json
import logging
from typing import Any

import pytest

from tests.graphql.conftest import Api

pytestmark = pytest.mark.both_databases

REGISTER = """mutation($input: RegisterModelInput!) { registerModel(input: $input) {
  registeredModel { id } modelVersion { id } change { id } userErrors { code field message }
} }"""
UNSEEN = ["a\u200bb", "a\u200d", "\u202eevil", "a\u2066b", "a\u2028b", "\ufeffa", "a\u00adb"]
"""Zero width, a joiner, marks of direction, a separator of lines, a byte order mark, a soft hyphen."""
HALVES = ["\x00", "a\x00b", "\ud800", "a\udfff"]


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.fixture(autouse=True)
def quiet(shared_api: Api, caplog: pytest.LogCaptureFixture) -> Any:
    """See to it that a refusal leaves nothing behind: no row, no change, no trace in the log."""
    yield
    found = shared_api.run("{ registeredModels { totalCount } modelVersions { totalCount } }")
    assert found == {"registeredModels": {"totalCount": 0}, "modelVersions": {"totalCount": 0}}
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def refused(api: Api, **given: Any) -> list[tuple[str, str]]:
    """Return the codes and fields of why a registration was refused."""
    done = api.run(REGISTER, input={"name": "model", **given})
    assert (done["registeredModel"], done["modelVersion"], done["change"]) == (None, None, None)
    assert all(error["message"] for error in done["userErrors"])
    return [(error["code"], ".".join(error["field"])) for error in done["userErrors"]]


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a/b",
        "a:b",
        ".",
        "..",
        " a",
        "a ",
        "a\nb",
        "a\tb",
        "a\x7fb",
        "a\x85b",
        "a" * 257,
        *HALVES,
        *UNSEEN,
    ],
    ids=lambda name: ascii(name[:12]),
)
def test_what_is_no_name_is_refused(shared_api: Api, name: str) -> None:
    assert refused(shared_api, name=name) == [("INVALID", "name")]
    assert refused(shared_api, namespace=name)[0][1] == "namespace"
    done = shared_api.run(
        """mutation($n: String!) { createNamespace(input: {name: $n}) {
          namespace { id } userErrors { code field }
        } }""",
        n=name,
    )
    assert done == {"namespace": None, "userErrors": [{"code": "INVALID", "field": ["name"]}]}


@pytest.mark.parametrize("name", [*HALVES, "a" * 300, "a/b", ""], ids=lambda name: ascii(name[:12]))
def test_names_that_cannot_be_are_not_found(shared_api: Api, name: str) -> None:
    for by in ({"name": name}, {"namespace": name, "name": "x"}):
        query = "query($by: RegisteredModelBy!) { registeredModel(by: $by) { id } }"
        error = shared_api.error(query, by={"name": by})
        assert error["code"] in {"NOT_FOUND", "BAD_USER_INPUT"}
        assert error["field"].startswith("by.name")
    for way, named in (("alias", "alias"), ("stage", "stage")):
        query = "query($by: ModelVersionBy!) { modelVersion(by: $by) { id } }"
        error = shared_api.error(query, by={way: {"model": {"name": "x"}, named: name}})
        assert error["field"].startswith(f"by.{way}")
    assert shared_api.error("query($n: String!) { namespace(name: $n) { id } }", n=name)["field"] == "name"
    shared_api.run("query($t: String) { tasks(text: $t) { totalCount } }", t=name)


@pytest.mark.parametrize("text", HALVES, ids=ascii)
def test_texts_that_no_store_keeps_are_refused(shared_api: Api, text: str) -> None:
    upstream = {"upstream": {"externalUri": text}, "relation": "DERIVED_FROM"}
    use = {"dataset": {"name": {"name": text}}, "role": "TRAINING"}
    metric = {
        "name": text,
        "value": 1,
        "conditions": [{"name": "a", "value": text}, {"name": text, "value": "a"}],
    }
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"facts": {"description": text}}, ["facts.description"]),
        ({"facts": {"domains": ["a", text]}}, ["facts.domains.1"]),
        ({"facts": {"task": text, "paperUrl": text}}, ["facts.task", "facts.paperUrl"]),
        ({"tags": [{"key": "a", "value": 1}, {"key": text, "value": 1}]}, ["tags.1"]),
        ({"version": {"source": text, "runId": text}}, ["version.source", "version.runId"]),
        ({"version": {"parents": [upstream]}}, ["version.parents.0.upstream.externalUri"]),
        ({"version": {"datasets": [use]}}, ["version.datasets.0.dataset.name.name"]),
        (
            {"version": {"metrics": [metric]}},
            [
                "version.metrics.0.name",
                "version.metrics.0.conditions.0",
                "version.metrics.0.conditions.1",
            ],
        ),
        ({"version": {"params": [{"name": text, "value": 1}]}}, ["version.params.0"]),
    ]
    for given, fields in cases:
        found = refused(shared_api, **given)
        assert {code for code, _ in found} == {"INVALID"}
        # A key that is no text cannot be told by its place: then its list is named.
        assert {field for _, field in found} <= {*fields, *(field.rpartition(".")[0] for field in fields)}
        assert len(found) == len(fields)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"namespace": "defalt"}, ("NOT_FOUND", "namespace")),
        ({"facts": {"description": "a" * 100_001}}, ("LIMIT_EXCEEDED", "facts.description")),
        ({"facts": {"languages": ["de"] * 1_001}}, ("LIMIT_EXCEEDED", "facts.languages")),
        ({"facts": {"domains": [""]}}, ("INVALID", "facts.domains.0")),
        ({"facts": {"paperUrl": "arxiv.org/abs/1"}}, ("INVALID", "facts.paperUrl")),
        ({"facts": {"codeUrl": "https://a b"}}, ("INVALID", "facts.codeUrl")),
        ({"facts": {"pageUrl": "javascript:alert(1)"}}, ("INVALID", "facts.pageUrl")),
        ({"tags": [{"key": "a", "value": 1}, {"key": "a", "value": 2}]}, ("INVALID", "tags.1.key")),
        ({"tags": [{"key": "", "value": 1}]}, ("INVALID", "tags.0")),
        ({"idempotencyKey": ""}, ("INVALID", "idempotencyKey")),
        ({"idempotencyKey": "\ud800" * 16}, ("INVALID", "idempotencyKey")),
        (
            {"tags": [{"key": str(number), "value": 1} for number in range(1_001)]},
            ("LIMIT_EXCEEDED", "tags"),
        ),
        ({"version": {"sizeBytes": -1}}, ("INVALID", "version.sizeBytes")),
        ({"version": {"semver": "1.0"}}, ("INVALID", "version.semver")),
        ({"version": {"metrics": [{"name": "loss"}]}}, ("INVALID", "version.metrics.0")),
        (
            {"version": {"params": [{"name": "a", "value": 1}, {"name": "a", "value": 1}]}},
            ("INVALID", "version.params.1.name"),
        ),
    ],
    ids=lambda given: ascii(given)[:40],
)
def test_what_breaks_a_rule_is_refused(
    shared_api: Api, given: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert refused(shared_api, **given) == [expected]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"tags": [{"key": "a", "value": None}]}, ".tags[0].value"),
        ({"tags": [{"key": "a", "value": nested(17)}]}, ".tags[0].value"),
        ({"tags": [{"key": "a", "value": "x" * 100_000}]}, ".tags[0].value"),
        ({"tags": [{"key": "a", "value": [10] * 40_000}]}, ".tags[0].value"),
        ({"tags": [{"key": "a", "value": nested(100)}]}, ".tags[0].value"),
        ({"tags": [{"key": "a", "value": 2**53}]}, ".tags[0].value"),
        ({"tags": [{"key": "a", "value": [{"b": 2**63}]}]}, ".tags[0].value: at [0].b: "),
        ({"version": {"params": [{"name": "a", "value": {"x": [1, 2**53]}}]}}, "value: at .x[1]: "),
        ({"version": {"environment": {"seeds": {"torch": 2**64}}}}, ".seeds: at .torch: "),
        ({"tags": [{"key": "a", "value": float("nan")}]}, ".tags[0].value"),
        ({"tags": [{"key": "a", "value": [float("inf")]}]}, ".tags[0].value"),
        ({"tags": [{"key": "a", "value": {"\ud800": "\x00"}}]}, ".tags[0].value"),
        ({"version": {"params": [{"name": "a", "value": -(2**53)}]}}, ".version.params[0].value"),
        ({"version": {"sizeBytes": 2**63}}, ".version.sizeBytes"),
        ({"version": {"sizeBytes": 1.5}}, ".version.sizeBytes"),
        ({"version": {"sizeBytes": True}}, ".version.sizeBytes"),
        ({"version": {"sizeBytes": "7"}}, ".version.sizeBytes"),
        ({"version": {"releasedAt": "2020"}}, ".version.releasedAt"),
        ({"version": {"releasedAt": "2020-01-01T00:00:00"}}, ".version.releasedAt"),
        ({"version": {"releasedAt": "20200101T000000Z"}}, ".version.releasedAt"),
        ({"version": {"releasedAt": "2020-02-30T00:00:00Z"}}, ".version.releasedAt"),
        ({"version": {"releasedAt": "0001-01-01T00:00:00+14:00"}}, ".version.releasedAt"),
        ({"version": {"releasedAt": 1_577_836_800}}, ".version.releasedAt"),
        ({"version": {"metrics": [{"name": "a", "value": float("nan")}]}}, ".version.metrics[0].value"),
        ({"version": {"metrics": [{"name": "a", "value": float("-inf")}]}}, ".version.metrics[0].value"),
        ({"version": {"metrics": [{"name": "a", "value": 10**400}]}}, ".version.metrics[0].value"),
        ({"version": {"metrics": [{"name": "a", "value": "1"}]}}, ".version.metrics[0].value"),
        ({"version": {"metrics": [{"name": "a", "value": 1, "step": 2**60}]}}, ".version.metrics[0].step"),
        ({"version": {"metrics": [{"name": "a", "source": "TEST"}]}}, ".version.metrics[0].source"),
        ({"facts": {"paperUrl": 5}}, ".facts.paperUrl"),
        ({"name": None}, ".name"),
        ({"dryRun": True}, "dryRun"),
    ],
    ids=lambda given: ascii(given)[:50],
)
def test_a_value_of_another_kind_is_refused_where_it_stands(
    shared_api: Api, given: dict[str, Any], field: str
) -> None:
    answer = shared_api.answer(REGISTER, input={"name": "model", **given})
    assert "data" not in answer
    [error] = answer["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert field in error["message"]
    assert "\n" not in error["message"]
    assert "isoformat" not in error["message"]


@pytest.mark.parametrize("value", ["[" * 18 + "]" * 18, "9007199254740992", "1e999", "[" + "9" * 5_000 + "]"])
def test_a_value_that_cannot_be_is_refused_in_the_query_too(shared_api: Api, value: str) -> None:
    given = f'{{name: "m", tags: [{{key: "a", value: {value}}}]}}'
    query = f"mutation {{ registerModel(input: {given}) {{ change {{ id }} }} }}"
    answer = shared_api.answer(query)
    assert "data" not in answer
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(
    "by",
    [{}, {"id": None}, {"id": "x", "name": {"name": "y"}}, {"name": None}],
    ids=json.dumps,
)
def test_a_thing_is_named_one_way(shared_api: Api, by: dict[str, Any]) -> None:
    answer = shared_api.answer("query($by: RegisteredModelBy!) { registeredModel(by: $by) { id } }", by=by)
    assert "data" not in answer
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("bert", "INVALID"),
        ("nsp_" + "0" * 32, "INVALID"),
        ("mdl_" + "0" * 32, "NOT_FOUND"),
        ("\ud800", "INVALID"),
    ],
)
def test_only_what_has_tags_is_tagged(shared_api: Api, subject: str, code: str) -> None:
    done = shared_api.run(
        """mutation($s: ID!) { setTags(input: {subject: $s, tags: [{key: "a", value: 1}]}) {
          subject { id } change { id } userErrors { code field }
        } }""",
        s=subject,
    )
    assert done["userErrors"] == [{"code": code, "field": ["subject"]}]
    assert (done["subject"], done["change"]) == (None, None)
