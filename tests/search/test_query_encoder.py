"""The encoder for queries, before there is one; tests/indexer/test_encoder.py has the real one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.search.query_encoder import EmbedderUnavailable, QueryEncoders, encoder_directory

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("digest", [None, "0123456789abcdef"])
def test_without_an_export_there_is_no_encoder(tmp_path: Path, digest: str | None) -> None:
    with pytest.raises(EmbedderUnavailable):
        QueryEncoders(tmp_path).for_embedder(digest)


def test_encoders_lie_beside_the_index_under_their_digest(tmp_path: Path) -> None:
    assert encoder_directory(tmp_path, "abc") == tmp_path / "encoder" / "abc"


def test_nothing_is_reported_to_anybody(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import app.main, app.search.query_encoder"]
    subprocess.run(command, check=True, env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]}, cwd=ROOT)
    assert list(tmp_path.rglob("*")) == []
