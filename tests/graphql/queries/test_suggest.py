"""Completing what somebody begins to type."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.graphql.conftest import Api, serving
from tests.graphql.indexing import index

SUGGEST = "query($p: String!, $l: Int) { suggest(prefix: $p, limit: $l) { text kind count } }"
DELETE = "mutation($i: DeleteModelInput!) { deleteModel(input: $i) { userErrors { message } } }"


@pytest.fixture(scope="module")
def zoo(
    seeded_file: Path, tmp_path_factory: pytest.TempPathFactory, each_engine: dict[str, Any]
) -> Iterator[Api]:
    with serving(tmp_path_factory.mktemp("suggesting"), seeded_file, **each_engine) as api:
        api.store.dataset("SQuAD v2", versions=[{"label": "1"}])
        uses = [{"dataset": {"name": {"name": "SQuAD v2"}}, "role": "TRAINING"}]
        api.model("BERT-base_german", version={"datasets": uses}, framework="PyTorch", task="ner")
        api.model("bert-tiny", framework="PyTorch", tags=[{"key": "bench", "value": 1}])
        api.model(
            "Modèle naïf", displayName="Größte Bertha", framework="JAX", tags=[{"key": "Straße", "value": 1}]
        )
        api.model("quail", displayName="Questions are answered by a model of the family of birds")
        gone = api.model("bergmann")["model"]
        index(api, by_meaning=False)
        api.run(DELETE, i={"model": {"id": gone}})
        index(api, by_meaning=False)
        yield api


def texts(api: Api, prefix: str, limit: int = 10) -> list[str]:
    return [one["text"] for one in api.run(SUGGEST, p=prefix, l=limit)]


def test_it_works(zoo: Api) -> None:
    assert zoo.run(SUGGEST, p="py") == [{"text": "PyTorch", "kind": "FRAMEWORK", "count": 2}]
    found = zoo.run(SUGGEST, p="s")
    assert {"text": "SQuAD v2", "kind": "DATASET", "count": 1} in found
    assert {"text": "Straße", "kind": "TAG", "count": 1} in found


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("BERT", ["bert-tiny", "Größte Bertha", "BERT-base_german"]),
        ("bert base g", ["BERT-base_german"]),
        ("GERMAN", ["BERT-base_german"]),
        ("modele", ["Modèle naïf"]),
        ("Modè", ["Modèle naïf"]),
        ("naif", ["Modèle naïf"]),
        ("grosste", ["Größte Bertha"]),
        ("STRASSE", ["Straße"]),
        ("named", ["named_entity_recognition"]),
        ("recog", ["named_entity_recognition"]),
        ("v2", ["SQuAD v2"]),
        ("berg", []),
        ("questions", []),
        ("quai", ["quail"]),
        ("ert", []),
        ("zzz", []),
        ("", []),
        (" _-", []),
        ("\x00\x1f", []),
        ("\ud800", []),
        ("😀", []),
    ],
)
def test_the_beginning_of_any_word_is_completed(zoo: Api, prefix: str, expected: list[str]) -> None:
    assert sorted(texts(zoo, prefix)) == sorted(expected)


def test_what_begins_with_it_comes_before_what_has_it_inside(zoo: Api) -> None:
    assert texts(zoo, "bert") == ["bert-tiny", "BERT-base_german", "Größte Bertha"]


def test_no_kind_keeps_the_others_out(zoo: Api) -> None:
    kinds = [one["kind"] for one in zoo.run(SUGGEST, p="b", l=2)]
    assert kinds == ["MODEL", "TAG"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"p": "a", "l": 0}, "limit"), ({"p": "a", "l": 51}, "limit"), ({"p": "a" * 201}, "prefix")],
)
def test_what_is_refused(zoo: Api, asked: dict[str, Any], field: str) -> None:
    assert zoo.error(SUGGEST, **asked)["field"] == field


def test_without_an_index_nothing_is_claimed(api: Api) -> None:
    assert api.run(SUGGEST, p="a") is None
