"""What a person is answered through each engine: pages, orders, reasons, and what is said while it is away.

The engine brings the window and the counts. Orders by a metric, highlights and degradations are made above
it, by one code for every engine, and have to come out alike on each.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import pytest

from app.insight.discovery import searching
from app.insight.discovery.asking import DegradationCode, Discovery
from app.insight.discovery.queries import Query
from app.insight.discovery.searching import Answer
from app.registry.reading.ordering import MetricOrder, SearchOrder
from app.registry.reading.predicates import MetricKeyTest
from app.registry.writing.removal import delete_model
from app.search.contract import IndexReader, Kind, Mark, SearchMode, SearchRequest
from app.search.keeping import SearchEngine
from app.search.query_encoder import QueryEncoders
from app.search.reasons import Highlight, MatchedField, explain
from indexer.following import follow
from indexer.source import RegistrySource
from tests.search.conformance.conftest import Index
from tests.search.conformance.corpus import QUERIES, corpus
from tests.search.samples import document, vector_of
from tests.store import Store
from tests.waiting import wait_until

ACCURACY = MetricKeyTest(name="accuracy", called="accuracy")


@dataclass(frozen=True, slots=True)
class Searched:
    """A registry, the index of its models and who asks them."""

    store: Store
    engine: SearchEngine
    reader: IndexReader
    discovery: Discovery

    def index(self) -> None:
        """Index everything that has happened, until the reader sees it."""
        source = self._source()
        follow([(source, self.engine)], None, Event(), through=source.head())
        self.wait_for(source.head())

    @contextmanager
    def indexed_meanwhile(self) -> Iterator[None]:
        """Keep the index up to date in a thread, as the indexer does."""
        stop = Event()
        indexer = Thread(target=follow, args=([(self._source(), self.engine)], None, stop))
        indexer.start()
        try:
            yield
        finally:
            stop.set()
            indexer.join()

    def wait_for(self, mark: Mark) -> None:
        """Wait until the reader sees a change."""
        wait_until(
            lambda: (seen := self.reader.position()) is not None and seen.words.sequence >= mark.sequence
        )

    def written(self) -> Mark:
        """Return the newest change."""
        return self._source().head()

    def ask(
        self, text: str, *, size: int = 100, after: str | None = None, by: SearchOrder | None = None
    ) -> Answer:
        """Return a page of what is found by words."""
        query = Query(text=text, mode=SearchMode.WORDS, size=size, after=after, order=by)
        with self.store.reading() as session:
            return searching.search(session, self.discovery, query)

    def names(self, text: str, by: SearchOrder | None = None) -> list[str]:
        """Return the names of what is found."""
        return [one.model.name for one in self.ask(text, by=by).found]

    def _source(self) -> RegistrySource:
        return RegistrySource(self.store.database, Kind.MODELS)


@pytest.fixture
def searched(store: Store, engine: SearchEngine, tmp_path: Path) -> Iterator[Searched]:
    """Give an empty registry without an index yet."""
    reader = engine.reader()
    discovery = Discovery(reader, reader, QueryEncoders(tmp_path))
    yield Searched(store, engine, reader, discovery)
    reader.close()


def many(searched: Searched, count: int) -> None:
    for number in range(count):
        searched.store.model(
            f"bird-{number}", description="sings " * (number % 5) + "in a tree " * (number % 7)
        )


@pytest.mark.parametrize("size", [1, 7, 30])
def test_the_pages_are_the_window_without_doubles(searched: Searched, size: int) -> None:
    many(searched, 30)
    searched.index()
    window = searched.reader.search(SearchRequest(text="bird", mode=SearchMode.WORDS)).hits
    seen, page = [], searched.ask("bird", size=size)
    while True:
        seen += page.found
        if not page.has_next:
            break
        page = searched.ask("bird", size=size, after=page.found[-1].cursor)
    assert [one.model.id for one in seen] == list(window.ids)
    assert [one.rank for one in seen] == list(range(1, 31))
    past = searched.ask("bird", size=size, after=seen[-1].cursor)
    assert (past.found, past.has_next, past.total, past.degraded) == ([], False, 30, [])


def test_pages_of_a_text_end_with_the_window_whatever_is_counted(
    searched: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "WINDOW", 10)
    many(searched, 30)
    searched.index()
    page = searched.ask("bird", size=8)
    assert (len(page.found), page.has_next, page.total) == (8, True, 30)
    page = searched.ask("bird", size=8, after=page.found[-1].cursor)
    assert ([one.rank for one in page.found], page.has_next, page.total) == ([9, 10], False, 30)
    page = searched.ask("bird", size=8, after=page.found[-1].cursor)
    assert (page.found, page.has_next, page.total, page.degraded) == ([], False, 30, [])


def test_pages_between_writes_are_no_error(searched: Searched) -> None:
    many(searched, 30)
    searched.index()
    after, ranks = None, []
    for turn in range(20):
        page = searched.ask("bird", size=3, after=after)
        assert page.degraded == []
        ranks += [one.rank for one in page.found]
        if not page.has_next:
            break
        after = page.found[-1].cursor
        with searched.store.writing() as session:
            delete_model(session, page.found[0].model)
        searched.store.model(f"late-bird-{turn}")
        searched.index()
    assert ranks == list(range(1, 31))


@pytest.mark.parametrize("descending", [False, True])
def test_a_metric_orders_and_what_has_none_comes_last(searched: Searched, *, descending: bool) -> None:
    # The order is the database's: the engine says what matched, and the ties among its ranks.
    for name, values in {
        "bird-a": [0.5],
        "bird-b": [],
        "bird-c": [0.9, 0.2],
        "bird-d": [0.7],
        "fish": [0.8],
    }.items():
        model = searched.store.model(name)
        for value in values:
            searched.store.version(model, metrics=[{"name": "accuracy", "value": value}])
    searched.index()
    expected = ["bird-c", "bird-d", "bird-a"] if descending else ["bird-c", "bird-a", "bird-d"]
    assert searched.names("bird", MetricOrder(ACCURACY, descending=descending)) == [*expected, "bird-b"]


def test_words_rank_what_shares_words_and_nothing_else(index: Index) -> None:
    documents = corpus()
    index.fill(documents)
    for text in QUERIES:
        hits = index.reader.search(SearchRequest(text=text, vector=vector_of(text))).hits
        by_words = {hit.id for hit in hits if hit.words is not None}
        explained = zip(documents, explain(text, documents), strict=True)
        assert by_words == {one.id for one, reasons in explained if reasons.matched}, text


def test_highlights_are_of_the_text_as_it_is_written(searched: Searched) -> None:
    searched.store.model("naïve_YOLOv5s6", description="Straßen & Größe, <naive>")
    searched.index()
    for text in ("NAIVE yolo", "naïve yolov5s6"):
        [found] = searched.ask(text).found
        assert found.reasons
        assert MatchedField("name", ("naïve", "YOLOv5s6")) in found.reasons.matched
        highlight = Highlight("description", ("Straßen &amp; Größe, &lt;<mark>naive</mark>&gt;",))
        assert highlight in found.reasons.highlights


def test_whoever_waits_reads_what_they_wrote(searched: Searched) -> None:
    with searched.indexed_meanwhile():
        for turn in range(5):
            model = searched.store.model(f"bird-{turn}")
            searched.wait_for(searched.written())
            assert searched.names(f"bird {turn}")[0] == model.name
            with searched.store.writing() as session:
                delete_model(session, model)
            searched.wait_for(searched.written())
            assert searched.names("bird") == []


def test_without_an_index_the_answer_says_so_until_there_is_one(searched: Searched) -> None:
    searched.store.model("bird")
    [degradation] = searched.ask("bird").degraded
    assert degradation.code is DegradationCode.INDEX_UNAVAILABLE
    searched.index()
    answer = searched.ask("bird")
    assert ([one.model.name for one in answer.found], answer.degraded) == (["bird"], [])


def test_an_index_of_another_registry_is_not_believed(searched: Searched) -> None:
    searched.store.model("bird")
    writer = searched.engine.writer("another registry")
    writer.put([document(1, "bird")])
    writer.commit(Mark(1))
    writer.close()
    wait_until(lambda: searched.reader.position() is not None)
    [degradation] = searched.ask("bird").degraded
    assert degradation.code is DegradationCode.INDEX_UNAVAILABLE
    assert "another registry" in degradation.message
