"""How much longer a search takes in an index of five times as many models.

The models of a registry are put into an index of their own by the engine's writer, and then four more times
under other keys, ids and names, with their vectors turned a little; the registry itself is not enlarged. At
both sizes the engine is asked as by the API: a hybrid search with a filter and five facets, the texts being
the descriptions of the tasks, encoded before. What else a request costs does not depend on the size, so the
ratio over HTTP is lower. Run as `python -m bench.scale [--data DATA] [--opensearch [URL]]`.
"""

import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from app.db.engine import Database
from app.db.statements import batched
from app.search.contract import FacetRequest, IndexReader, IndexUnavailable, Kind, SearchRequest, Vector
from app.search.delivery import DocumentVectors
from app.search.document import Document, meaning_texts, texts_digest
from app.search.engines import engine_of
from app.search.filters import Exists, FactField
from app.search.keeping import IndexWriter, SearchEngine
from app.search.query_encoder import QueryEncoders
from app.settings import Settings
from bench.search_floor import texts
from bench.serving import median_and_p99
from bench.stores import parser, registry, stores
from indexer.embeddings import EmbeddingCache
from indexer.source import RegistrySource

TIMES = 5
REQUESTS = 400
WARM_UP = 50
PAUSE_SECONDS = 3
AT_ONCE = 500
TURNED = 0.1
"""The length of what is added to a unit vector; its cosine to the first one is .995."""
FIELDS = (FactField.TASK, FactField.FRAMEWORK, FactField.LICENSE, FactField.LANGUAGE, FactField.FAMILY)


def main() -> None:
    """Measure at both sizes, and print."""
    options = parser(__doc__).parse_args()
    with stores(options), tempfile.TemporaryDirectory() as scratch:
        data = registry(options, Path(scratch), indexed=options.data is None)
        settings = Settings(data=data)
        [encoder] = (settings.index_folder / "encoder").iterdir()
        encode = QueryEncoders(settings.index_folder).for_embedder(encoder.name).encode
        with closing(Database(settings.database)) as database:
            source = RegistrySource(database)
            engine = _engine(settings, database, Path(scratch) / "scale")
            worst = []
            for copies in (range(1), range(1, TIMES)):
                with closing(engine.writer(source.log())) as writer:
                    writer.use_embedder(encoder.name)
                    _fill(writer, source, EmbeddingCache(data / "embeddings.sqlite", encoder.name), copies)
                worst.append(_searched(engine, encode))
    print(f"p99 at {TIMES} times the size: {worst[1] / worst[0]:.1f} times as long")


def _engine(settings: Settings, database: Database, folder: Path) -> SearchEngine:
    """Return an engine whose index is beside that of the registry."""
    cluster = settings.opensearch
    if cluster:
        cluster["prefix"] += "-scale"
    return engine_of(Kind.MODELS, folder, cluster, database)


def _fill(writer: IndexWriter, source: RegistrySource, cache: EmbeddingCache, copies: Iterable[int]) -> None:
    """Put all models of a registry into an index, once for each number of a copy; 0 is the model itself."""
    chance = np.random.default_rng(0)
    head = source.head()
    ids = source.ids()
    for some in batched(ids, AT_ONCE):
        documents = source.documents(some)
        both = [meaning_texts(document) for document in documents]
        known = cache.known(text for one in both for text in (one.facts, one.description))
        for number in copies:
            copied = [_copied(document, number) for document in documents]
            writer.put(copied)
            writer.put_vectors(
                [
                    _vectors(document, known[one.facts], known[one.description], chance, number)
                    for document, one in zip(copied, both, strict=True)
                ]
            )
        writer.commit()
    writer.commit(head)


def _copied(document: Document, number: int) -> Document:
    if not number:
        return document
    shifted = document.key + number * 10_000_000
    return replace(document, key=shifted, id=f"{document.id}-{number}", name=f"{document.name}-v{number}")


def _vectors(
    document: Document, facts: Vector, description: Vector, chance: np.random.Generator, number: int
) -> DocumentVectors:
    """Return the vectors of a document, for a copy turned a little."""
    both = np.stack([facts, description])
    if number:
        turn = chance.standard_normal(both.shape, np.float32)
        both = both + TURNED * turn / np.linalg.norm(turn, axis=1, keepdims=True)
        both /= np.linalg.norm(both, axis=1, keepdims=True)
    return DocumentVectors(document.key, document.id, texts_digest(document), both[0], both[1])


def _searched(engine: SearchEngine, encode: Callable[[str], Vector]) -> float:
    """Search, print how long it took, and return the 99th percentile in seconds."""
    asked = [_request(text, encode(text)) for text in texts()]
    with closing(engine.reader()) as reader:
        for request in islice(cycle(asked), WARM_UP):
            # The first ones read the index from the disk, which may take longer than an answer is waited for.
            with suppress(IndexUnavailable):
                reader.search(request)
        time.sleep(PAUSE_SECONDS)
        seconds = [_asked(reader, request) for request in islice(cycle(asked), REQUESTS)]
        position = reader.position()
    median, worst = median_and_p99(seconds)
    count = position.embedded if position else 0
    print(f"{count:,} models: p50 {1000 * median:.1f} ms, p99 {1000 * worst:.1f} ms", flush=True)
    return worst


def _request(text: str, vector: Vector) -> SearchRequest:
    facets = tuple(FacetRequest(field) for field in FIELDS)
    return SearchRequest(text=text, vector=vector, filter=Exists(FactField.LICENSE), facets=facets)


def _asked(reader: IndexReader, request: SearchRequest) -> float:
    began = time.perf_counter()
    reader.search(request)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
