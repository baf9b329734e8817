"""The encoder of documents as a process beside the indexer.

torch takes seconds to import and half a gigabyte before it encodes anything. In a process of its own it is
there only while there is much to encode; a few texts are encoded by the encoder of queries, which is the same
model without torch.
"""

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import numpy as np

from app.search.contract import Vector
from app.search.query_encoder import (
    EmbedderMeta,
    EmbedderUnavailable,
    QueryEncoders,
    encoder_directory,
)
from indexer.embeddings import EncodingFailed
from indexer.weights import WrongWeights, embedder

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

FEW = 200
"""As many texts are encoded without torch in about the time in which torch is loaded."""
REST_SECONDS = 30.0
END_SECONDS = 1.0
NICENESS = 10
"""Following the log and answering searches come first."""

Answer = Vector | EmbedderUnavailable | EncodingFailed


class PackagedEncoder:
    """Encodes by all-MiniLM-L6-v2, in a process that is started when there is much to encode.

    Args:
        indexes: The folder of the indexes, which gets the encoder of queries.

    Raises:
        EmbedderUnavailable: The weights are not installed.
    """

    meta: EmbedderMeta

    def __init__(self, indexes: Path) -> None:
        try:
            self.meta = embedder()
        except ModuleNotFoundError as missing:
            raise _not_installed(missing) from None
        self._indexes = indexes
        self._process: _Process | None = None
        self._few = QueryEncoders(indexes)
        self._encoded = 0
        self._used = time.monotonic()

    def prepare(self) -> None:
        """Export the encoder of queries, unless it is there.

        Raises:
            EmbedderUnavailable: torch or something that it needs is missing.
        """
        # The process that exports it stays: whoever has no export has all there is still to encode.
        if not encoder_directory(self._indexes, self.meta.digest).exists():
            self._start()

    def encode(self, texts: Sequence[str]) -> Vector:
        """Return one unit vector a text, in order.

        Raises:
            EmbedderUnavailable: torch or something that it needs is missing, or the encoder of queries is
                damaged.
            EncodingFailed: The encoder failed at these texts.
        """
        self._encoded += len(texts)
        self._used = time.monotonic()
        if self._process is None and self._encoded <= FEW:
            return self._encode_few(texts)
        process = self._process or self._start()
        try:
            return process.ask(list(texts))
        except EncodingFailed:
            if not process.is_alive():
                self.close()
            raise
        finally:
            self._used = time.monotonic()

    def rest(self) -> None:
        """End the process, and give its memory back, if it has had nothing to do for a while."""
        if time.monotonic() - self._used > REST_SECONDS:
            self._encoded = 0
            self.close()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.close()

    def _start(self) -> "_Process":
        """Start the process, and wait until it has loaded the encoder and exported the one of queries."""
        self._process = process = _Process(_serve, str(self._indexes))
        try:
            process.answer()
        except (EmbedderUnavailable, EncodingFailed):
            self.close()
            raise
        self._used = time.monotonic()
        return process

    def _encode_few(self, texts: Sequence[str]) -> Vector:
        encoder = self._few.for_embedder(self.meta.digest)
        return np.array([encoder.encode(text) for text in texts])


class _Process:
    """A process that answers over a pipe, and ends with the indexer however that ends."""

    def __init__(self, work: Callable[..., None], *arguments: str) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs, *arguments), daemon=True)
        self._process.start()
        # With the last other end the pipe closes, which is how the end of either process is noticed.
        theirs.close()

    def ask(self, texts: list[str]) -> Vector:
        # It may have ended, and left word why.
        with suppress(BrokenPipeError):
            self._pipe.send(texts)
        return self.answer()

    def answer(self) -> Vector:
        try:
            said: Answer = self._pipe.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            raise EncodingFailed(f"the encoder ended with exit code {self._process.exitcode}") from None
        if isinstance(said, Exception):
            raise said
        return said

    def is_alive(self) -> bool:
        return self._process.is_alive()

    def close(self) -> None:
        with suppress(BrokenPipeError):
            self._pipe.send(None)
        self._process.join(END_SECONDS)
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _serve(pipe: "Connection[Any, Any]", indexes: str) -> None:
    """Export the encoder of queries, say so, and encode what comes over the pipe until nothing does."""
    encoder = _loaded(pipe)
    if encoder is None:
        return
    encoder.export(Path(indexes))
    with suppress(EOFError, BrokenPipeError):
        pipe.send(np.empty((0, encoder.meta.dimension), np.float32))
        while (texts := pipe.recv()) is not None:
            pipe.send(_answer(encoder, texts))


def _loaded(pipe: "Connection[Any, Any]") -> Any:
    """Return the encoder; None, and say why over the pipe, if it cannot be loaded."""
    # Those who end the indexer often signal all its processes; it ends this one itself.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICENESS)
    Thread(target=_end_with_indexer, name="indexer-watch", daemon=True).start()
    try:
        from indexer.encoder import SentenceEncoder  # noqa: PLC0415 - torch takes seconds, and may be missing

        return SentenceEncoder()
    except ImportError as missing:
        pipe.send(_not_installed(missing))
    except WrongWeights as wrong:
        pipe.send(EmbedderUnavailable(str(wrong)))
    return None


def _end_with_indexer() -> None:
    """End at once when the indexer has ended, even by SIGKILL, whatever is being done."""
    indexer = parent_process()
    if indexer is not None:
        wait([indexer.sentinel])
        os._exit(1)


def _answer(encoder: Any, texts: list[str]) -> Answer:
    try:
        made: Vector = encoder.encode(texts)
    except Exception as failure:  # noqa: BLE001 - whatever it is, the indexer has to know
        return EncodingFailed(repr(failure))
    return made


def _not_installed(missing: ImportError) -> EmbedderUnavailable:
    return EmbedderUnavailable(
        f"{missing.name} is not installed; models are found by words only. "
        "Install holotype[indexer] to find them by meaning"
    )
