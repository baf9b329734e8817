"""A whole registry as one file: made while others write, proved, and put back."""

import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.store import open_store

Run = Callable[..., tuple[int, str, str]]


def rows_of(path: Path) -> list[str]:
    """Return everything that a SQLite file holds, as the statements that make it."""
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def test_it_comes_back_as_it_was(run: Run, zoo: Path, tmp_path: Path) -> None:
    code, output, messages = run("backup", "copy.db", "--data", zoo)
    assert (code, output) == (0, "")
    store = open_store(zoo / "registry.db")
    changes = len(store.changes())
    store.database.close()
    assert messages == f"copy.db holds the registry up to change {changes:,}; it was read back and is whole\n"
    assert run("restore", "copy.db", "--data", "again")[0] == 0
    assert rows_of(tmp_path / "again" / "registry.db") == rows_of(zoo / "registry.db")
    assert run("export", "--data", "again")[1] == run("export", "--data", zoo)[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "copy.db", "zoo"]


def test_it_is_of_one_moment_while_others_write(run: Run, zoo: Path, tmp_path: Path) -> None:
    store = open_store(zoo / "registry.db")
    before = len(store.changes())
    ended = threading.Event()

    def write() -> None:
        while not ended.is_set():
            store.version(store.model())

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for number in range(3):
            assert run("backup", f"{number}.db", "--data", zoo)[0] == 0
    finally:
        ended.set()
        writing.join()
    whole = store.changes()
    store.database.close()
    lengths = []
    for number in range(3):
        copied = open_store(tmp_path / f"{number}.db")
        lengths.append(len(copied.changes()))
        assert copied.last_change() == whole[lengths[-1] - 1]
        copied.database.close()
    assert before <= lengths[0] <= lengths[1] <= lengths[2] <= len(whole)
    assert lengths[2] > before


def test_nothing_is_overwritten(run: Run, zoo: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("dear to somebody")
    assert run("backup", "copy.db", "--data", zoo) == (1, "", "holotype: copy.db is there already\n")
    assert (tmp_path / "copy.db").read_text() == "dear to somebody"
    assert run("backup", "good.db", "--data", zoo)[0] == 0
    before = rows_of(zoo / "registry.db")
    refused = run("restore", "good.db", "--data", zoo)
    assert refused == (1, "", f"holotype: {zoo} is not empty; restore into a new folder with --data\n")
    assert rows_of(zoo / "registry.db") == before


def test_a_changed_log_is_found(run: Run, zoo: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(zoo / "registry.db")) as database, database:
        database.execute("""UPDATE change SET actor_id = 'usr_somebody' WHERE sequence = 3""")
    for arguments in (
        ["backup", "copy.db", "--data", zoo],
        ["restore", zoo / "registry.db", "--data", "new"],
    ):
        code, _, messages = run(*arguments)
        assert code == 1
        assert messages.endswith("is damaged: its change log is broken at change 3\n")
    assert not (tmp_path / "copy.db").exists()
    assert list((tmp_path / "new").iterdir()) == []


def test_a_damaged_file_is_found(run: Run, zoo: Path, tmp_path: Path) -> None:
    assert run("backup", "copy.db", "--data", zoo)[0] == 0
    whole = (tmp_path / "copy.db").read_bytes()
    for content in (whole[: len(whole) // 2], b"no registry at all", whole[:100] + bytes(len(whole) - 100)):
        (tmp_path / "copy.db").write_bytes(content)
        code, output, messages = run("restore", "copy.db", "--data", "new")
        assert (code, output) == (1, "")
        assert messages.startswith("holotype: ")
        assert messages.count("\n") == 1
        assert not (tmp_path / "new" / "registry.db").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["backup", "copy.db", "--data", "nowhere"],
            "there is no registry in nowhere; name its folder with --data",
        ),
        (["restore", "nowhere.db", "--data", "new"], "there is no file nowhere.db"),
    ],
)
def test_what_is_not_there_is_one_clear_line(run: Run, arguments: list[str], says: str) -> None:
    assert run(*arguments) == (3, "", f"holotype: {says}\n")


def test_a_backup_that_cannot_be_put_there_says_where(run: Run, zoo: Path, tmp_path: Path) -> None:
    refused = run("backup", "no/such/copy.db", "--data", zoo)
    assert refused == (
        1,
        "",
        "holotype: no/such/copy.db cannot be written: there is no folder no/such; make it first\n",
    )
    assert not (tmp_path / "no").exists()
    (tmp_path / "file").touch()
    refused = run("backup", "file/copy.db", "--data", zoo)
    assert refused == (1, "", "holotype: file/copy.db cannot be written: Not a directory\n")


def test_a_backup_that_finds_no_room_says_where(run: Run, zoo: Path, small_disk: Path) -> None:
    (small_disk / "filling").write_bytes(b"0" * (shutil.disk_usage(small_disk).free - 2**16))
    code, told, why = run("backup", small_disk / "copy.db", "--data", zoo)
    assert (code, told) == (1, "")
    registry = zoo / "registry.db"
    assert why == f"holotype: {registry} cannot be copied into {small_disk}: database or disk is full\n"
    assert [file.name for file in small_disk.iterdir()] == ["filling"]


def test_any_other_database_is_no_backup(run: Run, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as database, database:
        database.execute("CREATE TABLE birds (name TEXT)")
    code, _, messages = run("restore", "other.db", "--data", "new")
    assert code == 1
    assert messages == "holotype: other.db is no registry: no such table: change\n"
