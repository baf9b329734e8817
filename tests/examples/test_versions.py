"""Which records are versions of one model."""

import pytest

from examples.model_zoo.dates import Release, date_in_name, released
from examples.model_zoo.versions import Line, lines_of
from tests.examples.raw_records import Record, edge, model


def grouped(records: list[Record], lineage: list[Record] | None = None) -> dict[str, list[str]]:
    return {line.name: source_ids(line) for line in lines_of(records, lineage or [])}


def source_ids(line: Line) -> list[str]:
    return [record["source_id"] for record in line.versions]


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("2020-02-27", Release("2020-02-27", whole=True)),
        ("2023-2-7", Release("2023-02-07", whole=True)),
        ("2023-02", Release("2023-02-01", whole=False)),
        ("2021", Release("2021-01-01", whole=False)),
        ("31/01/2020", Release("2020-01-31", whole=True)),
        ("01/31/2020", Release("2020-01-31", whole=True)),
        ("09/09/2020", Release("2020-09-09", whole=True)),
        ("10/05/2020", None),
        ("2020-02-30", None),
        ("{release_date}", None),
        (None, None),
    ],
)
def test_stated_release_dates(text: str | None, release: Release | None) -> None:
    assert released(text) == release


def test_the_date_in_a_name() -> None:
    assert date_in_name("opus-2020-02-26") == "2020-02-26"
    assert date_in_name("reka-core-20240501") == "2024-05-01"
    assert date_in_name("GPT-4o (Aug 2024)") is None
    assert date_in_name("resnet50") is None


def test_equal_names_in_one_source_are_versions() -> None:
    records = [model("bert", source_id=f"zoo/{release}/bert") for release in ("1.10", "1.9")]
    records.append(model("bert", source="other"))
    assert [source_ids(line) for line in lines_of(records, [])] == [
        ["zoo/1.9/bert", "zoo/1.10/bert"],
        ["other/bert"],
    ]


def test_names_that_differ_by_a_date_alone_are_versions() -> None:
    records = [
        model("de-en/opus-2020-02-26"),
        model("de-en/opus-2019-12-04"),
        model("de-en/opus+bt-2020-02-26"),
        model("GPT-4o (Nov 2024)", released="2024-11-20"),
        model("GPT-4o", released="2024-05-13"),
        model("command-r-08-2024"),
        model("command-r"),
    ]
    assert grouped(records) == {
        "de-en/opus": ["zoo/de-en/opus-2019-12-04", "zoo/de-en/opus-2020-02-26"],
        "de-en/opus+bt-2020-02-26": ["zoo/de-en/opus+bt-2020-02-26"],
        "GPT-4o": ["zoo/GPT-4o", "zoo/GPT-4o (Nov 2024)"],
        "command-r": ["zoo/command-r", "zoo/command-r-08-2024"],
    }


def test_four_digits_are_a_date_where_a_release_date_says_so() -> None:
    dated = [model("gpt-4-0314", released="2023-03-14"), model("gpt-4-0613")]
    assert grouped(dated) == {"gpt-4": ["zoo/gpt-4-0613", "zoo/gpt-4-0314"]}


@pytest.mark.parametrize(
    "names",
    [
        ("face-detection-0200", "face-detection-0202"),
        ("ResNet-1001", "ResNet-1202"),
        ("llama-7b", "llama-70b"),
        ("msclap-2022", "msclap-2023"),
        ("t5-small", "t5-large"),
    ],
)
def test_serial_numbers_sizes_and_years_are_models_of_their_own(names: tuple[str, str]) -> None:
    assert grouped([model(name) for name in names]) == {name: [f"zoo/{name}"] for name in names}


def test_a_serial_number_that_happens_to_be_a_date_keeps_its_family_apart() -> None:
    records = [model("net-0314", released="2023-03-14"), model("net-9999")]
    assert set(grouped(records)) == {"net-0314", "net-9999"}


def test_chains_of_previous_version_are_versions_of_one_model() -> None:
    records = [model("second"), model("first"), model("third")]
    chain = [
        edge("zoo/first", "zoo/second", "previous_version"),
        edge("zoo/second", "zoo/third", "previous_version"),
    ]
    assert grouped(records, chain) == {"third": ["zoo/first", "zoo/second", "zoo/third"]}


def test_other_edges_and_other_sources_join_nothing() -> None:
    records = [model("a"), model("b"), model("c", source="other")]
    lineage = [edge("zoo/a", "zoo/b"), edge("zoo/a", "other/c", "previous_version")]
    assert len(lines_of(records, lineage)) == 3


def test_versions_are_ordered_by_release_then_chain_then_name() -> None:
    records = [
        model("m", source_id="zoo/late", released="2024-01-01"),
        model("m", source_id="zoo/b2"),
        model("m", source_id="zoo/a10"),
        model("m", source_id="zoo/a9"),
        model("m", source_id="zoo/early", released="2019"),
    ]
    chain = [edge("zoo/b2", "zoo/a9", "previous_version")]
    assert source_ids(lines_of(records, chain)[0]) == ["zoo/a10", "zoo/b2", "zoo/a9", "zoo/early", "zoo/late"]


def test_a_conversion_of_a_version_tells_least_about_the_model() -> None:
    records = [model("net", source_id="zoo/net"), model("net", source_id="zoo/net#lite")]
    line = lines_of(records, [edge("zoo/net", "zoo/net#lite", "converted_from")])[0]
    assert source_ids(line) == ["zoo/net", "zoo/net#lite"]
    assert [record["source_id"] for record in line.telling] == ["zoo/net", "zoo/net#lite"]


def test_without_a_conversion_the_newest_tells_most() -> None:
    line = lines_of([model("net", source_id="zoo/1"), model("net", source_id="zoo/2")], [])[0]
    assert [record["source_id"] for record in line.telling] == ["zoo/2", "zoo/1"]
