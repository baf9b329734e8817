"""On PostgreSQL the log's order is the order of the COMMITs, whatever writers do before theirs."""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.changelog import Change, Fact, changes_after, digest_of, head
from app.db.history import columns_of
from app.identity.session import WriteSession
from tests.postgresql import Server
from tests.store import Store, open_store

WRITERS = 8
SECONDS = 2.0


@pytest.fixture
def store(postgresql: Server, seeded_database: str) -> Iterator[Store]:
    with postgresql.fresh(seeded_database) as url:
        opened = open_store(url)
        yield opened
        opened.database.close()


def say(session: WriteSession, action: str) -> None:
    session.record([Fact(action=action, subject_id="s", related=["r"], after={"é\\n\\u0007": 1.5})])


def whole(changes: list[Change]) -> bool:
    """Tell whether a log has no gap, a chain that holds, and times that move."""
    digest = ""
    for place, change in enumerate(changes, start=1):
        digest = digest_of(digest, columns_of(change))
        if (change.sequence, change.digest) != (place, digest):
            return False
    transactions = {change.transaction: change.at for change in changes}
    return all(one < other for one, other in pairwise(transactions.values()))


def test_who_commits_first_comes_first(store: Store) -> None:
    before = len(store.changes())
    with ExitStack() as begun:
        early = begun.enter_context(store.writing())
        say(early, "early.first")
        with store.writing() as late:
            say(late, "late")
        with store.reading() as session:
            assert [change.action for change in changes_after(session, before, limit=9)] == ["late"]
            seen = head(session)
        say(early, "early.second")
    with store.reading() as session:
        told = [change.action for change in changes_after(session, seen, limit=9)]
    assert told == ["early.first", "early.second"]
    assert whole(store.changes())


def test_a_writer_that_stalls_holds_nobody_up(store: Store) -> None:
    before = len(store.changes())
    with store.writing() as stalled:
        say(stalled, "stalled")
        for _ in range(5):
            with store.writing() as quick:
                say(quick, "quick")
        assert len(store.changes()) == before + 5
    assert store.last_change().action == "stalled"


def test_a_transaction_that_is_given_up_leaves_no_gap(store: Store) -> None:
    class GivenUpError(Exception):
        pass

    def give_up() -> None:
        with store.writing() as session:
            say(session, "given up")
            raise GivenUpError

    with pytest.raises(GivenUpError):
        give_up()
    with store.writing() as session:
        say(session, "kept")
    assert whole(store.changes())
    assert store.last_change().action == "kept"


def test_states_get_the_sequences_of_their_changes(store: Store) -> None:
    model = store.model("a", tags={"x": 1})
    opened = "SELECT opened_sequence, sequence FROM {} JOIN change ON change.id = opened_by WHERE {} = :id"
    models, tags = (
        opened.format("model_history", "model_history.id"),
        opened.format("tag_history", "tag_history.subject_id"),
    )
    with store.reading() as session:
        rows = session.execute(text(f"{models} UNION ALL {tags}"), {"id": model.id}).all()
    assert len(rows) == 2
    assert all(first == second > 0 for first, second in rows)


def test_who_cannot_see_the_end_of_the_log_cannot_append_to_it(store: Store) -> None:
    with store.database.writers.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
        session = WriteSession(connection, autoflush=False)
        session.viewer, session.request_id = store.viewer, None
        with store.writing() as other:
            session.tail, session.logged = other.tail, []
        say(session, "blind")
        with pytest.raises(DBAPIError, match="READ COMMITTED"):
            session.commit()
        session.close()


def test_a_reader_that_remembers_the_highest_it_saw_misses_nothing(store: Store) -> None:
    start = len(store.changes())
    until = time.monotonic() + SECONDS

    def work(writer: int) -> int:
        chance = random.Random(writer)  # noqa: S311 - no secret
        turn = 0
        while time.monotonic() < until:
            with store.writing() as session:
                for part in range(chance.randint(1, 3)):
                    say(session, f"{writer}.{turn}.{part}")
                    time.sleep(chance.choice((0, 0, 0.01)))
            turn += 1
        return turn

    seen: list[Change] = []

    def follow() -> None:
        while time.monotonic() < until:
            with store.reading() as session:
                seen.extend(changes_after(session, seen[-1].sequence if seen else start, limit=100))

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        follower = pool.submit(follow)
        commits = sum(pool.map(work, range(WRITERS)))
        follower.result()
    changes = store.changes()
    missed = [change.id for change in changes[start : start + len(seen)]]
    assert [change.id for change in seen] == missed
    assert len({change.transaction for change in changes[start:]}) == commits
    assert len(seen) > WRITERS
    assert whole(changes)
