"""Models that are like a given one, and what they have in common."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.graphql.conftest import Api, serving
from tests.graphql.indexing import index

SIMILAR = """
query ($by: RegisteredModelBy!, $limit: Int) { registeredModel(by: $by) {
  similar(limit: $limit) { score because model { name } } } }"""
REGISTER = """
mutation ($input: RegisterModelInput!) { registerModel(input: $input) {
  neighbours { score because model { name } } userErrors { code } } }"""


@pytest.fixture(scope="module")
def zoo(
    seeded_file: Path, tmp_path_factory: pytest.TempPathFactory, each_engine: dict[str, Any]
) -> Iterator[Api]:
    with serving(tmp_path_factory.mktemp("zoo"), seeded_file, **each_engine) as api:
        for name in ("de-1", "de-2"):
            api.model(
                name,
                description="small german sentiment classifier",
                languages=["de"],
                family="bert",
                task="sentiment_analysis",
            )
        api.model("speech", description="english speech recognition", task="asr")
        api.model("picture", description="large picture classifier")
        index(api)
        yield api


def test_it_works(zoo: Api) -> None:
    found = zoo.run(SIMILAR, by={"name": {"name": "de-1"}}, limit=2)["similar"]
    assert found[0]["model"] == {"name": "de-2"}
    assert found[0]["because"] == [
        "same task: Sentiment analysis",
        "same family: bert",
        "same language: German",
    ]
    assert 1 >= found[0]["score"] > found[1]["score"]
    assert "de-1" not in {one["model"]["name"] for one in found}


def test_all_others_are_ranked(zoo: Api) -> None:
    found = zoo.run(SIMILAR, by={"name": {"name": "speech"}})["similar"]
    assert {one["model"]["name"] for one in found} == {"de-1", "de-2", "picture"}
    scores = [one["score"] for one in found]
    assert scores == sorted(scores, reverse=True)


def test_limits_are_told(zoo: Api) -> None:
    for limit in (0, -1, 51):
        error = zoo.error(SIMILAR, by={"name": {"name": "speech"}}, limit=limit)
        assert (error["code"], error["message"]) == ("BAD_USER_INPUT", f"limit is 1 to 50, not {limit}")


def test_who_registers_sees_what_is_alike(zoo: Api) -> None:
    facts = {"description": "small german sentiment classifier", "family": "bert"}
    answer = zoo.run(REGISTER, input={"name": "newcomer", "facts": facts})
    assert answer["userErrors"] == []
    assert {one["model"]["name"] for one in answer["neighbours"][:2]} == {"de-1", "de-2"}


def test_without_an_index_nothing_is_claimed(api: Api) -> None:
    api.model("a")
    assert api.run(SIMILAR, by={"name": {"name": "a"}}) == {"similar": None}
    assert api.run(REGISTER, input={"name": "b"}) == {"neighbours": None, "userErrors": []}


def test_a_registration_that_is_sent_again_after_its_model_is_gone_has_no_neighbours(api: Api) -> None:
    given = {"name": "a", "idempotencyKey": "a-key-of-16-chars"}
    api.run(REGISTER, input=given)
    api.run('mutation { deleteModel(input: {model: {name: {name: "a"}}}) { deletedId } }')
    assert api.run(REGISTER, input=given) == {"neighbours": None, "userErrors": []}
