"""Writers who lose to others: all of their work is done again, and nothing else ever is."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.faults import Unconfirmed
from app.errors import Busy
from app.identity.session import ATTEMPTS, WriteSession, write
from app.identity.viewer import AllowAll
from app.registry.reading.finding import ModelBy, find_model
from app.registry.writing.labels import set_tags
from tests.store import Store

on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)

ALONE_SECONDS = 1.0
"""How long the first waits for the second, who cannot come where there is one writer at a time."""


@pytest.mark.both_databases
def test_writers_in_opposite_order_both_succeed_once(store: Store, database_kind: str) -> None:
    for name in ("a", "b"):
        store.model(name)
    before, meeting = store.last_change().sequence, Barrier(2)
    attempts: list[str] = []

    def tagging(*names: str) -> Callable[[WriteSession], None]:
        def work(session: WriteSession) -> None:
            attempts.append(names[0])
            for place, name in enumerate(names):
                if place:
                    with suppress(BrokenBarrierError):
                        meeting.wait(ALONE_SECONDS)
                set_tags(session, find_model(session, ModelBy(name=name)).id, {f"by-{names[0]}": True})

        return work

    with ThreadPoolExecutor(2) as pool:
        writers = [
            pool.submit(write, store.database, store.viewer, AllowAll(), tagging(*names))
            for names in (("a", "b"), ("b", "a"))
        ]
    assert [writer.result() for writer in writers] == [None, None]
    assert len(attempts) == {"sqlite": 2, "postgresql": 3}[database_kind]
    done = {(change.subject_id, change.after) for change in store.changes(before)}
    assert len(done) == len(store.changes(before)) == 4


@on_postgresql
@pytest.mark.parametrize(("state", "attempts"), [("40001", ATTEMPTS), ("40P01", ATTEMPTS), ("22012", 1)])
def test_only_what_was_lost_to_another_is_done_again(store: Store, state: str, attempts: int) -> None:
    begun: list[str] = []

    def fail(session: WriteSession) -> None:
        begun.append(state)
        session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '{state}'; END $$"))

    with pytest.raises(Busy if attempts > 1 else DBAPIError):
        write(store.database, store.viewer, AllowAll(), fail)
    assert len(begun) == attempts


@on_postgresql
def test_what_may_have_been_committed_is_not_done_again(store: Store) -> None:
    begun: list[int] = []

    def lose_the_connection(session: WriteSession) -> None:
        begun.append(session.execute(text("SELECT pg_backend_pid()")).scalar_one())
        with store.reading() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": begun[-1]})

    with pytest.raises(Unconfirmed):
        write(store.database, store.viewer, AllowAll(), lose_the_connection)
    assert len(begun) == 1
