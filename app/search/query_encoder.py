"""The encoder for queries: ONNX Runtime and tokenizers, without torch.

The indexer exports it once, beside the indexes and under the digest of the embedder that made the vectors:

    INDEXES/encoder/<digest>/model.onnx       token ids and mask in, one unit vector out
    INDEXES/encoder/<digest>/tokenizer.json
    INDEXES/encoder/<digest>/meta.json        {"name", "digest", "dimension", "max_tokens"}
"""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
import orjson
from tokenizers import Tokenizer

from app.search.contract import Vector

# The published builds of ONNX Runtime report what they run to their makers, unless told so before they load.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime  # type: ignore[import-untyped]
from onnxruntime.capi import onnxruntime_pybind11_state as runtime  # type: ignore[import-untyped]

logger = logging.getLogger(__name__)

FOLDER = "encoder"
MODEL, TOKENIZER, META = "model.onnx", "tokenizer.json", "meta.json"
NO_VECTORS = "no text has a vector yet: the indexer makes them, and its log says so where it cannot"
NOT_EXPORTED = (
    "the model that reads queries is not ready yet: the indexer prepares it when it starts, and where "
    "none runs beside the API, `holotype index export-encoder` does"
)
DAMAGED = "the encoder for the vectors of the index is damaged; the log of the API says how to mend it"

# The errors of ONNX Runtime have no class in common.
_UNREADABLE = (
    OSError,
    TypeError,
    ValueError,
    runtime.Fail,
    runtime.InvalidArgument,
    runtime.InvalidGraph,
    runtime.InvalidProtobuf,
    runtime.NoSuchFile,
    runtime.NotImplemented,
    runtime.RuntimeException,
)


class EmbedderUnavailable(Exception):
    """There is no encoder for the vectors of the index; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class EmbedderMeta:
    """What an embedder is.

    Attributes:
        name: Its published name.
        digest: Stands for its weights, tokenizer and settings.
        dimension: Length of its vectors.
        max_tokens: How many tokens of a text it reads.
    """

    name: str
    digest: str
    dimension: int
    max_tokens: int


def encoder_directory(indexes: Path, digest: str) -> Path:
    """Return where the encoder with this digest lies in the folder of the indexes."""
    return indexes / FOLDER / digest


class QueryEncoder:
    """Turns the text of a query into a unit vector, from any thread.

    Those that stand for the same embedder are equal.

    Raises:
        OSError: A file is missing.
    """

    def __init__(self, directory: Path) -> None:
        self.meta = EmbedderMeta(**orjson.loads((directory / META).read_bytes()))
        self._tokenizer = Tokenizer.from_buffer((directory / TOKENIZER).read_bytes())
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.meta.max_tokens)
        options = onnxruntime.SessionOptions()
        # One short text is encoded faster than threads are woken, and searches run side by side.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # From its file: from bytes, the weights would be held twice.
        self._session = onnxruntime.InferenceSession(
            directory / MODEL, options, providers=["CPUExecutionProvider"]
        )

    def __eq__(self, other: object) -> bool:
        """Return whether another encoder gives the same vectors."""
        return isinstance(other, QueryEncoder) and self.meta == other.meta

    def __hash__(self) -> int:
        """Return the hash of what embedder it stands for."""
        return hash(self.meta)

    def encode(self, text: str) -> Vector:
        """Return the unit vector of `text`, of which as many tokens count as the embedder reads."""
        # A lone surrogate, which JSON can spell, is no text that could be encoded.
        encoding = self._tokenizer.encode(text.encode(errors="replace").decode())
        fed = {"input_ids": encoding.ids, "attention_mask": encoding.attention_mask}
        (rows,) = self._session.run(None, {name: np.array([ids], np.int64) for name, ids in fed.items()})
        vector: Vector = np.asarray(rows, np.float32)[0]
        return vector


class QueryEncoders:
    """Finds the encoder that fits an index; it may be exported while the API runs."""

    def __init__(self, indexes: Path) -> None:
        self._indexes = indexes
        self._loading = Lock()
        self._loaded: QueryEncoder | None = None
        self._damaged: str | None = None

    def for_embedder(self, digest: str | None) -> QueryEncoder:
        """Return the encoder for vectors that the embedder `digest` made; it is loaded at the first call.

        Raises:
            EmbedderUnavailable: There is none yet, or its files cannot be read, which the log says once.
        """
        loaded = self._loaded
        if loaded is not None and loaded.meta.digest == digest:
            return loaded
        with self._loading:
            if self._loaded is None or self._loaded.meta.digest != digest:
                self._loaded = self._load(digest)
            return self._loaded

    def _load(self, digest: str | None) -> QueryEncoder:
        if digest is None:
            raise EmbedderUnavailable(NO_VECTORS)
        directory = encoder_directory(self._indexes, digest)
        try:
            return QueryEncoder(directory)
        except FileNotFoundError:
            raise EmbedderUnavailable(NOT_EXPORTED) from None
        except _UNREADABLE as error:
            if self._damaged != digest:
                self._damaged = digest
                advice = f"remove {directory} and start the indexer, which writes it anew"
                logger.warning(
                    "the query encoder cannot be read, and searches go by words alone; %s: %s", advice, error
                )
            raise EmbedderUnavailable(DAMAGED) from None
