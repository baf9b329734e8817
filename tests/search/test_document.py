"""What the index knows of a model."""

import pycountry
import pytest

from app.search.document import (
    TaskWords,
    fact_values,
    facts_text,
    field_texts,
    meaning_texts,
    texts_digest,
    words_text,
)
from app.search.filters import FactField
from app.search.languages import ALSO_CALLED, language_name
from tests.search.samples import document

DETECTION = TaskWords(name="object_detection", description="Find things in a picture.")


def test_facts_are_one_text_that_leaves_out_what_is_not_stated() -> None:
    full = document(
        1,
        "detr",
        display_name="DETR",
        tasks=(DETECTION,),
        domains=("computer vision",),
        architecture="DETR",
        family="detr",
        datasets=("COCO", "LVIS"),
        languages=("de",),
        tags=("edge",),
    )
    assert facts_text(full) == (
        "object detection (computer vision): Find things in a picture. DETR (detr). Architecture: DETR. "
        "Family: detr. Data: COCO, LVIS. Languages: German. Tags: edge."
    )
    assert facts_text(document(1, "detr")) == "detr."


def test_words_are_weighted_by_repetition() -> None:
    text = words_text(document(1, "detr", tasks=(DETECTION,), description="A transformer."))
    counts = {term: text.split().count(term) for term in text.split()}
    assert counts["detr"] == counts["object"] == 3
    assert counts["pictur"] == 2
    assert counts["transform"] == 1


def test_a_language_is_found_by_its_name() -> None:
    assert "german" in words_text(document(1, languages=("de-AT",))).split()


def test_a_language_is_found_by_its_other_names_and_means_one() -> None:
    one = document(1, "m", languages=("zh-Hans", "fas"))
    assert {"chines", "mandarin", "persian", "farsi"} <= set(words_text(one).split())
    assert facts_text(one) == "m. Languages: Chinese, Persian."


def test_every_other_name_is_of_a_language() -> None:
    assert [code for code in ALSO_CALLED if pycountry.languages.get(alpha_3=code) is None] == []


def test_a_size_is_found_in_words() -> None:
    one = document(1, "llama", parameter_counts=(6_738_415_616, 6_738_415_617, 68_976_648_192))
    [field] = [field for field in field_texts(one) if field.field == "parameterCount"]
    assert field.text == "6.74B, 69B"
    assert {"7b", "6.7b", "70b"} <= set(words_text(one).split())


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("de", "German"),
        ("pt-BR", "Portuguese"),
        ("ell", "Modern Greek"),
        ("zh_Hans", "Chinese"),
        ("ger", "German"),
        ("iw", "Hebrew"),
        ("x-y", "x-y"),
    ],
)
def test_language_names(tag: str, name: str) -> None:
    assert language_name(tag) == name


def test_a_model_without_description_means_its_name() -> None:
    assert meaning_texts(document(1, "m", display_name="M two")).description == "M two"
    assert meaning_texts(document(1, "m", description="Sees cats.")).description == "Sees cats."


def test_the_digest_of_the_texts_changes_with_them_alone() -> None:
    plain = document(1, "m", description="Sees cats.")
    assert texts_digest(plain) == texts_digest(document(2, "m", description="Sees cats.", license="MIT"))
    assert texts_digest(plain) != texts_digest(document(1, "m", description="Sees dogs."))


def test_fields_without_text_are_left_out() -> None:
    fields = field_texts(document(1, "m", display_name="m", publisher="Acme"))
    assert [field.field for field in fields] == ["name", "publisher", "namespace"]


@pytest.mark.parametrize("field", FactField)
def test_every_fact_field_has_values(field: FactField) -> None:
    full = document(
        1,
        tasks=(DETECTION,),
        domains=("a",),
        framework="b",
        architecture="c",
        family="d",
        license="e",
        publisher="f",
        languages=("g",),
        datasets=("h",),
    )
    assert len(fact_values(full, field)) == 1
    assert len(fact_values(document(1), field)) == (field in {FactField.NAME, FactField.NAMESPACE})
