"""The nearest by meaning through a graph over the vectors: `python -m bench.graph URL [COUNT]`.

Fills two indexes of an OpenSearch with the same generated documents, one without a graph and one with it, and
prints how long that took, what each takes on the disk, how long a search waits, and how many of the nearest
the graph leads to. Vectors lie about topics, as those of texts do; random directions alone have no near ones.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import urllib3

from app.db.engine import Database, sqlite_url
from app.registry.opening import open_registry
from app.search.contract import IndexReader, IndexUnavailable, Kind, Mark, SearchMode, SearchRequest, Vector
from app.search.delivery import DIMENSION, DocumentVectors
from app.search.document import Document, texts_digest
from app.search.filters import All, FactField, Filter, In
from app.search.opensearch.cluster import Cluster
from app.search.opensearch.engine import OpenSearchEngine
from app.search.opensearch.writer import OpenSearchWriter
from bench.serving import median_and_p99

CHUNK, SEARCHES, TOPICS = 5_000, 30, 2_000
FRAMEWORKS = ("jax", *["pytorch"] * 9)
WORDS = ("sentence", "image", "speech", "token", "graph", "video", "table")


@dataclass(frozen=True, slots=True)
class Index:
    """A filled index.

    Attributes:
        reader: Asks it.
        seconds: How long it took to fill, merges included.
        size: How many bytes it takes.
    """

    reader: IndexReader
    seconds: float
    size: int


def units(draw: np.random.Generator, topics: Vector, count: int) -> Vector:
    """Return so many unit vectors about the topics, cosine .7 to theirs."""
    noise = draw.normal(size=(count, DIMENSION)).astype(np.float32)
    drawn: Vector = topics[draw.integers(len(topics), size=count)] + noise
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn


def chunks(count: int, topics: Vector) -> Iterator[tuple[list[Document], list[DocumentVectors]]]:
    """Yield the documents and their vectors, each time the same."""
    draw = np.random.default_rng(1)
    for start in range(1, count + 1, CHUNK):
        keys = range(start, min(start + CHUNK, count + 1))
        documents = [
            Document(
                key=key,
                id=f"mdl_{key:032x}",
                name=f"{WORDS[key % 7]}-{key}",
                namespace="default",
                sequence=key,
                framework=FRAMEWORKS[key % 10],
            )
            for key in keys
        ]
        facts, descriptions = units(draw, topics, len(keys)), units(draw, topics, len(keys))
        yield (
            documents,
            [
                DocumentVectors(one.key, one.id, texts_digest(one), *both)
                for one, *both in zip(documents, facts, descriptions, strict=True)
            ],
        )


def fill(cluster: Cluster, database: Database, count: int, topics: Vector) -> Index:
    """Fill an index, and wait until the server has merged what it wrote."""
    engine = OpenSearchEngine(cluster, Kind.MODELS, database)
    begun = time.perf_counter()
    with closing(engine.writer("chg_bench")) as writer:
        writer.use_embedder("bench")
        for documents, vectors in chunks(count, topics):
            while not _is_kept(writer, documents, vectors):
                writer.discard()
    while _is_merging(cluster):
        time.sleep(0.5)
    return Index(engine.reader(), time.perf_counter() - begun, engine.standing().size)


def _is_kept(
    writer: OpenSearchWriter, documents: Sequence[Document], vectors: Sequence[DocumentVectors]
) -> bool:
    """Write a chunk, as the indexer does; return whether the server took it in time."""
    try:
        writer.put(documents)
        writer.put_vectors(vectors)
        writer.commit(Mark(documents[-1].sequence))
    except IndexUnavailable as failure:
        print(f"again: {failure}", flush=True)
        return False
    return True


def _is_merging(cluster: Cluster) -> bool:
    address = f"{cluster.url}/{cluster.prefix}-models/_stats/merge"
    merges = urllib3.request("GET", address).json()["_all"]["primaries"]["merges"]
    return bool(merges["current"])


def compare(indexes: Sequence[Index], queries: Vector, tree: Filter) -> str:
    """Return how long searches wait, by turns, and how many of the first 10 and 1,000 the graph led to."""
    seconds: list[list[float]] = [[], []]
    found: list[list[Sequence[str]]] = [[], []]
    for vector in queries:
        asked = SearchRequest(text="sentence", vector=vector, mode=SearchMode.MEANING, filter=tree)
        for place, index in enumerate(indexes):
            begun = time.perf_counter()
            hits = index.reader.search(asked).hits
            seconds[place].append(time.perf_counter() - begun)
            found[place].append(hits.ids)
    exact, graph = (median_and_p99(one) for one in seconds)
    recalls = [
        np.mean([_kept(near[:first], led) for near, led in zip(*found, strict=True)]) for first in (10, 1000)
    ]
    waits = ", ".join(f"{median * 1e3:.0f} (p99 {p99 * 1e3:.0f}) ms" for median, p99 in (exact, graph))
    return f"{waits}, {graph[0] / exact[0]:.2f}x; recall {recalls[0]:.3f} of 10, {recalls[1]:.3f} of 1,000"


def _kept(near: Sequence[str], led_to: Sequence[str]) -> float:
    return len({*near} & {*led_to[: len(near)]}) / len(near)


def main(address: str, count: int) -> None:
    """Fill both and compare them."""
    draw = np.random.default_rng(2)
    topics = draw.normal(size=(TOPICS, DIMENSION)).astype(np.float32)
    queries = units(draw, topics, SEARCHES)
    with TemporaryDirectory() as folder:
        url = sqlite_url(Path(folder) / "registry.db")
        with closing(open_registry(url)) as database:
            indexes = []
            for approximate in (False, True):
                name = "bench-graph" if approximate else "bench-exact"
                cluster = Cluster(url=address, prefix=name, approximate=approximate)
                index = fill(cluster, database, count, topics)
                print(f"{name}: {count} in {index.seconds:.0f} s, {index.size / 1e6:.0f} MB", flush=True)
                indexes.append(index)
            for tree in (All(), In(FactField.FRAMEWORK, ("jax",))):
                print(f"{tree}: exact, graph {compare(indexes, queries, tree)}", flush=True)
    urllib3.request("DELETE", f"{address}/bench-exact-*,bench-graph-*")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
