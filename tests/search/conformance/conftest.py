"""Every engine of the search index keeps the same contract: each test here runs on each of them.

How good the ranking is for people is judged by `bench.search_quality`: judged queries need thousands of real
models and their real vectors, which take minutes to make.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.search.contract import IndexReader, Mark, SearchRequest
from app.search.document import Document
from app.search.keeping import IndexWriter, SearchEngine
from tests.engines import engine, leases
from tests.search.samples import LOG, vectors
from tests.store import seeded_file
from tests.waiting import wait_until

__all__ = ["engine", "index", "leases", "seeded_file"]


@dataclass(slots=True)
class Index:
    """An index that a test fills and asks."""

    engine: SearchEngine
    writer: IndexWriter
    reader: IndexReader

    def fill(self, documents: list[Document], sequence: int = 1) -> None:
        """Put documents with their vectors, and wait until they are seen."""
        self.writer.put(documents)
        self.writer.put_vectors(vectors(documents))
        self.commit(sequence)

    def commit(self, sequence: int) -> None:
        """Commit as of a change, and wait until that is seen."""
        self.writer.commit(Mark(sequence))
        self.wait()

    def wait(self) -> None:
        """Wait until the reader sees what the writer committed last."""
        wait_until(lambda: self.reader.position() == self.writer.position)

    def keys(self, request: SearchRequest | None = None) -> list[int]:
        """Return the keys of what a request finds, in its order; of everything without one."""
        return [hit.key for hit in self.reader.search(request or SearchRequest()).hits]


@pytest.fixture
def index(engine: SearchEngine) -> Iterator[Index]:
    """Give an empty index with its writer and a reader."""
    writer, reader = engine.writer(LOG), engine.reader()
    writer.use_embedder("test")
    made = Index(engine, writer, reader)
    yield made
    made.reader.close()
    made.writer.close()
