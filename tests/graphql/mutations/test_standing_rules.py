"""What holds of models, versions and datasets whatever is done to them."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.graphql.conftest import Api
from tests.graphql.mutations.test_provenance import MADE_WITH, STATED

PAYLOAD = "change { id } userErrors { code field }"
MADE = f"""
  number state semver createdAt source runId framework parameterCount sizeBytes
  params {{ nodes {{ name value }} }} {MADE_WITH}
  datasets {{ nodes {{ role context datasetVersion {{ id }} }} }}
"""
STANDING = f"""query($model: ID!, $version: ID!) {{
  registeredModel(by: {{id: $model}}) {{ revision updatedAt }}
  modelVersion(by: {{id: $version}}) {{ revision updatedAt }}
  made: modelVersion(by: {{id: $version}}) {{ {MADE} }}
}}"""
WHOLE: dict[str, Any] = {
    **STATED,
    "source": "s3://models/a",
    "runId": "run",
    "framework": "JAX",
    "parameterCount": 7,
    "sizeBytes": 8,
    "params": [{"name": "lr", "value": 0.1}, {"name": "layers", "value": [1, 2]}],
    "datasets": [{"dataset": {"name": {"name": "data"}}, "role": "TRAINING", "context": "all of it"}],
}

# What each mutation moves: the model's revision and time, the version's revision and time.
MOVES: dict[str, tuple[str, tuple[bool, bool, bool, bool]]] = {
    "update the model": (
        """updateModel(input: {model: {id: $model}, patch: {description: $text}})""",
        (True, True, False, False),
    ),
    "rename the model": (
        """renameModel(input: {model: {id: $model}, name: $text})""",
        (True, True, False, False),
    ),
    "retire the model": (
        """retireModel(input: {model: {id: $model}, reason: $text})""",
        (True, True, False, False),
    ),
    "tag the model": (
        """setTags(input: {subject: $model, tags: [{key: "k", value: $value}]})""",
        (False, True, False, False),
    ),
    "untag the model": ("""removeTags(input: {subject: $model, keys: ["k"]})""", (False, True, False, False)),
    "make a version": (
        """createModelVersion(input: {model: {id: $model}, version: {}})""",
        (False, True, False, False),
    ),
    "describe the version": (
        """updateModelVersion(input: {version: {id: $version}, patch: {description: $text}})""",
        (False, False, True, True),
    ),
    "tag the version": (
        """setTags(input: {subject: $version, tags: [{key: "k", value: $value}]})""",
        (False, False, False, True),
    ),
    "untag the version": (
        """removeTags(input: {subject: $version, keys: ["k"]})""",
        (False, False, False, True),
    ),
    "measure the version": (
        """logMetrics(input: {version: {id: $version}, metrics: [{name: $text, value: 1}]})""",
        (False, False, False, True),
    ),
    "name the version": (
        """setAlias(input: {version: {id: $version}, alias: $text})""",
        (False, True, False, False),
    ),
    "take the name away": (
        """removeAlias(input: {model: {id: $model}, alias: "champion"})""",
        (False, True, False, False),
    ),
    "stage the version": (
        """transitionStage(input: {version: {id: $version}, to: "STAGING"})""",
        (False, True, True, True),
    ),
    "unstage the version": (
        """transitionStage(input: {version: {id: $version}, to: "DEVELOPMENT"})""",
        (False, True, True, True),
    ),
    "finish the version": (
        """finalizeModelVersion(input: {version: {id: $version}})""",
        (False, False, True, True),
    ),
    "fail the version": (
        """finalizeModelVersion(input: {version: {id: $version}, outcome: FAILED})""",
        (False, False, True, True),
    ),
}


def ready(api: Api, name: str) -> dict[str, str]:
    if not api.run("{ datasets { totalCount } }")["totalCount"]:
        api.store.dataset("data", versions=[{"label": "1"}])
    return api.model(name, version=WHOLE)


def do(api: Api, move: str, text: str, ids: dict[str, str]) -> Any:
    """Make a move; a text stands for a new one of whatever it is used for."""
    declared = {"model": "ID!", "version": "ID!", "text": "String!", "value": "JSON!"}
    given = {**ids, "text": text, "value": text}
    used = [name for name in declared if f"${name}" in MOVES[move][0]]
    variables = ", ".join(f"${name}: {declared[name]}" for name in used)
    head = f"mutation({variables})" if variables else "mutation"
    return api.run(f"{head} {{ {MOVES[move][0]} {{ {PAYLOAD} }} }}", **{name: given[name] for name in used})


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(moves=sorted(MOVES))
@given(moves=st.lists(st.sampled_from(sorted(MOVES)), min_size=1, max_size=8))
def test_what_is_ready_stays_and_revisions_count_own_fields(shared_api: Api, moves: list[str]) -> None:
    ids = ready(shared_api, f"model {shared_api.store.last_change().sequence}")
    before = shared_api.run(STANDING, **ids)
    for move in moves:
        done = do(shared_api, move, f"t{shared_api.store.last_change().sequence}", ids)
        after = shared_api.run(STANDING, **ids)
        moved = [
            after[thing][field] != before[thing][field]
            for thing in ("registeredModel", "modelVersion")
            for field in ("revision", "updatedAt")
        ]
        assert moved == [done["change"] is not None and one for one in MOVES[move][1]], (move, done)
        for thing in ("registeredModel", "modelVersion"):
            assert after[thing]["revision"] - before[thing]["revision"] in {0, 1}
        assert after["made"] == before["made"]
        before = after


@pytest.mark.parametrize("remove", [True, False])
def test_tags_belong_to_what_is_there(api: Api, remove: bool) -> None:  # noqa: FBT001 - a case
    made = api.model("bert", version={}, tags=[{"key": "k", "value": 1}])
    api.run(
        f"""mutation($m: ID!) {{ deleteModel(input: {{model: {{id: $m}}}}) {{ {PAYLOAD} }} }}""",
        m=made["model"],
    )
    what = (
        'removeTags(input: {subject: $s, keys: ["k"]})'
        if remove
        else ('setTags(input: {subject: $s, tags: [{key: "k", value: 2}]})')
    )
    for subject in (made["model"], made["version"], "dst_" + "0" * 32):
        done = api.run(f"mutation($s: ID!) {{ {what} {{ {PAYLOAD} }} }}", s=subject)
        assert done == {"change": None, "userErrors": [{"code": "NOT_FOUND", "field": ["subject"]}]}
