"""The change log: gapless, in the order of the commits, and a chain that shows every edit."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlmodel import col

from app.db.changelog import Change, Fact, canonical, changes_after, digest_of, head, identity
from app.db.history import columns_of
from app.identity.session import writing
from app.identity.viewer import AllowAll
from tests.store import Store

pytestmark = pytest.mark.both_databases


def broken_at(changes: Sequence[Change]) -> int | None:
    """Return the sequence of the first change whose digest does not follow from the log before it."""
    previous = ""
    for change in changes:
        if digest_of(previous, columns_of(change)) != change.digest:
            return change.sequence
        previous = change.digest
    return None


def write(store: Store, *actions: str) -> None:
    with store.writing() as session:
        session.record([Fact(action=action, subject_id="s", after={"n": 1.5}) for action in actions])


KEEPABLE = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | KEEPABLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEEPABLE, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEEPABLE, VALUES, max_size=4))
def test_what_is_kept_is_canonical_json(value: dict[str, Any]) -> None:
    assert canonical(value) == rfc8785.dumps(value).decode()


def test_the_log_starts_with_what_every_registry_has(store: Store) -> None:
    changes = store.changes()
    assert changes[0].action == "namespace.created"
    assert broken_at(changes) is None
    with store.reading() as session:
        assert identity(session) == changes[0].id
        assert head(session) == len(changes)


def test_sequences_have_no_gap_and_facts_keep_their_order(store: Store) -> None:
    start = len(store.changes())
    write(store, "a", "b")
    write(store)
    write(store, "c")
    behind = store.changes(start)
    assert [(change.action, change.sequence - start) for change in behind] == [("a", 1), ("b", 2), ("c", 3)]
    assert behind[0].transaction == behind[1].transaction != behind[2].transaction
    assert behind[0].at == behind[1].at
    assert broken_at(store.changes()) is None


def test_a_change_says_who_and_for_which_request(store: Store) -> None:
    with writing(store.database, store.viewer, AllowAll(), request_id="req-1") as session:
        [logged] = session.record([Fact(action="a", subject_id="s", related=["r"], before={"x": 1})])
    change = store.last_change()
    assert change.id == logged.id
    assert logged.sequence in {None, change.sequence}
    assert (change.actor_id, change.request_id, change.related) == (store.viewer.id, "req-1", ["r"])
    assert (change.before, change.after) == ('{"x":1}', None)


def test_pages_of_the_log_join_without_gap_or_overlap(store: Store) -> None:
    read: list[int] = []
    with store.reading() as session:
        while page := changes_after(session, read[-1] if read else 0, limit=37):
            read += [change.sequence for change in page]
    assert read == [change.sequence for change in store.changes()]


RESOLUTION = timedelta(microseconds=1)


def test_times_never_go_back(store: Store) -> None:
    future = datetime.now(UTC) + timedelta(days=365)
    last = store.last_change().sequence
    with store.writing() as session:
        session.execute(update(Change).where(col(Change.sequence) == last).values(at=future))
    write(store, "after the clock was set back")
    write(store, "and while it catches up")
    assert [change.at - future for change in store.changes(last)] == [RESOLUTION, 2 * RESOLUTION]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", datetime(2020, 1, 1, tzinfo=UTC)),
        ("actor_id", "usr_other"),
        ("action", "b"),
        ("subject_id", "t"),
        ("related", ["x"]),
        ("before", "{}"),
        ("after", '{"n":1.25}'),
        ("request_id", "req-2"),
        ("id", "chg_other"),
        ("transaction", "txn_other"),
    ],
)
def test_an_edited_row_breaks_the_chain(store: Store, column: str, value: Any) -> None:
    write(store, "a")
    write(store, "b")
    edited = len(store.changes()) - 1
    with store.writing() as session:
        session.execute(update(Change).where(col(Change.sequence) == edited).values({column: value}))
    assert broken_at(store.changes()) == edited


def test_a_removed_row_breaks_the_chain(store: Store) -> None:
    write(store, "a", "b", "c")
    removed = len(store.changes()) - 1
    with store.writing() as session:
        session.execute(delete(Change).where(col(Change.sequence) == removed))
        session.execute(update(Change).where(col(Change.sequence) == removed + 1).values(sequence=removed))
    assert broken_at(store.changes()) == removed


def test_eight_threads_share_one_order(store: Store) -> None:
    start = len(store.changes())

    def work(thread: int) -> None:
        for turn in range(15):
            write(store, f"{thread}.{turn}.first", f"{thread}.{turn}.second")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    changes = store.changes()
    behind = changes[start:]
    assert [change.sequence for change in changes] == list(range(1, start + 241))
    assert broken_at(changes) is None
    assert all(one.at <= other.at for one, other in pairwise(changes))
    for thread in range(8):
        mine = [change.action for change in behind if change.action.startswith(f"{thread}.")]
        assert mine == [f"{thread}.{turn}.{part}" for turn in range(15) for part in ("first", "second")]
    assert all(
        one.transaction == other.transaction for one, other in zip(behind[::2], behind[1::2], strict=True)
    )
