"""An index that changes its embedder while it is asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from app.insight.discovery.asking import DegradationCode, Discovery, ask, embedder_of
from app.insight.discovery.likeness import SimilarModel, similar_models
from app.registry.tables import RegisteredModel
from app.search.contract import IndexReader, Kind, Likeness, MeaningVectors, SearchAnswer, SearchRequest
from app.search.engines import engine_of
from app.search.query_encoder import QueryEncoders
from tests.graphql.conftest import Api, each_engine, serving
from tests.graphql.indexing import EMBEDDER, OTHER_EMBEDDER, index
from tests.waiting import wait_until

__all__ = ["each_engine"]

TEXT = SearchRequest(text="german sentiment")


@dataclass
class Overtaken:
    """A reader whose index is changed `times` times: each time just before it is asked to compare vectors."""

    reader: IndexReader
    change: Callable[[], object]
    times: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reader, name)

    def search(self, request: SearchRequest) -> SearchAnswer:
        self._overtake()
        return self.reader.search(request)

    def alike(self, vectors: MeaningVectors, limit: int) -> list[Likeness]:
        self._overtake()
        return self.reader.alike(vectors, limit)

    def _overtake(self) -> None:
        if self.times:
            self.times -= 1
            self.change()


@pytest.fixture(scope="module")
def zoo(
    seeded_file: Path, tmp_path_factory: pytest.TempPathFactory, each_engine: dict[str, Any]
) -> Iterator[Api]:
    with serving(tmp_path_factory.mktemp("zoo"), seeded_file, **each_engine) as api:
        api.model("german", description="small german sentiment classifier")
        api.model("english", description="english speech recognition")
        api.model("picture", description="large picture classifier")
        index(api)
        yield api


def compares_all(reader: IndexReader, embedder: str) -> bool:
    """Return whether the index has the vectors that an embedder made of all its documents."""
    position = reader.position()
    return position is not None and (position.embedder, position.embedded) == (embedder, position.documents)


@contextmanager
def overtaken(zoo: Api, times: int) -> Iterator[Discovery]:
    """Give what asks an index whose embedder changes so many times."""
    folder = zoo.settings.index_folder
    engines = [engine_of(kind, folder, zoo.settings.opensearch, zoo.store.database) for kind in Kind]
    models, datasets = (engine.reader() for engine in engines)

    def change() -> None:
        meta = EMBEDDER if embedder_of(models) == OTHER_EMBEDDER.digest else OTHER_EMBEDDER
        index(zoo, meta=meta)
        wait_until(lambda: compares_all(models, meta.digest))

    changing: Any = Overtaken(models, change, times)
    discovery = Discovery(changing, datasets, QueryEncoders(folder))
    yield discovery
    discovery.close()


def parts(answer: SearchAnswer) -> dict[str, tuple[float | None, float | None]]:
    return {hit.id: (hit.words, hit.meaning and round(hit.meaning, 4)) for hit in answer.hits}


def like_german(zoo: Api, discovery: Discovery) -> list[SimilarModel] | None:
    with zoo.store.reading() as session:
        model = session.exec(select(RegisteredModel).where(RegisteredModel.name == "german")).one()
        return similar_models(session, discovery, model, 2)


def test_a_search_compares_vectors_of_one_embedder(zoo: Api) -> None:
    with overtaken(zoo, 1) as discovery, zoo.store.reading() as session:
        before = embedder_of(discovery.models)
        meanwhile, after = (ask(session, discovery, Kind.MODELS, TEXT) for _ in range(2))
    assert meanwhile.answer is not None
    assert after.answer is not None
    assert meanwhile.answer.position.embedder != before
    assert parts(meanwhile.answer) == parts(after.answer)
    assert (meanwhile.degraded, after.degraded) == ([], [])


def test_words_answer_while_the_embedder_keeps_changing(zoo: Api) -> None:
    with overtaken(zoo, 9) as discovery, zoo.store.reading() as session:
        reply = ask(session, discovery, Kind.MODELS, TEXT)
    assert reply.answer is not None
    assert [meaning for _, meaning in parts(reply.answer).values()] == [None]
    # The new vectors may not all be there yet, which is said too.
    said = {one.code: one.message for one in reply.degraded}
    assert "by words alone" in said[DegradationCode.EMBEDDER_UNAVAILABLE]


def test_likeness_compares_vectors_of_one_embedder(zoo: Api) -> None:
    with overtaken(zoo, 1) as discovery:
        meanwhile, after = (like_german(zoo, discovery) for _ in range(2))
    assert meanwhile is not None
    assert after is not None
    assert [one.score for one in meanwhile] == [one.score for one in after]


def test_likeness_is_unknown_while_the_embedder_keeps_changing(zoo: Api) -> None:
    with overtaken(zoo, 9) as discovery:
        assert like_german(zoo, discovery) is None
