"""The rules of comparisons: what is best, what a delta is, and what differs."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.insight.comparison.cells import Cell, Recency
from app.insight.comparison.comparing import compare_versions
from app.insight.comparison.rows import ComparisonRow, RowKind
from app.registry.tables import ModelVersion
from tests.store import Store

pytestmark = pytest.mark.both_databases

finite = st.floats(allow_nan=False, allow_infinity=False)
values = finite | st.sampled_from(["NAN", "INFINITY", "NEGATIVE_INFINITY"]) | st.none()
SCALARS = [0, 1, 1.0, 2, 0.5, True, False, "1", "a"]
NESTED = [[1], [True], [[1]], [[True]], [1, 1], {"a": 1}, {"a": True}, {"a": [1.0]}, {"a": [True]}, {"b": 1}]
settings_of_params = st.sampled_from([*SCALARS, *NESTED]) | st.none()


def made(store: Store, given: list[dict[str, Any]]) -> list[ModelVersion]:
    model = store.model()
    return [store.version(model, **facts) for facts in given]


Compared = list[tuple[ComparisonRow, list[Cell | None]]]


def compared(store: Store, versions: list[ModelVersion], base: int | None, *kinds: RowKind) -> Compared:
    with store.reading() as session:
        baseline = None if base is None else versions[base]
        found = compare_versions(session, versions, baseline, kinds=kinds or [RowKind.METRIC, RowKind.PARAM])
        return [(row, found.cells(row)) for row in found.rows]


def metric(name: str, value: Any) -> dict[str, Any]:
    return {"name": name, ("nonFinite" if isinstance(value, str) else "value"): value}


def as_json(value: Any) -> str:
    """Write a value so that equal ones look alike: each whole number as such."""
    written = json.dumps(value, sort_keys=True)
    return written.replace("1.0", "1")


def test_it_works(store: Store) -> None:
    versions = made(store, [{"metrics": [metric("loss", value)]} for value in (0.5, 0.25)])
    [(row, cells)] = compared(store, versions, 0)
    assert (row.key, row.direction, row.differs) == ("loss", "MINIMIZE", True)
    assert [(cell.delta, cell.relative_delta, cell.is_best) for cell in cells if cell] == [
        (0, 0, False),
        (-0.25, -0.5, True),
    ]


@given(given=st.lists(values, min_size=2, max_size=5), name=st.sampled_from(["loss", "accuracy", "my score"]))
@settings(max_examples=40, deadline=None)
def test_the_best_is_never_beaten(shared_store: Store, given: list[Any], name: str) -> None:
    versions = made(
        shared_store, [{"metrics": [] if value is None else [metric(name, value)]} for value in given]
    )
    rows = compared(shared_store, versions, 0)
    if all(value is None for value in given):
        assert rows == []
        return
    [(row, cells)] = rows
    assert [cell is None for cell in cells] == [value is None for value in given]
    assert row.differs == (len({*map(repr, given)}) > 1)
    numbers = [value for value in given if isinstance(value, float)]
    best = {"loss": min, "accuracy": max}.get(name)
    for cell, value in zip(cells, given, strict=True):
        if cell is None:
            continue
        assert (cell.value, cell.number) == (value, value if isinstance(value, float) else None)
        ranked = best is not None and len(numbers) > 1 and isinstance(value, float)
        assert cell.is_best == (ranked and best is not None and value == best(numbers))
        if cell.delta is not None:
            assert isinstance(given[0], float)
            assert cell.delta == float(Decimal(repr(value)) - Decimal(repr(given[0])))


@given(given=st.lists(settings_of_params, min_size=2, max_size=4))
@settings(max_examples=30, deadline=None)
def test_params_are_compared_as_values(shared_store: Store, given: list[Any]) -> None:
    versions = made(shared_store, [{"params": {} if value is None else {"p": value}} for value in given])
    rows = compared(shared_store, versions, None)
    assert len(rows) == (given != [None] * len(given))
    for row, cells in rows:
        assert [cell and cell.value for cell in cells] == given
        assert row.differs is (len(set(map(as_json, given))) > 1)
        assert not any(cell.is_best for cell in cells if cell)


@pytest.mark.parametrize(
    ("number", "reference", "expected"),
    [
        (0.85, 0.84, (0.01, 1 / 84)),
        (-1.0, -2.0, (1.0, 0.5)),
        (1.0, 0.0, (1.0, None)),
        (1.7e308, -1.7e308, (None, 2.0)),
        (1e300, 5e-324, (1e300, None)),
        (0.0, -0.0, (0.0, None)),
    ],
)
def test_a_delta_is_what_people_reckon(
    store: Store, number: float, reference: float, expected: tuple[float | None, float | None]
) -> None:
    versions = made(store, [{"metrics": [metric("my score", value)]} for value in (reference, number)])
    [(_, cells)] = compared(store, versions, 0)
    cell = cells[1]
    assert cell is not None
    assert (cell.delta, cell.relative_delta) == expected


def test_only_versions_that_are_compared_are_a_baseline(store: Store) -> None:
    first, second, third = made(store, [{}, {}, {}])
    with store.reading() as session:
        for given, base in (
            ([first, second], third),
            ([first], None),
            ([first, first], None),
            ([first] * 51, None),
        ):
            with pytest.raises(InvalidInput):
                compare_versions(session, given, base)


def test_every_fact_of_a_version_has_a_row(store: Store) -> None:
    store.dataset("tickets", versions=[{"label": "1"}, {"label": "2"}])
    first, second = (
        {
            "description": "short",
            "sizeBytes": size,
            "tags": {"team": "audio"},
            "datasets": [
                {"dataset": {"name": {"name": "tickets"}}, "label": label, "role": "TRAINING"}
                for label in labels
            ],
            "environment": {
                "python": python,
                "packages": [{"name": "torch", "version": torch}],
                "seeds": {"numpy": 1},
                "commandLine": "train",
            },
            "codeRevision": {"commit": commit, "dirty": True},
            "signature": {"inputs": [1]},
        }
        for size, labels, python, torch, commit in (
            (10, ["1"], "3.11", "2.10.0", "a"),
            (5, ["1", "2"], "3.9", "2.9", "b"),
        )
    )
    versions = made(store, [first, second])
    rows = {(row.kind, row.key): (row, cells) for row, cells in compared(store, versions, 0, *RowKind)}
    assert list(rows) == [
        *((RowKind.FIELD, key) for key in ("model", "state", "stage", "sizeBytes", "createdAt")),
        (RowKind.FIELD, "description"),
        (RowKind.TAG, "team"),
        (RowKind.DATASET, "default/tickets · training"),
        *((RowKind.ENVIRONMENT, key) for key in ("commandLine", "packages.torch", "python", "seeds")),
        (RowKind.CODE, "commit"),
        (RowKind.CODE, "dirty"),
        (RowKind.SIGNATURE, "inputs"),
    ]
    shown = {key: [cell and cell.value for cell in cells] for (_, key), (_, cells) in rows.items()}
    assert shown["default/tickets · training"] == ["1", ["1", "2"]]
    assert shown["dirty"] == [True, True]
    assert shown["seeds"] == [{"numpy": 1}] * 2
    assert shown["sizeBytes"] == [10, 5]
    size = rows[RowKind.FIELD, "sizeBytes"][1][1]
    assert size is not None
    assert (size.number, size.delta, size.relative_delta, size.is_best) == (5, -5, -0.5, False)
    assert {key for (_, key), (row, _) in rows.items() if row.differs} == {
        "sizeBytes",
        "createdAt",
        "default/tickets · training",
        "packages.torch",
        "python",
        "commit",
    }


@pytest.mark.parametrize(
    ("version", "reference", "expected"),
    [
        ("2.10.0", "2.9", Recency.NEWER),
        ("2.0rc1", "2.0", Recency.OLDER),
        ("1.0", "1.0.0", Recency.SAME),
        ("1.0+cu118", "1.0", Recency.NEWER),
        ("cuda-12", "cuda-12", Recency.SAME),
        ("cuda-12", "1.0", None),
    ],
)
def test_packages_are_compared_in_the_order_of_their_versions(
    store: Store, version: str, reference: str, expected: Recency | None
) -> None:
    given = [
        {"environment": {"packages": [{"name": "torch", "version": one}]}} for one in (reference, version)
    ]
    [(row, cells)] = compared(store, made(store, given), 0, RowKind.ENVIRONMENT)
    assert [cell and cell.recency for cell in cells] == [Recency.SAME, expected]
    assert row.differs is (expected is not Recency.SAME)


def test_long_texts_are_shown_as_what_differs(store: Store) -> None:
    card = "".join(f"line {number}\n" for number in range(20))
    given = [
        {"description": card},
        {"description": card.replace("line 10", "line ten")},
        {"description": card},
    ]
    versions = made(store, [*given, {}, {"description": "x\n" * 600}])
    rows = {row.key: cells for row, cells in compared(store, versions, 0, RowKind.FIELD)}
    cells = rows["description"]
    assert [cell and cell.is_diff for cell in cells] == [False, True, False, None, False]
    assert cells[1] is not None
    assert str(cells[1].value).splitlines() == [
        "--- version 1",
        "+++ version 2",
        "@@ -8,7 +8,7 @@",
        *(f" line {number}" for number in (7, 8, 9)),
        "-line 10",
        "+line ten",
        *(f" line {number}" for number in (11, 12, 13)),
    ]
    unbased = {row.key: cells for row, cells in compared(store, versions, None, RowKind.FIELD)}
    assert not any(cell.is_diff for cell in unbased["description"] if cell)
