"""An open index for the tests of search."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.search.embedded.reader import EmbeddedReader
from app.search.embedded.writer import EmbeddedWriter
from tests.search.samples import LOG


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EmbeddedWriter]:
    made = EmbeddedWriter(tmp_path, LOG)
    made.use_embedder("test")
    yield made
    made.close()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[EmbeddedReader]:
    made = EmbeddedReader(tmp_path)
    yield made
    made.close()
