"""Leases: one holder at a time, by the database's clock, and a token that tells the later holder."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from app.db.leases import HeldLease, Lease, LeaseTaken, acquire, holder, release, renew
from tests.store import Store, let_pass
from tests.waiting import wait_until

pytestmark = pytest.mark.both_databases

LASTS = 1_000
RACERS = 8

names = (f"lease {number}" for number in count())


def test_of_many_that_want_a_lease_one_gets_it(store: Store) -> None:
    with ThreadPoolExecutor(RACERS) as pool:
        tokens = list(pool.map(lambda _: acquire(store.database, "one"), range(RACERS)))
    assert sorted(token for token in tokens if token) == [1]
    assert "process" in (holder(store.database, "one") or "")
    assert holder(store.database, "another") is None


MOVES = st.sampled_from(("acquire", "renew", "release", "pause"))


@given(moves=st.lists(st.tuples(st.integers(0, 1), MOVES, st.sampled_from((100, 400, 1_000)))))
def test_at_any_time_one_of_two_holds_it_and_the_later_has_the_higher_token(
    shared_store: Store, moves: list[tuple[int, str, int]]
) -> None:
    database, name = shared_store.database, next(names)
    mine: list[int | None] = [None, None]
    last, left = 0, 0
    for who, move, seconds in moves:
        token = mine[who]
        held = token is not None and token == last and left > 0
        if move == "acquire":
            got = acquire(database, name, seconds=LASTS)
            assert got == (last + 1 if left <= 0 else None)
            if got:
                mine[who], last, left = got, got, LASTS
        elif move == "renew" and token is not None:
            assert renew(database, name, token, seconds=LASTS) == held
            left = LASTS if held else left
        elif move == "release" and token is not None:
            release(database, name, token)
            left = 0 if held else left
        elif move == "pause":
            let_pass(shared_store.database, seconds)
            left -= seconds
        assert (holder(database, name) is not None) == (left > 0)


def test_no_clock_but_the_one_of_the_database_decides(store: Store) -> None:
    """A host whose clock is wrong by any time takes and ends leases as all others do."""
    sent: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, given: object, *_: object) -> None:
        if "lease" in statement:
            sent.append((statement, given))

    engines = {store.database.writers, store.database.readers}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        token = acquire(store.database, "one", seconds=LASTS)
        assert token
        assert renew(store.database, "one", token, seconds=LASTS)
        assert holder(store.database, "one")
        release(store.database, "one", token)
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
    clock = "julianday('now')" if store.database.embedded else "clock_timestamp()"
    assert [clock in statement for statement, _ in sent] == [True] * 4
    values = [one for _, given in sent for one in (given.values() if isinstance(given, dict) else given)]  # type: ignore[attr-defined]
    assert {one for one in values if isinstance(one, float | int)} <= {LASTS, token}


def test_a_held_lease_is_kept_until_it_is_closed(store: Store) -> None:
    with closing(HeldLease(store.database, "one", seconds=0.3)) as held:
        expires = expiry(store)
        wait_until(lambda: expiry(store) > expires + 0.3)
        assert not held.is_lost
        with pytest.raises(LeaseTaken, match=r"process \d+ on .+ holds one"):
            HeldLease(store.database, "one")
    with closing(HeldLease(store.database, "one")) as next_one:
        assert next_one.token == held.token + 1


def test_who_was_paused_learns_that_another_took_over_and_ends_nothing_of_it(store: Store) -> None:
    with closing(HeldLease(store.database, "one", seconds=3)) as paused:
        let_pass(store.database, LASTS)
        token = acquire(store.database, "one", seconds=LASTS)
        assert token == paused.token + 1
        wait_until(lambda: paused.is_lost)
    assert renew(store.database, "one", token)


def test_a_lease_that_cannot_be_renewed_is_lost_when_it_ends(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(HeldLease(store.database, "one", seconds=0.3)) as held:
        with store.database.writers.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE lease RENAME TO away")
        wait_until(lambda: held.is_lost)
        assert "the lease of one was not renewed" in caplog.text
    assert "Traceback" not in caplog.text


def expiry(store: Store) -> float:
    with store.reading() as session:
        lease = session.get(Lease, "one")
        assert lease is not None
        return lease.expires_at
