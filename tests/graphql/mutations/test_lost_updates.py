"""An expected revision refuses what someone else has changed meanwhile, in every mutation that takes one."""

from typing import Any

import pytest

from tests.graphql.conftest import Api

pytestmark = pytest.mark.both_databases

MUTATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "updateModel": ("model", {"patch": {"license": "MIT"}}),
    "renameModel": ("model", {"name": "other"}),
    "deleteModel": ("model", {}),
    "updateModelVersion": ("version", {"patch": {"description": "new"}}),
    "deleteModelVersion": ("version", {}),
    "transitionStage": ("version", {"to": "STAGING"}),
}


def mutate(api: Api, name: str, subject: str, **further: Any) -> Any:
    kind, given = MUTATIONS[name]
    query = f"""mutation($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{
      change {{ action }} userErrors {{ code field ... on Conflict {{ currentRevision }} }}
    }} }}"""
    return api.run(query, input={kind: {"id": subject}, **given, **further})


@pytest.mark.parametrize("name", MUTATIONS)
def test_it_works(api: Api, name: str) -> None:
    subject = api.model("bert", version={})[MUTATIONS[name][0]]
    for wrong in (0, 2, 2**31 - 1):
        assert mutate(api, name, subject, expectedRevision=wrong) == {
            "change": None,
            "userErrors": [{"code": "STALE_REVISION", "field": ["expectedRevision"], "currentRevision": 1}],
        }
    done = mutate(api, name, subject, expectedRevision=1)
    assert (done["userErrors"], done["change"] is None) == ([], False)


@pytest.mark.parametrize("name", MUTATIONS)
@pytest.mark.parametrize("further", [{}, {"expectedRevision": None}])
def test_without_one_the_last_writer_wins(api: Api, name: str, further: dict[str, Any]) -> None:
    subject = api.model("bert", version={})[MUTATIONS[name][0]]
    assert mutate(api, name, subject, **further)["userErrors"] == []
