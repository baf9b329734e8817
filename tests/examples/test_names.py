"""Names: safe, apart, comparable."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.model_zoo.names import (
    LONGEST_NAME,
    NameBook,
    differing_part,
    entity_name,
    free_key,
    natural,
    slug,
)
from examples.model_zoo.tags import bare_tags, web_address


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("bert-base", "bert-base"),
        ("google/bert:v1", "google.bert.v1"),
        ("Jais-30b (phase 1)\t\t\t ", "Jais-30b (phase 1)"),
        ("Cosmos-1.0-\nDiffusion", "Cosmos-1.0- Diffusion"),
        (".", "_"),
        ("//", "__"),
        ("", "_"),
        ("e\u0301te", "\u00e9te"),
        ("x" * 300, "x" * LONGEST_NAME),
    ],
)
def test_a_name_becomes_one_the_registry_accepts(written: str, safe: str) -> None:
    assert entity_name(written) == safe


texts = st.text("ab./: \t\n\0\x85\u0301\u2028\u200b\ud800\u4e2d", max_size=300)


@given(texts)
def test_every_text_gives_a_name_the_registry_accepts(text: str) -> None:
    name = entity_name(text)
    assert 1 <= len(name) <= LONGEST_NAME
    assert not set(name) & {"/", ":"}
    assert not any(unicodedata.category(character) == "Cc" for character in name)
    assert name not in {".", ".."}
    assert name == name.strip() == entity_name(name)


def test_a_taken_name_gets_the_differing_part_of_its_source_id() -> None:
    names = NameBook()
    assert names.claim("arm", "net/int8", "arm/anomaly/net/int8") == "net.int8"
    assert names.claim("arm", "net:int8", "arm/keywords/net/int8") == "net.int8.keywords"
    assert names.claim("arm", "net.int8", "arm/keywords/net/int8") == "net.int8.keywords.2"
    assert names.claim("other", "net.int8", "other/net/int8") == "net.int8"


@given(st.lists(st.tuples(st.sampled_from(["a/b", "a:b", "a.b", "x" * 300]), texts), max_size=12))
def test_no_two_names_of_a_namespace_are_equal(wanted: list[tuple[str, str]]) -> None:
    names = NameBook()
    given_names = [names.claim("zoo", name, source_id) for name, source_id in wanted]
    assert len(set(given_names)) == len(given_names)
    assert all(1 <= len(name) <= LONGEST_NAME for name in given_names)


def test_the_differing_part_is_between_what_two_identifiers_share() -> None:
    assert differing_part("zoo/1.9/bert", "zoo/1.10/bert") == "1.9"
    assert differing_part("zoo/bert#2", "zoo/bert") == "bert#2"


def test_numbers_in_names_are_ordered_as_numbers() -> None:
    assert sorted(["v1.10/x", "v1.9/x", "v1.9/a"], key=natural) == ["v1.9/a", "v1.9/x", "v1.10/x"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("CNN/ DailyMail", "cnn_dailymail", True),
        ("SST-2", "sst 2", True),
        ("CIFAR-10", "CIFAR10", False),
        ("icdar2015\u6570\u636e\u96c6", "icdar2015", False),
        ("\uff23\uff2f\uff23\uff2f", "coco", True),
    ],
)
def test_spellings_of_a_dataset(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a column of the table
    assert (slug(one) == slug(other)) is same


def test_a_key_that_is_taken_gets_a_number() -> None:
    assert free_key({"std": 1, "std 2": 2}, "std") == "std 3"
    assert len(free_key({}, "k" * 400)) == LONGEST_NAME


def test_bare_tags_are_true_and_do_not_replace_known_ones() -> None:
    long = "t" * 300
    assert bare_tags(["english", " two\nwords ", "paper", "", long], {"paper": "A title"}) == {
        "paper": "A title",
        "english": True,
        "two words": True,
        long[:LONGEST_NAME]: long,
    }


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://a.example/x?y=1", "https://a.example/x?y=1"),
        ("https://a.example/x\nhttps://b.example", "https://a.example/x"),
        ("arxiv.org/abs/2501.14818", "https://arxiv.org/abs/2501.14818"),
        ("Proprietary Code", None),
        (None, None),
    ],
)
def test_addresses(text: str | None, address: str | None) -> None:
    assert web_address(text) == address
