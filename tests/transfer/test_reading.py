"""Files that are not what they should be: one clear reason each, and nothing half-written."""

import gzip
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.transfer.outcome import Kind
from tests.transfer.files import EVERYTHING, HEADER, ZOO, Importer, interchange

WHOLE = interchange(ZOO)


def models(importer: Importer) -> int:
    """Count the models by importing nothing."""
    return sum(change.action == "model.registered" for change in importer.store.changes())


def test_rejects_come_in_the_order_of_the_lines(importer: Importer) -> None:
    absent = [{"type": "model", "name": f"model-{number}", "namespace": "absent"} for number in range(4)]
    broken = [{"type": "model", "nmae": f"model-{number}"} for number in range(4)]
    importer.lines(*(line for pair in zip(absent, broken, strict=True) for line in pair))
    lines = [reject.line for reject in importer.rejects]
    assert lines == sorted(lines)
    assert set(lines) == set(range(2, 10))


@pytest.mark.parametrize(
    ("line", "suggested"),
    [
        ({"type": "modle", "name": "wren"}, ["model"]),
        ({"type": "model", "name": "wren", "verions": []}, ["versions"]),
        (
            {
                "type": "model",
                "name": "wren",
                "versions": [{"number": 1, "metrics": [{"name": "F1", "valu": 1}]}],
            },
            ["value"],
        ),
        ({"type": "model", "name": "wren", "owners": {"name": "Ada"}}, []),
        (
            {"type": "lineage", "downstream": {"modell": "wren"}, "upstream": {"external": "x:y"}},
            ["model"],
        ),
        (
            {
                "type": "lineage",
                "downstream": {"external": "x:a"},
                "upstream": {"external": "x:b"},
                "relation": "FINETUNED",
            },
            ["FINE_TUNED_FROM"],
        ),
    ],
)
def test_the_nearest_words_of_the_format_are_suggested(
    importer: Importer, line: dict[str, Any], suggested: list[str]
) -> None:
    importer.lines(line)
    assert [list(reject.suggestions[:1]) for reject in importer.rejects if reject.suggestions] == (
        [suggested] if suggested else []
    )


def test_a_compressed_file_is_read_alike_whatever_it_is_called(importer: Importer) -> None:
    assert importer.content(gzip.compress(WHOLE), "zoo.dat").new == EVERYTHING
    assert importer.reasons == []


def test_blank_lines_and_a_last_line_without_an_end_are_read(importer: Importer) -> None:
    assert importer.content(WHOLE.replace(b"\n", b"\n\r\n").rstrip()).new == EVERYTHING
    assert importer.reasons == []


@pytest.mark.parametrize(
    ("content", "line", "field", "reason"),
    [
        (b"", 1, "", "the file is empty; the first line is"),
        (interchange(ZOO, header={**HEADER, "version": 2}), 1, "version", "1 is needed"),
        (interchange(ZOO, header={**HEADER, "format": "other"}), 1, "format", "'holotype' is needed"),
        (interchange(ZOO, header=ZOO[0]), 1, "type", "the first line is"),
        (b'{"models": []}\n', 1, "type", "the type of a line is one of header, namespace"),
        (b"\x89PNG\r\n\x1a\n", 1, "", "byte 1 of the line is not UTF-8"),
        (b"\x1f\x8bnonsense", 1, "", "the compressed file is damaged"),
        (gzip.compress(WHOLE, mtime=0)[:15], 1, "", "the compressed file is cut off here"),
    ],
)
def test_a_file_that_is_none_is_not_read(
    importer: Importer, content: bytes, line: int, field: str, reason: str
) -> None:
    before = len(importer.store.changes())
    tally = importer.content(content)
    assert len(importer.rejects) == 1
    assert importer.reasons[0][:2] == (line, field)
    assert importer.reasons[0][2].startswith(reason)
    assert tally.rejected == {Kind.LINE: 1}
    assert len(importer.store.changes()) == before


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"type":"model","name":"caf\xe9"}', "byte 28 of the line is not UTF-8"),
        (b'{"type":"model","name":"wren"', "the line is cut off"),
        (b'{"type":"model","name":"wren"} x', "the line is not JSON: trailing characters at 32"),
        (b"[1, 2]", "a line is one JSON object"),
        (b'{"type":"bird"}', "the type of a line is one of header, namespace"),
        (interchange([]).rstrip(), "the header is the first line alone"),
    ],
)
def test_a_line_that_is_none_leaves_the_others(importer: Importer, line: bytes, reason: str) -> None:
    tally = importer.content(WHOLE + line + b'\n{"type":"model","name":"owl"}\n')
    assert tally.new == {**EVERYTHING, Kind.MODEL: 3}
    [(number, _, found)] = importer.reasons
    assert (number, found[: len(reason)]) == (len(ZOO) + 2, reason)


def test_a_compressed_file_that_is_cut_off_is_read_up_to_there(importer: Importer) -> None:
    many = [{"type": "model", "name": f"model-{number}"} for number in range(5_000)]
    packed = gzip.compress(interchange(many))
    tally = importer.content(packed[: len(packed) // 2])
    [(number, _, reason)] = importer.reasons
    assert reason == "the compressed file is cut off here"
    assert 1_000 < number < 4_000
    assert tally.new[Kind.MODEL] == models(importer) == number - 2
    assert importer.content(packed).new[Kind.MODEL] == 5_000 - (number - 2)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(min_value=0, max_value=len(WHOLE) - 2))
def test_a_file_cut_off_anywhere_is_whole_lines_and_at_most_one_reason(importer: Importer, end: int) -> None:
    importer.content(WHOLE[:end])
    told = {line for line, _, _ in importer.reasons}
    assert told <= {WHOLE[:end].count(b"\n") + 1}
    importer.content(WHOLE)
    assert importer.reasons == []
    assert importer.content(WHOLE).unchanged == EVERYTHING


def test_any_object_for_a_line_is_taken_or_refused(shared_importer: Importer) -> None:
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    )
    fields = st.sampled_from(
        ["name", "versions", "tags", "number", "downstream", "direction", "title", "task"]
    )
    kinds = st.sampled_from([line["type"] for line in ZOO])

    @settings(max_examples=150, deadline=None)
    @given(kinds, st.dictionaries(fields, values, max_size=4))
    def check(kind: str, line: dict[str, Any]) -> None:
        tally = shared_importer.lines({**line, "type": kind})
        assert bool(shared_importer.rejects) == bool(tally.rejected.total())
        assert tally.new.total() + tally.unchanged.total() + tally.rejected.total() >= 1

    check()
