"""A small embedder, one random direction a word, and the index that is made with it."""

import time
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import orjson
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from app.search.contract import IndexPosition, Kind, Vector
from app.search.embedded.rows import DIMENSION
from app.search.embedded.writer import EmbeddedWriter
from app.search.query_encoder import META, MODEL, TOKENIZER, EmbedderMeta, QueryEncoder, encoder_directory
from indexer.source import RegistrySource
from indexer.worker import Worker, keep_up
from tests.graphql.conftest import Api

if TYPE_CHECKING:
    from indexer.embeddings import Encoder

WORDS = [
    "bert",
    "german",
    "english",
    "sentiment",
    "speech",
    "picture",
    "classifier",
    "small",
    "large",
    "recognition",
    "text",
    "feelings",
]
EMBEDDER = EmbedderMeta("words", "words-1", DIMENSION, 128)


class WordEncoder:
    """Encodes documents by the very model that it exports for queries."""

    def __init__(self, folder: Path) -> None:
        self.meta = EMBEDDER
        self.export(folder)
        self._queries = QueryEncoder(encoder_directory(folder, EMBEDDER.digest))

    def encode(self, texts: Sequence[str]) -> Vector:
        """Return one unit vector a text."""
        return np.array([self._queries.encode(text) for text in texts])

    def export(self, index: Path) -> None:
        """Write the model into an index directory."""
        target = encoder_directory(index, EMBEDDER.digest)
        target.mkdir(parents=True, exist_ok=True)
        (target / MODEL).write_bytes(_model().SerializeToString())
        (target / TOKENIZER).write_text(_tokenizer().to_str())
        (target / META).write_bytes(orjson.dumps(EMBEDDER))


def index(api: Api, *, by_meaning: bool = True) -> IndexPosition:
    """Index everything that has happened, as the process beside the API does, until the API sees it."""
    folder = api.data / "index"
    loading: Future[Encoder] = Future()
    if by_meaning:
        loading.set_result(WordEncoder(folder))
    else:
        loading.set_exception(ModuleNotFoundError("torch"))
    sources = {kind: RegistrySource(api.store.database, kind) for kind in Kind}
    writers = {kind: EmbeddedWriter(folder / kind, source.log()) for kind, source in sources.items()}
    cache = api.data / "embeddings.sqlite"
    try:
        workers = [Worker(sources[kind], writers[kind], loading, cache) for kind in Kind]
        keep_up(workers, Event(), until_done=True)
        position = writers[Kind.MODELS].position
    finally:
        for writer in writers.values():
            writer.close()
    for _ in range(500):
        seen = api.run("{ serverInfo { wordsLag meaningLag } }")
        if seen["wordsLag"] == 0 and (seen["meaningLag"] == 0 or not by_meaning):
            return position
        time.sleep(0.01)
    raise AssertionError(f"the API does not see the index: {seen}")


def _tokenizer() -> Tokenizer:
    vocabulary = {word: number for number, word in enumerate(["[UNK]", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106 - not that kind of token
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def _model() -> Any:
    table = np.random.default_rng(7).normal(size=(len(WORDS) + 1, DIMENSION)).astype(np.float32)
    table[0] /= 100
    ids, mask = (
        helper.make_tensor_value_info(name, TensorProto.INT64, [1, "tokens"])
        for name in ("input_ids", "attention_mask")
    )
    axis = numpy_helper.from_array(np.array([1]), "axis")
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["words"]),
            helper.make_node("ReduceSum", ["words", "axis"], ["sum"], keepdims=0),
            helper.make_node("LpNormalization", ["sum"], ["vector"], axis=1, p=2),
        ],
        "words",
        [ids, mask],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, DIMENSION])],
        [numpy_helper.from_array(table, "table"), axis],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model
