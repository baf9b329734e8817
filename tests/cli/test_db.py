"""`holotype db`: which revision the database is at, and whether it is whole."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]


def execute(data: Path, statement: str) -> None:
    """Do something to a registry behind its back."""
    with closing(sqlite3.connect(data / "registry.db")) as database, database:
        database.execute(statement)


def test_the_status_is_told_and_nothing_is_changed(run: Run, zoo: Path) -> None:
    state = json.loads(run("db", "status", "--data", zoo, "--json")[1])
    assert (state["revision"], state["known"], state["file"]) == (state["newest"], True, f"{zoo}/registry.db")
    assert run("db", "status", "--data", zoo)[1].endswith(f"revision {state['newest']}, the newest\n")
    execute(zoo, "UPDATE alembic_version SET version_num = '0001'")
    assert run("db", "status", "--data", zoo)[1].endswith(
        f"revision 0001; holotype db upgrade brings it to {state['newest']}\n"
    )
    execute(zoo, "UPDATE alembic_version SET version_num = '9999'")
    later = "revision 9999, of a later Holotype: upgrade Holotype\n"
    assert run("db", "status", "--data", zoo)[1].endswith(later)
    assert run("db", "upgrade", "--data", zoo)[0] == 1


def test_an_upgrade_that_is_not_needed_says_so(run: Run, zoo: Path) -> None:
    newest = json.loads(run("db", "status", "--data", zoo, "--json")[1])["newest"]
    assert run("db", "upgrade", "--data", zoo) == (0, f"at revision {newest} already\n", "")


def test_a_changed_log_is_found(run: Run, zoo: Path) -> None:
    whole = json.loads(run("db", "check", "--data", zoo, "--json")[1])
    assert whole["whole"] is True
    execute(zoo, "UPDATE change SET actor_id = 'usr_somebody' WHERE sequence = 3")
    code, output, messages = run("db", "check", "--data", zoo, "--json")
    assert code == 1
    assert json.loads(output)["whole"] is False
    assert messages.endswith("its change log is broken at change 3\n")


def test_words_that_say_something_else_are_found_and_mended(run: Run, zoo: Path) -> None:
    assert json.loads(run("db", "check", "--data", zoo, "--json")[1])["outdatedWords"] == 0
    execute(zoo, "UPDATE words SET terms = 'nothing' WHERE key = (SELECT min(key) FROM words)")
    code, output, messages = run("db", "check", "--data", zoo, "--json")
    assert (code, json.loads(output)["whole"]) == (1, False)
    assert messages.endswith("first: `holotype db upgrade --rewrite-words` mends it\n")
    words = json.loads(run("db", "upgrade", "--rewrite-words", "--data", zoo, "--json")[1])["words"]
    assert words > 0
    assert run("db", "check", "--data", zoo)[0] == 0


def test_words_of_another_release_are_told(run: Run, zoo: Path) -> None:
    execute(
        zoo, "UPDATE words SET rule = 'another', terms = 'nothing' WHERE key = (SELECT min(key) FROM words)"
    )
    code, _, messages = run("db", "check", "--data", zoo)
    assert (code, messages) == (
        0,
        "1 are found by words of another release until `holotype db upgrade` is run\n",
    )
    told = "words by which the database finds, made anew: 1 of 1\n"
    assert run("db", "upgrade", "--data", zoo)[2] == told
    assert json.loads(run("db", "check", "--data", zoo, "--json")[1])["outdatedWords"] == 0


@pytest.mark.parametrize("command", ["status", "upgrade", "check"])
def test_no_registry_is_one_clear_line(run: Run, tmp_path: Path, command: str) -> None:
    there = "there is no registry in nowhere; name its folder with --data"
    assert run("db", command, "--data", "nowhere") == (3, "", f"holotype: {there}\n")
    assert not (tmp_path / "nowhere").exists()
