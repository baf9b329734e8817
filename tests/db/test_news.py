"""Those who follow the log on PostgreSQL are told of every commit, also when the server was restarted."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Event

from sqlalchemy import text

from app.db.changelog import head
from app.db.news import Listening
from tests.postgresql import Cluster, Server, text_of
from tests.store import Store, open_store
from tests.waiting import wait_until

NEVER = 3_600.0
"""Nothing but news ends a wait in the time that a test has."""
LISTENERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
)


@contextmanager
def followed(store: Store, news: Listening) -> Iterator[list[int]]:
    """Follow the log by news alone, and give the ends of it that were seen."""
    seen: list[int] = []
    stop = Event()

    def follow() -> None:
        while not stop.is_set():
            news.wait(stop)
            with store.reading() as session:
                seen.append(head(session))

    with ThreadPoolExecutor(1) as pool:
        following: Future[None] = pool.submit(follow)
        try:
            yield seen
        finally:
            stop.set()
        following.result()


def listeners(store: Store) -> int:
    with store.reading() as session:
        return int(session.execute(text(LISTENERS)).scalar_one())


def test_every_commit_is_told(postgresql: Server, seeded_database: str) -> None:
    with postgresql.fresh(seeded_database) as url:
        store = open_store(url)
        with closing(Listening(store.database, seconds=NEVER)) as news, followed(store, news) as seen:
            for _ in range(5):
                store.model()
                last = store.last_change().sequence
                wait_until(lambda last=last: bool(seen) and seen[-1] == last)  # type: ignore[misc]
        wait_until(lambda: listeners(store) == 0)
        store.database.close()


def test_a_listener_takes_no_connection_from_writers(postgresql: Server, seeded_database: str) -> None:
    with postgresql.fresh(seeded_database) as url:
        store = open_store(url)
        with closing(Listening(store.database)) as news:
            news.wait(Event())
            assert listeners(store) == 1
            assert store.database.writers.pool.checkedout() == 0  # type: ignore[attr-defined]
        store.database.close()


def test_who_stops_need_not_wait_for_news(postgresql: Server, seeded_database: str) -> None:
    stop = Event()
    with postgresql.fresh(seeded_database) as url:
        store = open_store(url)
        with closing(Listening(store.database, seconds=NEVER)) as news:
            news.wait(stop)
            stop.set()
            news.wait(stop)
        store.database.close()


def test_behind_a_restart_it_is_told_again(cluster: Cluster) -> None:
    store = open_store(text_of(cluster.server.make()))
    with closing(Listening(store.database, seconds=0.2)) as news:
        news.wait(Event())
        cluster.stop()
        for _ in range(2):
            news.wait(Event())
        cluster.start()
        with followed(store, news) as seen:
            wait_until(lambda: listeners(store) == 1)
            store.model()
            last = store.last_change().sequence
            wait_until(lambda: bool(seen) and seen[-1] == last)
    store.database.close()
