"""The encoder of documents, sentence-transformers with all-MiniLM-L6-v2, and its export for queries.

torch takes seconds to import, so this module is imported in the background and by nobody else.
"""

import copy
import logging
import os
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")
# Threads that spin while they wait take the processor from the API beside them, and from one another.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import orjson
import torch
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from app.search.contract import Vector
from app.search.query_encoder import META, MODEL, TOKENIZER, encoder_directory
from indexer.weights import MAX_TOKENS, WEIGHTS, check_weights, embedder, weights_directory

BATCH = 32
# Kernels are made for each length and kept: few different lengths take less time and memory.
PADDING = {"text": {"pad_to_multiple_of": 16}}
OPSET = 18
# Long enough to tell the precisions apart, short enough to be worth it at every start.
_SAMPLE = ["A model that finds things in a picture and draws a box around each of them. " * 4] * 16


class SentenceEncoder:
    """Turns texts into unit vectors of 384 numbers, reading at most 128 tokens of each.

    Raises:
        WrongWeights: The packaged weights are not the ones recorded here.
    """

    def __init__(self) -> None:
        directory = weights_directory()
        check_weights(directory / WEIGHTS)
        self._tokenizer_file = directory / TOKENIZER
        with _quiet():
            self._exact = SentenceTransformer(str(directory), local_files_only=True)
        self._exact.max_seq_length = MAX_TOKENS
        self._fast = _fastest(self._exact)
        self.meta = embedder()

    def encode(self, texts: Sequence[str]) -> Vector:
        """Return one unit vector a text, in order; texts of like length are encoded together."""
        vectors = self._fast.encode(
            list(texts), batch_size=BATCH, show_progress_bar=False, processing_kwargs=PADDING
        )
        rows: Vector = np.array(vectors, np.float32)
        # The model normalises in its own precision, which may be a coarse one.
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows

    def export(self, index: Path) -> None:
        """Write the encoder for queries into an index directory, whole or not at all, if it lacks it."""
        target = encoder_directory(index, self.meta.digest)
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".export-") as draft:
            made = Path(draft) / "encoder"
            made.mkdir()
            (made / TOKENIZER).write_bytes(self._tokenizer_file.read_bytes())
            (made / META).write_bytes(orjson.dumps(self.meta))
            _export_model(self._exact, made / MODEL)
            made.rename(target)


class _Pooled(torch.nn.Module):
    """The transformer, the mean over the tokens that are not padding, and the unit length, as one graph."""

    def __init__(self, transformer: Any) -> None:
        super().__init__()
        self.transformer = transformer

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1)
        return torch.nn.functional.normalize(mean, p=2.0, dim=1)


def _fastest(exact: SentenceTransformer) -> SentenceTransformer:
    """Return the encoder in the precision that this machine computes faster: float32 or bfloat16."""
    coarse = copy.deepcopy(exact).to(torch.bfloat16)
    return min((exact, coarse), key=_seconds)


def _seconds(model: SentenceTransformer) -> float:
    """Return the seconds of the processor, which may have other work, that a model takes for a sample."""
    model.encode(_SAMPLE, batch_size=BATCH, show_progress_bar=False)
    started = time.process_time()
    model.encode(_SAMPLE, batch_size=BATCH, show_progress_bar=False)
    return time.process_time() - started


def _export_model(model: SentenceTransformer, path: Path) -> None:
    transformer: Any = model[0].auto_model
    pooled = _Pooled(copy.deepcopy(transformer).to("cpu")).eval()
    # Two tensors: the exporter takes one that is given twice for one input.
    ids, mask = torch.ones(1, 16, dtype=torch.int64), torch.ones(1, 16, dtype=torch.int64)
    tokens = torch.export.Dim("tokens", min=2, max=MAX_TOKENS)
    shape = {1: tokens}
    with _quiet(), torch.no_grad():
        torch.onnx.export(
            pooled,
            (ids, mask),
            path,
            input_names=["input_ids", "attention_mask"],
            output_names=["vector"],
            opset_version=OPSET,
            dynamo=True,
            dynamic_shapes={"input_ids": shape, "attention_mask": shape},
            external_data=False,
            verbose=False,
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep bars and notes of the libraries off the terminal; what fails still raises."""
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    for name in ("torch.onnx", "onnxscript", "onnx_ir", "sentence_transformers"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
