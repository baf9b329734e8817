"""Languages are read carefully."""

from typing import Any

import pytest

from examples.model_zoo.languages import language_code, languages_of
from examples.model_zoo.licenses import license_name
from tests.examples.raw_records import model


def read(name: str = "m", **stated: Any) -> list[str]:
    return languages_of(model(name, **({"domain_norm": ["natural language"]} | stated)))


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("de", "de"),
        ("deu-Latn", "de"),
        ("ger", "de"),
        ("zh_CN", "zh"),
        ("bcl", "bcl"),
        ("jp", "ja"),
        ("EN", "en"),
        ("php-Code", None),
        ("multilingual", None),
        ("zz", None),
        ("", None),
    ],
)
def test_codes(code: str, language: str | None) -> None:
    assert language_code(code) == language


def test_parameters_state_languages() -> None:
    assert read(params={"language": ["en", "de", "False", "c++"]}) == ["en", "de"]
    assert read(params={"source_languages": ["bcl"], "target_languages": ["en"]}) == ["bcl", "en"]
    assert read(params={"Languages": "English (primary), German and French"}) == ["en", "de", "fr"]
    assert read(params={"n_languages": 3, "language": None}) == []


def test_the_language_of_a_page_is_not_that_of_its_model() -> None:
    assert read(source="paddlehub", params={"language": "zh"}) == []


def test_tags_state_languages() -> None:
    assert read(tags=["src:zh-Hans", "tgt:en"]) == ["zh", "en"]
    assert read(tags=["German", "english", "de", "bert", "NLP"]) == ["de", "en"]
    assert read(tags=["cv", "ml", "mt", "ts", "DE", "pos"]) == []


def test_names_state_languages() -> None:
    assert read("Helsinki-NLP/opus-mt-de-en") == ["de", "en"]
    assert read("MeloTTS-English-v3") == ["en"]
    assert read("bert-base-german-cased", tags=["de"]) == ["de"]
    assert read("germanium-it-de") == []
    assert read("latin_ocr_db_crnn") == []


def test_models_that_do_not_deal_with_language_have_none() -> None:
    assert read(tags=["en", "German"], domain_norm=["computer vision"]) == []
    assert read("german_ocr", domain_norm=["computer vision"], task_norm=["ocr"]) == ["de"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("apache-2.0", "Apache-2.0"),
        ("Apache2.0", "Apache-2.0"),
        ("Apache License v2", "Apache-2.0"),
        ("mit", "MIT"),
        ("BSD 3-Clause", "BSD-3-Clause"),
        ("cc-by-nc-4.0", "CC-BY-NC-4.0"),
        ("CC-BY-SA 4.0", "CC-BY-SA-4.0"),
        ("Apache-2.0 (repository)", "Apache-2.0 (repository)"),
        ("https://a.example/LICENSE", "https://a.example/LICENSE"),
        ("Licensed ", "Licensed"),
        ("llama3", "llama3"),
        ("not specified", None),
        ("N/A", None),
        (None, None),
    ],
)
def test_licences(written: str | None, kept: str | None) -> None:
    assert license_name(written) == kept
