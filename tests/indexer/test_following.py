"""Following the log of a server, which tells of every commit."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

from app.db.news import Listening
from app.search.embedded.engine import EmbeddedEngine
from indexer.following import follow
from indexer.source import RegistrySource
from tests.postgresql import Server
from tests.store import Store, open_store
from tests.waiting import wait_until

NEVER = 3_600.0


def followed(engine: EmbeddedEngine, store: Store) -> bool:
    """Tell whether an index is through the log."""
    position = engine.standing().position
    return position is not None and position.words.sequence == store.last_change().sequence


def test_news_alone_keep_an_index_up_to_date(
    postgresql: Server, seeded_database: str, tmp_path: Path
) -> None:
    stop = Event()
    with postgresql.fresh(seeded_database) as url:
        store, engine = open_store(url), EmbeddedEngine(tmp_path)
        with closing(Listening(store.database, seconds=NEVER)) as news, ThreadPoolExecutor(1) as pool:
            kept = [(RegistrySource(store.database), engine)]
            following = pool.submit(follow, kept, None, stop, news=news)
            for _ in range(3):
                store.model()
                wait_until(lambda: followed(engine, store))
            stop.set()
        following.result()
        store.database.close()
