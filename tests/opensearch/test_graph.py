"""The nearest by meaning through a graph over the vectors, against comparing them all."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.db.engine import Database, sqlite_url
from app.search.contract import (
    FacetRequest,
    IndexReader,
    Kind,
    Mark,
    MeaningVectors,
    SearchMode,
    SearchRequest,
    Vector,
)
from app.search.delivery import DIMENSION, DocumentVectors
from app.search.document import Document, texts_digest
from app.search.filters import FactField, In
from app.search.opensearch.cluster import Cluster
from app.search.opensearch.engine import OpenSearchEngine
from tests.opensearch.node import own_prefix
from tests.search.samples import LOG, document
from tests.store import leases, seeded_file

__all__ = ["leases", "seeded_file"]

COUNT, TOPICS, WINDOW = 1_500, 30, 100
FEW = 20
"""Where many of a small index are wanted, the graph is left and all are compared."""
FRAMEWORKS = ("jax", "pytorch", "pytorch")
WANTED = In(FactField.FRAMEWORK, ("jax",))


def near_a_topic(draw: np.random.Generator) -> Callable[[], Vector]:
    """Return what draws a unit vector that lies about one of a few topics, as those of texts do."""
    topics = draw.normal(size=(TOPICS, DIMENSION))

    def one() -> Vector:
        drawn = topics[draw.integers(TOPICS)] + draw.normal(size=DIMENSION)
        unit: Vector = (drawn / np.linalg.norm(drawn)).astype(np.float32)
        return unit

    return one


DRAW = near_a_topic(np.random.default_rng(7))
DOCUMENTS = [document(key, framework=FRAMEWORKS[key % 3]) for key in range(1, COUNT + 1)]
QUERIES = [DRAW() for _ in range(20)]


def encoded(given: Document) -> DocumentVectors:
    return DocumentVectors(given.key, given.id, texts_digest(given), DRAW(), DRAW())


@pytest.fixture(scope="module")
def readers(
    opensearch: str, seeded_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[IndexReader]]:
    """Give a reader of an index without a graph, and of one with it that holds the same."""
    file = shutil.copy(seeded_file, tmp_path_factory.mktemp("leases") / "leases.db")
    with own_prefix(opensearch) as prefix, closing(Database(sqlite_url(Path(file)))) as database:
        yield from filled(opensearch, prefix, database)


def filled(opensearch: str, prefix: str, leases: Database) -> Iterator[list[IndexReader]]:
    exact = Cluster(url=opensearch, prefix=f"{prefix}-exact")
    graph = Cluster(url=opensearch, prefix=f"{prefix}-graph", approximate=True)
    given = [encoded(one) for one in DOCUMENTS]
    readers: list[IndexReader] = []
    for cluster in (exact, graph):
        engine = OpenSearchEngine(cluster, Kind.MODELS, leases)
        writer = engine.writer(LOG)
        writer.use_embedder("test")
        writer.put(DOCUMENTS)
        writer.put_vectors(given)
        writer.commit(Mark(1))
        writer.close()
        readers.append(engine.reader())
    yield readers
    for reader in readers:
        reader.close()


def found(reader: IndexReader, request: SearchRequest) -> dict[int, float | None]:
    return {hit.key: hit.meaning for hit in reader.search(request).hits}


def test_the_graph_leads_to_nearly_all_of_the_nearest(readers: list[IndexReader]) -> None:
    exact, graph = readers
    for wanted in (SearchRequest(), SearchRequest(filter=WANTED)):
        kept = 0
        for vector in QUERIES:
            asked = replace(wanted, text="x", vector=vector, mode=SearchMode.MEANING, window=FEW)
            near, led_to = found(exact, asked), found(graph, asked)
            assert len(led_to) == FEW
            common = near.keys() & led_to.keys()
            assert [near[key] for key in common] == pytest.approx([led_to[key] for key in common], abs=1e-5)
            if wanted.filter == WANTED:
                assert {FRAMEWORKS[key % 3] for key in led_to} == {"jax"}
            kept += len(common)
        assert kept >= 0.95 * len(QUERIES) * FEW


def test_what_counts_is_the_window_and_what_matches_the_words(readers: list[IndexReader]) -> None:
    facets = (FacetRequest(FactField.NAMESPACE),)
    asked = SearchRequest(
        text="3", vector=QUERIES[0], filter=WANTED, facets=facets, listed=(WANTED,), window=WINDOW
    )
    exact, graph = (reader.search(asked) for reader in readers)
    words = readers[0].search(replace(asked, mode=SearchMode.WORDS))
    for answer in (exact, graph):
        [counts] = answer.facets
        assert [one.count for one in counts.values] == [answer.total] == [len(answer.listed[0])]
        assert words.total < answer.total <= words.total + WINDOW


def test_what_is_alike_is_found_through_the_graph(readers: list[IndexReader]) -> None:
    kept = 0
    for facts, description in zip(QUERIES, reversed(QUERIES), strict=True):
        vectors = MeaningVectors(facts, description)
        exact, graph = ({one.key: one.score for one in reader.alike(vectors, 10)} for reader in readers)
        common = exact.keys() & graph.keys()
        assert [exact[key] for key in common] == pytest.approx([graph[key] for key in common], abs=1e-5)
        kept += len(common)
    assert kept >= 0.95 * len(QUERIES) * 10


def test_another_choice_makes_the_index_anew(
    opensearch: str, opensearch_prefix: str, leases: Database
) -> None:
    cluster = Cluster(url=opensearch, prefix=opensearch_prefix)
    OpenSearchEngine(cluster, Kind.MODELS, leases).writer(LOG).close()
    other = OpenSearchEngine(replace(cluster, approximate=True), Kind.MODELS, leases)
    assert other.standing().unfit == "its documents were built in another way"
    writer = other.writer(LOG)
    assert writer.replaced == "its documents were built in another way"
    assert other.standing().unfit is None
    writer.close()
