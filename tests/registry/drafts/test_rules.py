"""Single values: what a name, an alias, a semantic version, a JSON value and a moment may be."""

import json
import math
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import LimitExceeded, Refusals
from app.registry.drafts import MetricDraft, ModelDraft, TagsDraft, VersionDraft, draft
from app.registry.drafts.rules import check_alias, check_json, check_name, check_semver, numbered

pytestmark = pytest.mark.both_databases

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), inner)
    ),
    max_leaves=10,
)


def refused(kind: type[Any], **values: Any) -> set[str]:
    """Return the paths of the fields at fault."""
    with pytest.raises(Refusals) as caught:
        draft(kind, values)
    return {".".join(error.field) for error in caught.value.errors}


def is_name(text: str) -> bool:
    """Say the rule of names once more, in other words than the code."""
    kept = unicodedata.normalize("NFC", text)
    return (
        1 <= len(kept) <= 256
        and not any(char in "/:" or ord(char) < 32 or 127 <= ord(char) < 160 for char in kept)
        and not any(unicodedata.category(char) in {"Cf", "Zl", "Zp"} for char in kept)
        and not any("\ud800" <= char <= "\udfff" for char in kept)
        and kept not in {".", ".."}
        and kept == kept.strip()
    )


@given(st.text(max_size=8) | st.text(st.sampled_from("a./: \t\n\x7f\x85é\u0301\ud800"), max_size=4))
def test_names_are_kept_composed_or_refused(text: str) -> None:
    if is_name(text):
        name = check_name(text)
        assert name == unicodedata.normalize("NFC", text)
        assert check_name(name) == name
    else:
        assert refused(ModelDraft, name=text) == {"name"}


UNSEEN = [
    "\u200b",
    "\u200d",
    "\u200e",
    "\u202e",
    "\u2066",
    "\u2028",
    "\u2029",
    "\ufeff",
    "\u00ad",
    "\U000e0041",
]
"""Zero width, joiner, marks of direction, separators, byte order mark, soft hyphen, a tag character."""


@pytest.mark.parametrize(
    "name",
    [
        *(".", "..", "", "a/b", "a:b", "a\nb", "a\x00", "a" * 257, " a", "a "),
        *(f"a{char}b" for char in UNSEEN),
    ],
    ids=ascii,
)
def test_what_is_no_name(name: str) -> None:
    assert refused(ModelDraft, name=name) == {"name"}
    assert refused(ModelDraft, name="fine", namespace=name) == {"namespace"}


@pytest.mark.parametrize("name", ["...", "a" * 256, "模型", "a b", "🤗", "é" * 256, "-", "_"])
def test_what_is_a_name(name: str) -> None:
    assert check_name(name) == name


def test_the_length_of_a_name_is_that_of_its_composed_form() -> None:
    assert check_name("e\u0301" * 256) == "é" * 256


@given(st.from_regex(r"[A-Za-z0-9_-]{1,255}", fullmatch=True))
def test_aliases_keep_their_case(alias: str) -> None:
    if alias.lower() == "latest" or (alias[:1] in {"v", "V"} and alias[1:].isdigit()):
        with pytest.raises(ValueError, match="reserved"):
            check_alias(alias)
    else:
        assert check_alias(alias) == alias


@pytest.mark.parametrize(
    "alias", ["", "a b", "é", "a" * 256, "a/b", "champion\n", "latest", "LATEST", "v1", "V12"]
)
def test_what_is_no_alias(alias: str) -> None:
    with pytest.raises(ValueError, match=r"alias|reserved"):
        check_alias(alias)


def test_a_numbered_alias_says_its_number() -> None:
    assert [numbered(alias) for alias in ("v1", "v20", "v", "V1", "champion", "v1a", "v٣")] == [
        *(1, 20),
        *[None] * 5,
    ]


NUMERIC = st.integers(0, 10**12).map(str)
IDENTIFIER = st.from_regex(r"[0-9A-Za-z-]+", fullmatch=True).filter(
    lambda text: not (text.isdigit() and text[0] == "0" and text != "0")
)
BUILD = st.from_regex(r"[0-9A-Za-z-]{1,9}", fullmatch=True)


@given(
    st.tuples(NUMERIC, NUMERIC, NUMERIC).map(".".join),
    st.lists(IDENTIFIER, max_size=3).map(".".join),
    st.lists(BUILD, max_size=3).map(".".join),
)
def test_semantic_versions_are_kept_as_written(core: str, prerelease: str, build: str) -> None:
    text = core + (f"-{prerelease}" if prerelease else "") + (f"+{build}" if build else "")
    if len(text) <= 256:
        assert check_semver(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "1.2", "v1.2.3", "1.2.3.4", "01.2.3", "1.02.3", "1.2.3-", "1.2.3+", "1.2.3-a..b"),
        *("1.2.3-01", "1.2.3-rc.007", "1.2.3 ", "1.2.٣", "1.1٣.0", "1.2.3\n", f"1.2.{'3' * 256}"),
    ],
)
def test_what_is_no_semantic_version(text: str) -> None:
    assert refused(VersionDraft, semver=text) == {"semver"}


@given(JSON)
def test_json_values_are_kept_exactly(value: Any) -> None:
    assert check_json(value) is value
    if value is not None:
        assert json.dumps(draft(TagsDraft, {"tags": {"k": value}}).tags["k"]) == json.dumps(value)


NESTED: Any = 1
for _ in range(2_000):
    NESTED = [NESTED]


@pytest.mark.parametrize(
    "value",
    [
        *(math.nan, math.inf, -math.inf, 2**53, -(2**53), "\x00", "\ud800", None, NESTED, object(), b"a"),
        *([math.nan], {"a": {"b": math.inf}}, {"\x00": 1}, {1: 2}, [2**60], (1, 2), {1}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_no_store_can_keep_is_refused_under_its_key(value: Any) -> None:
    [path] = refused(ModelDraft, name="a", tags={"good": 1, "bad": value})
    assert path.startswith("tags.bad")
    [path] = refused(VersionDraft, params={"bad": value})
    assert path.startswith("params.bad")


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": [1, {"b": 2**53}]}, "params.bad.a.1.b"),
        ([[math.nan]], "params.bad.0.0"),
        ({"a": {"c": "\x00"}}, "params.bad.a.c"),
        ({"a": [True, None, 1.5, -(2**53)]}, "params.bad.a.3"),
    ],
)
def test_what_is_wrong_within_a_value_is_named(value: Any, path: str) -> None:
    assert refused(VersionDraft, params={"good": value and 1, "bad": value}) == {path}


def test_json_may_be_sixteen_deep() -> None:
    value: Any = 1
    for _ in range(16):
        value = [value]
    assert draft(TagsDraft, {"tags": {"a": value}}).tags["a"] == value
    [path] = refused(TagsDraft, tags={"a": [value]})
    assert path.startswith("tags.a.0")


@pytest.mark.parametrize("key", ["", "x\x00", "l" * 1001])
def test_keys_of_tags_have_rules_too(key: str) -> None:
    assert refused(TagsDraft, tags={key: 1}) == {f"tags.{key}"}


def test_more_tags_than_admitted_are_a_limit() -> None:
    draft(TagsDraft, {"tags": {str(number): 1 for number in range(1000)}})
    with pytest.raises(Refusals) as caught:
        draft(TagsDraft, {"tags": {str(number): 1 for number in range(1001)}})
    assert [type(error) for error in caught.value.errors] == [LimitExceeded]


def test_all_broken_rules_are_named_at_once() -> None:
    assert refused(
        VersionDraft,
        number=0,
        semver="1",
        parameterCount=-1,
        size_bytes="1",
        colour="red",
        metrics=[{"name": "a", "value": 1}, {"name": "", "value": 1}],
        parents=[
            {"upstream": {}, "relation": "FINE_TUNED_FROM"},
            {"upstream": {"id": "x"}, "relation": "LIKES"},
        ],
    ) == {
        *("number", "semver", "parameterCount", "size_bytes", "colour"),
        *("metrics.1.name", "parents.0.upstream", "parents.1.relation"),
    }


@pytest.mark.parametrize("number", [0, -1, True, "3", 3.0, 10**9 + 1, 2**31 - 1])
def test_a_number_counts_from_one_and_leaves_room_for_the_next(number: Any) -> None:
    assert refused(VersionDraft, number=number) == {"number"}


@pytest.mark.parametrize(
    "moment",
    [
        *("yesterday", "2026-01-31", "2026-01-31T12:00:00", "1700000000", 1_700_000_000, 1.7e9, True),
        *("2026-01-31T12:00Z", "20260131T120000Z", "2026-W05-6T12:00:00Z", "2026-01-31T12:00:00+0900"),
        *(
            "2026-01-31T12:00:60Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T12:00:00+99:99",
            "2026-01-31,12:00:00Z",
        ),
        *(
            "0001-01-01T00:00:00+10:00",
            "9999-12-31T23:59:59-10:00",
            "2026-02-30T00:00:00Z",
            "٢026-01-01T00:00:00Z",
        ),
    ],
)
def test_what_is_no_moment(moment: Any) -> None:
    assert refused(VersionDraft, releasedAt=moment) == {"releasedAt"}


def test_moments_are_read_in_any_zone() -> None:
    read = draft(VersionDraft, {"releasedAt": "2026-01-31T12:00:00.5+09:00"}).released_at
    assert read is not None
    assert read.isoformat() == "2026-01-31T03:00:00.500000+00:00"
    for text in ("2026-01-31t03:00:00.5z", "2026-01-31 03:00:00.5000009-00:00"):
        assert draft(VersionDraft, {"releasedAt": text}).released_at == read


@given(st.none() | st.floats() | st.integers(-(10**400), 10**400), st.sampled_from([None, "NAN", "INFINITY"]))
def test_a_metric_is_either_finite_or_says_how_not(value: float | None, non_finite: str | None) -> None:
    values = {"name": "loss", "value": value, "nonFinite": non_finite}
    finite = value is not None and abs(value) <= 1.7976931348623157e308
    if finite != (non_finite is not None) and (value is None or finite):
        metric = draft(MetricDraft, values)
        assert (metric.value is None) != (metric.non_finite is None)
    else:
        assert refused(MetricDraft, **values) <= {"", "value"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("value", "1"), ("value", True), ("step", 2**53), ("step", 1.5), ("source", "TESTING")),
        *(("nonFinite", "nan"), ("conditions", {"a": 1}), ("conditions", {"": "a"}), ("name", "")),
    ],
)
def test_a_metric_says_which_field_is_wrong(field: str, value: Any) -> None:
    [path] = refused(MetricDraft, **{"name": "loss", "value": 1.0, field: value})
    assert path.startswith(field)
