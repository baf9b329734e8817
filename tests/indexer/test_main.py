"""The indexer as a process. torch is kept from it: what it is like without is also what starts quickly."""

import ctypes
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.search.contract import IndexPosition, Kind
from app.search.embedded.engine import EmbeddedEngine
from app.search.embedded.reader import EmbeddedReader
from indexer.checking import compare
from indexer.commands import main
from indexer.source import RegistrySource
from tests.postgresql import Cluster, text_of
from tests.store import Store, open_store
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
NO_TORCH = "raise ModuleNotFoundError('No module named torch', name='torch')"

Process = subprocess.Popen[str]


@contextmanager
def indexing(data: Path, *options: str, torch: str = NO_TORCH) -> Iterator[Process]:
    """Run an indexer, which does not survive, with something else in the place of torch."""
    without = data / "without"
    without.mkdir(exist_ok=True)
    (without / "torch.py").write_text(torch)
    environment = {**os.environ, "HOLOTYPE_DATA": str(data), "PYTHONPATH": f"{without}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "indexer", "run", *options]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(indexer: Process, text: str) -> None:
    """Read what the indexer says until it says `text`."""
    assert indexer.stderr is not None
    assert any(text in line for line in indexer.stderr)


def wait_for_documents(data: Path, count: int) -> None:
    """Wait until the index holds as many documents."""
    wait_until(lambda: position(data).documents == count)


def position(data: Path) -> IndexPosition:
    reader = EmbeddedReader(data / "index" / Kind.MODELS)
    found = reader.position()
    reader.close()
    assert found is not None
    return found


def test_once_indexes_everything_and_ends(store: Store, tmp_path: Path) -> None:
    store.model("only")
    with indexing(tmp_path, "--once") as indexer:
        _, said = indexer.communicate()
    assert indexer.returncode == 0
    assert "torch is not installed; models are found by words only" in said
    assert "Traceback" not in said
    assert "SQLiteImpl" not in said
    assert position(tmp_path).words.sequence == store.last_change().sequence


def test_it_ends_when_told_to_and_the_next_takes_over(store: Store, tmp_path: Path) -> None:
    with indexing(tmp_path) as first:
        wait_for(first, "found by words")
        with indexing(tmp_path) as second:
            wait_for(second, "standing by")
            first.send_signal(signal.SIGTERM)
            assert first.wait(30) == 0
            store.model("late")
            wait_for_documents(tmp_path, 1)
            second.send_signal(signal.SIGINT)
            assert second.wait(30) == 0
    assert position(tmp_path).documents == 1


@pytest.mark.usefixtures("store")
def test_a_signal_that_any_of_its_threads_gets_ends_it(tmp_path: Path) -> None:
    with indexing(tmp_path) as indexer:
        wait_for(indexer, "found by words")
        threads = {int(thread.name) for thread in Path(f"/proc/{indexer.pid}/task").iterdir()}
        oldest = min(threads - {indexer.pid})
        assert ctypes.CDLL(None).tgkill(indexer.pid, oldest, signal.SIGTERM) == 0
        assert indexer.wait(30) == 0


def test_killed_again_and_again_it_goes_on_where_it_was(store: Store, tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "index" / Kind.MODELS)
    for _ in range(3):
        with indexing(tmp_path):
            while not engine.standing().kept:
                time.sleep(0.01)
            for _ in range(10):
                store.model()
    with indexing(tmp_path, "--once") as indexer:
        indexer.wait()
    comparison = compare(RegistrySource(store.database), engine)
    assert (comparison.documents, comparison.behind, comparison.differences) == (30, 0, ())


def test_killed_it_leaves_no_encoder_behind(store: Store, tmp_path: Path) -> None:
    store.model()
    told = tmp_path / "pid"
    loading = f"import os, time; open({str(told)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    with indexing(tmp_path, torch=loading) as indexer:
        while not told.exists() or not (encoder := told.read_text()):
            assert indexer.poll() is None
            time.sleep(0.05)
        indexer.kill()
    wait_until(lambda: not Path("/proc", encoder, "exe").exists())


def test_a_folder_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HOLOTYPE_DATA", str(tmp_path / "nowhere"))
    assert main(["run"]) == 3
    assert f"there is no data folder {tmp_path / 'nowhere'}" in caplog.text


@pytest.mark.usefixtures("store")
def test_a_database_of_a_later_version_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HOLOTYPE_DATA", str(tmp_path))
    with sqlite3.connect(tmp_path / "registry.db") as later:
        later.execute("UPDATE alembic_version SET version_num = '9999'")
    assert main(["run", "--once"]) == 1
    assert "revision 9999" in caplog.text
    assert not (tmp_path / "index").exists()


def test_one_that_is_stuck_ends_and_says_where(cluster: Cluster, tmp_path: Path) -> None:
    """PostgreSQL stands still, and what waits for its answer would wait for ever."""
    url = text_of(cluster.server.make())
    open_store(url).database.close()
    impatient = "from indexer import commands as c; c.STUCK_SECONDS = 5; raise SystemExit(c.main(['run']))"
    environment = {**os.environ, "HOLOTYPE_DATA": str(tmp_path), "HOLOTYPE_DATABASE_URL": url}
    with subprocess.Popen(
        [sys.executable, "-c", impatient], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_for(process, "found by words")
        with cluster.paused():
            assert process.wait(60) == 1
        assert process.stderr is not None
        assert "Timeout (0:00:05)!" in process.stderr.read()
