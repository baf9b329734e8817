"""What versions were made with: stored once, found by id, and never changed."""

import hashlib
import json
from typing import Any

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import func, select

from app.registry.tables import CodeRevision, Environment, Signature
from tests.graphql.conftest import Api

MADE_WITH = """
  environment { id digest python packages { name version } hardware os container seeds commandLine }
  codeRevision { id repository commit dirty patchDigest }
  signature { id digest inputs outputs }
"""
VERSION = f"query($id: ID!) {{ modelVersion(by: {{id: $id}}) {{ {MADE_WITH} }} }}"
CREATE = """mutation($m: ID!, $v: VersionInput!, $d: Boolean) {
  createModelVersion(input: {model: {id: $m}, version: $v, draft: $d}) {
    modelVersion { id } userErrors { code field message }
  }
}"""
STATED: dict[str, Any] = {
    "environment": {
        "python": "3.11.9",
        "packages": [{"name": "Torch", "version": "2.7.1+cu126"}, {"name": "a.b_c", "version": "1"}],
        "hardware": "8x A100 80GB",
        "os": "Ubuntu 24.04",
        "container": "ghcr.io/a/b@sha256:00",
        "seeds": {"numpy": 0, "torch": [1, 2.5, None]},
        "commandLine": "python train.py --lr 0.1",
    },
    "codeRevision": {
        "repository": "ssh://git@example.org/a/b.git",
        "commit": "0a1b2c",
        "dirty": True,
        "patchDigest": "sha256:11",
    },
    "signature": {"inputs": [{"name": "x", "shape": [-1, 3]}], "outputs": []},
}


def counts(api: Api) -> list[int]:
    with api.store.reading() as session:
        return [
            session.exec(select(func.count()).select_from(table)).one()
            for table in (Environment, CodeRevision, Signature)
        ]


def refused(api: Api, **version: Any) -> list[tuple[str, str]]:
    """Return the fields and messages of why a version was refused."""
    model = api.model(f"model {json.dumps(version)[:200]}".replace("/", "").replace(":", ""))["model"]
    done = api.run(CREATE, m=model, v=version)
    assert done["modelVersion"] is None
    return [(".".join(error["field"]), error["message"]) for error in done["userErrors"]]


def test_it_works(api: Api) -> None:
    made = api.model("bert", version=STATED)
    found = api.run(VERSION, id=made["version"])
    packages = [{"name": "a-b-c", "version": "1"}, {"name": "torch", "version": "2.7.1+cu126"}]
    environment = {**STATED["environment"], "packages": packages}
    digest = hashlib.sha256(rfc8785.dumps(environment)).hexdigest()
    assert found["environment"] == {**environment, "digest": digest, "id": f"env_{digest[:32]}"}
    assert found["codeRevision"] == {**STATED["codeRevision"], "id": found["codeRevision"]["id"]}
    signed = hashlib.sha256(rfc8785.dumps(STATED["signature"])).hexdigest()
    assert found["signature"] == {**STATED["signature"], "digest": signed, "id": f"sig_{signed[:32]}"}
    for kind, field in (
        ("Environment", "environment"),
        ("CodeRevision", "codeRevision"),
        ("Signature", "signature"),
    ):
        node = api.run("query($id: ID!) { node(id: $id) { __typename id } }", id=found[field]["id"])
        assert node == {"__typename": kind, "id": found[field]["id"]}
    assert api.run(VERSION, id=api.model("bare", version={})["version"]) == dict.fromkeys(STATED)


def test_the_same_is_stored_and_logged_once(api: Api) -> None:
    model = api.model("bert", version=STATED)["model"]
    other = {
        **STATED["environment"],
        "packages": [{"name": "A-B__c", "version": "1"}, {"name": "torch", "version": "2.7.1+cu126"}],
    }
    end = api.store.last_change().sequence
    again = api.version(model, **{**STATED, "environment": other})
    assert counts(api) == [1, 1, 1]
    assert [change.action for change in api.store.changes(end)] == ["version.created"]
    api.version(model, environment={**other, "python": "3.12"})
    assert counts(api) == [2, 1, 1]
    actions = [change.action for change in api.store.changes(end)]
    assert actions == ["version.created", "version.created", "environment.recorded"]
    found = api.run(
        """query($id: ID!) { modelVersion(by: {id: $id}) { history { nodes { action after } } } }""", id=again
    )
    [created] = found["history"]["nodes"]
    ids = [created["after"][name] for name in ("environment", "codeRevision", "signature")]
    assert [one[:4] for one in ids] == ["env_", "cod_", "sig_"]
    assert api.run("query($i: [ID!]!) { nodes(ids: $i) { id } }", i=ids) == [{"id": one} for one in ids]


def test_versions_are_filtered_by_what_they_were_made_with(api: Api) -> None:
    first, second = api.model("a", version=STATED), api.model("b", version=STATED)
    api.model("c", version={**STATED, "codeRevision": {"commit": "other"}})
    found = api.run(VERSION, id=first["version"])
    for field, expected in (("environment", 3), ("codeRevision", 2), ("signature", 3)):
        made_with = {"madeWith": found[field]["id"]}
        query = "query($f: VersionFilter) { modelVersions(filter: $f) { totalCount nodes { id } } }"
        page = api.run(query, f=made_with)
        assert page["totalCount"] == expected
        assert {first["version"], second["version"]} <= {node["id"] for node in page["nodes"]}
        models = "query($f: ModelFilter) { registeredModels(filter: $f) { totalCount } }"
        assert api.run(models, f={"anyVersion": made_with})["totalCount"] == expected
        assert api.run(models, f={"anyVersion": {"not": made_with}})["totalCount"] == 3 - expected
    error = api.error(query, f={"madeWith": first["model"]})
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "filter.madeWith")


def test_a_version_of_the_past_has_it_too(api: Api) -> None:
    version = api.model("bert", version=STATED)["version"]
    made = api.store.last_change()
    api.run(
        """mutation($id: ID!) { transitionStage(input: {version: {id: $id}, to: "STAGING"}) {
          userErrors { code }
        } }""",
        id=version,
    )
    past = f"""query($id: ID!, $at: AsOf) {{
      modelVersion(by: {{id: $id}}, asOf: $at) {{ stage {{ name }} {MADE_WITH} }}
    }}"""
    found = api.run(past, id=version, at={"change": made.id})
    assert found == {"stage": {"name": "DEVELOPMENT"}, **api.run(VERSION, id=version)}


@pytest.mark.parametrize("draft", [False, True])
def test_what_a_version_was_made_with_never_changes(api: Api, draft: bool) -> None:  # noqa: FBT001 - a case
    model = api.model("bert")["model"]
    version = api.run(CREATE, m=model, v=STATED, d=draft)["modelVersion"]["id"]
    before = api.run(VERSION, id=version)
    answer = api.answer(
        """mutation($id: ID!, $patch: VersionPatch!) {
          updateModelVersion(input: {version: {id: $id}, patch: $patch}) { change { id } }
        }""",
        id=version,
        patch={"environment": {"python": "2.7"}},
    )
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    if draft:
        api.run(
            """mutation($id: ID!) { finalizeModelVersion(input: {version: {id: $id}}) {
              userErrors { code }
            } }""",
            id=version,
        )
    assert api.run(VERSION, id=version) == before


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"environment": {}}, "environment", "nothing is stated"),
        ({"environment": {"packages": []}}, "environment", "nothing is stated"),
        ({"codeRevision": {"dirty": False}}, "codeRevision", "nothing is stated"),
        ({"signature": {}}, "signature", "nothing is stated"),
        ({"environment": {"python": ""}}, "environment.python", "at least 1 character"),
        ({"environment": {"commandLine": "a" * 100_001}}, "environment.commandLine", "100,000"),
        (
            {"environment": {"packages": [{"name": "a-b", "version": "1"}, {"name": "A_b", "version": "2"}]}},
            "environment.packages",
            "'a-b' is given twice",
        ),
        (
            {"environment": {"packages": [{"name": "a", "version": "1"}, {"name": "b", "version": ""}]}},
            "environment.packages.1.version",
            "at least 1 character",
        ),
        (
            {"environment": {"packages": [{"name": str(n), "version": "1"} for n in range(5_001)]}},
            "environment.packages",
            "5,000",
        ),
        ({"codeRevision": {"repository": "git@example.org:a/b.git"}}, "codeRevision.repository", "scheme"),
        ({"codeRevision": {"repository": "https://a b"}}, "codeRevision.repository", "blanks"),
        ({"codeRevision": {"repository": "JavaScript:alert(1)"}}, "codeRevision.repository", "run"),
    ],
    ids=lambda given: str(given)[:40],
)
def test_what_breaks_a_rule_is_refused(
    shared_api: Api, given: dict[str, Any], field: str, words: str
) -> None:
    [(path, message)] = refused(shared_api, **given)
    assert path == f"version.{field}"
    assert words in message
    assert counts(shared_api)[0] <= 1


JSON = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e9, 1e9) | st.text("aé😀", max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seeds=st.lists(JSON, min_size=2, max_size=4))
def test_equal_content_has_one_digest_and_other_content_another(shared_api: Api, seeds: list[Any]) -> None:
    model = shared_api.model(f"seeds {len(shared_api.store.changes())}")["model"]
    by_digest: dict[str, bytes] = {}
    for one in seeds:
        version = shared_api.version(model, environment={"seeds": one})
        kept = shared_api.run(VERSION, id=version)["environment"]
        assert rfc8785.dumps(kept["seeds"]) == rfc8785.dumps(one)
        assert by_digest.setdefault(kept["digest"], rfc8785.dumps(one)) == rfc8785.dumps(one)
    assert len(by_digest) == len({rfc8785.dumps(one) for one in seeds})
