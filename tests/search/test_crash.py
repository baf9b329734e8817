"""Killing the writer at any point leaves an index that opens and a position that is true."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.search.contract import SearchMode, SearchRequest
from app.search.embedded.reader import EmbeddedReader
from app.search.filters import FactField, In
from tests.search.samples import vector_of

ROOT = Path(__file__).parents[2]


def killed_after(directory: Path, commits: int, delay: float) -> int:
    """Let a writer make some commits, kill it a moment later, and return the last commit that it told."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.search.committing", str(directory)], cwd=ROOT, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(commits)][-1]
        try:
            writer.wait(delay)
        except subprocess.TimeoutExpired:
            writer.kill()
        return max([told, *map(int, writer.stdout.read().split())])


@pytest.mark.parametrize("attempts", [5])
def test_a_kill_leaves_the_last_commit(tmp_path: Path, attempts: int) -> None:
    reader = EmbeddedReader(tmp_path)
    for attempt in range(attempts):
        told = killed_after(tmp_path, commits=3, delay=0.003 * attempt)
        reader.refresh()
        position = reader.position()
        assert position is not None
        through = position.words.sequence
        assert through >= told
        assert reader.search(SearchRequest()).total >= through + 1
        # Model 0 was moved by every commit, so an earlier value would be an older state.
        earlier = [In(FactField.FRAMEWORK, (f"f{through - back}",)) for back in (1, 2)]
        assert [reader.search(SearchRequest(filter=one)).total for one in earlier] == [1, 1]
        by_meaning = SearchRequest(text="model", vector=vector_of("model"), mode=SearchMode.MEANING)
        assert reader.search(by_meaning).total >= through + 1
        assert position.meaning == position.words
    reader.close()
