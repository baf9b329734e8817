"""The encoder for queries, before there is one; tests/indexer/test_encoder.py has the real one."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.search.query_encoder import (
    META,
    MODEL,
    TOKENIZER,
    EmbedderUnavailable,
    QueryEncoders,
    encoder_directory,
)
from tests.graphql.indexing import EMBEDDER, WordEncoder

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("digest", "says"),
    [
        (None, "no text has a vector yet"),
        ("0123456789abcdef", "the model that reads queries is not ready yet"),
    ],
)
def test_without_an_export_there_is_no_encoder(tmp_path: Path, digest: str | None, says: str) -> None:
    with pytest.raises(EmbedderUnavailable, match=says):
        QueryEncoders(tmp_path).for_embedder(digest)


def test_encoders_lie_beside_the_index_under_their_digest(tmp_path: Path) -> None:
    assert encoder_directory(tmp_path, "abc") == tmp_path / "encoder" / "abc"


@pytest.mark.parametrize("name", [MODEL, TOKENIZER, META])
@pytest.mark.parametrize("left", [b"", b"{}", b'{"version":'])
def test_a_damaged_encoder_is_none_and_the_log_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, left: bytes
) -> None:
    WordEncoder(tmp_path)
    directory = encoder_directory(tmp_path, EMBEDDER.digest)
    (directory / name).write_bytes(left)
    encoders = QueryEncoders(tmp_path)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            with pytest.raises(EmbedderUnavailable, match="damaged"):
                encoders.for_embedder(EMBEDDER.digest)
    [record] = caplog.records
    assert (record.exc_info, "\n" in record.getMessage()) == (None, False)
    assert f"remove {directory}" in record.getMessage()


def test_nothing_is_reported_to_anybody(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import app.main, app.search.query_encoder"]
    subprocess.run(command, check=True, env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]}, cwd=ROOT)
    assert list(tmp_path.rglob("*")) == []
