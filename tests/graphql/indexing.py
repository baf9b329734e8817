"""A small embedder, one random direction a word, and the index that is made with it."""

import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import onnx
import orjson
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from app.search.contract import IndexPosition, Kind, Vector
from app.search.delivery import DIMENSION
from app.search.engines import engine_of
from app.search.query_encoder import META, MODEL, TOKENIZER, EmbedderMeta, QueryEncoder, encoder_directory
from indexer.embeddings import Embedder
from indexer.following import follow
from indexer.source import RegistrySource
from tests.graphql.conftest import Api

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
OTHER_EMBEDDER = EmbedderMeta("other words", "words-2", DIMENSION, 128)
SEEDS = {EMBEDDER: 7, OTHER_EMBEDDER: 8}


class WordEncoder:
    """Encodes documents by the very model that it exports for queries."""

    def __init__(self, folder: Path, meta: EmbedderMeta = EMBEDDER) -> None:
        self.meta = meta
        self._export(folder)
        self._queries = QueryEncoder(encoder_directory(folder, meta.digest))

    def encode(self, texts: Sequence[str]) -> Vector:
        """Return one unit vector a text."""
        return np.array([self._queries.encode(text) for text in texts])

    def prepare(self) -> None:
        """Do nothing: the model is there."""

    def rest(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""

    def _export(self, index: Path) -> None:
        """Write the model into an index directory."""
        target = encoder_directory(index, self.meta.digest)
        target.mkdir(parents=True, exist_ok=True)
        (target / MODEL).write_bytes(_model(SEEDS[self.meta]).SerializeToString())
        (target / TOKENIZER).write_text(_tokenizer().to_str())
        (target / META).write_bytes(orjson.dumps(self.meta))


def index(api: Api, *, by_meaning: bool = True, meta: EmbedderMeta = EMBEDDER) -> IndexPosition:
    """Index everything that has happened, as the process beside the API does, until the API sees it."""
    folder = api.settings.index_folder
    embedder = Embedder(api.data / "embeddings.sqlite", WordEncoder(folder, meta)) if by_meaning else None
    database = api.store.database
    kept = [
        (
            RegistrySource(database, kind),
            engine_of(kind, folder, api.settings.opensearch, database),
        )
        for kind in Kind
    ]
    follow(kept, embedder, Event(), through=kept[0][0].head())
    if embedder:
        embedder.close()
    for _ in range(500):
        seen = api.run("{ serverInfo { wordsLag meaningLag } }")
        if seen["wordsLag"] == 0 and (seen["meaningLag"] == 0 or not by_meaning):
            position = kept[0][1].standing().position
            assert position is not None
            return position
        time.sleep(0.01)
    raise AssertionError(f"the API does not see the index: {seen}")


def _tokenizer() -> Tokenizer:
    vocabulary = {word: number for number, word in enumerate(["[UNK]", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106 - not that kind of token
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def _model(seed: int) -> Any:
    table = np.random.default_rng(seed).normal(size=(len(WORDS) + 1, DIMENSION)).astype(np.float32)
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
