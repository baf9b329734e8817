"""What every command has: help, one clear line for a mistake, an exit code that means something."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest

from app.settings import Settings

START = "start it with: holotype up, or say where it is with --url or HOLOTYPE_URL"

Run = Callable[..., tuple[int, str, str]]


def test_help_lists_the_commands(run: Run) -> None:
    code, output, _ = run("--help", COLUMNS="80")
    assert code == 0
    listed = output.partition("Commands:")[2].partition("Exit codes:")[0].splitlines()
    names = {line.split()[0] for line in listed if line.strip()}
    clients = {"search", "show", "register", "log", "tag", "alias", "history", "namespace"}
    assert names >= clients | {"up", "db", "import", "export", "backup", "restore", "config", "index"}
    assert "..." not in "".join(listed)


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"holotype {version('holotype')}\n", "")


def test_help_loads_nothing_heavy() -> None:
    listed = subprocess.run(
        [sys.executable, "-c", "import sys, app.cli.commands; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
    ).stdout.split()
    assert not {"sqlalchemy", "pydantic", "strawberry", "rich", "numpy", "httpx2"} & set(listed)


def test_a_setting_that_is_none_is_named(run: Run) -> None:
    code, output, messages = run("up", HOLOTYPE_PORT="many")
    assert (code, output) == (1, "")
    assert messages.startswith("holotype: HOLOTYPE_PORT is set to 'many'")
    assert messages.count("\n") == 1


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            "http://127.0.0.1:9/graphql",
            (
                4,
                f"nothing answers at http://127.0.0.1:9; {START}",
            ),
        ),
        ("127.0.0.1", (2, "'127.0.0.1' is no address; it begins with http:// or https://")),
    ],
)
def test_a_search_without_a_server_says_what_to_do(run: Run, url: str, says: tuple[int, str]) -> None:
    code, message = says
    assert run("search", "sparrows", HOLOTYPE_URL=url) == (code, "", f"holotype: {message}\n")


def test_a_search_for_nothing_says_what_to_do(run: Run) -> None:
    said = 'holotype: say what is looked for, in plain words: holotype search "German sentiment"\n'
    assert run("search", "  ") == (2, "", said)


def test_the_settings_with_their_sources(run: Run) -> None:
    code, output, _ = run("config", "--json", "--data", "here", HOLOTYPE_PORT="9")
    assert code == 0
    told = {row["setting"]: (row["value"], row["source"], row["default"]) for row in json.loads(output)}
    assert set(told) == {*(f"HOLOTYPE_{name.upper()}" for name in Settings.model_fields), "HOLOTYPE_URL"}
    assert told["HOLOTYPE_DATA"] == ("here", "option", ".holotype")
    assert told["HOLOTYPE_PORT"] == (9, "environment", 8765)
    assert told["HOLOTYPE_HOST"] == ("127.0.0.1", "default", "127.0.0.1")
    assert "HOLOTYPE_PORT" in run("config", COLUMNS="40")[1]


def test_completion_is_there_for_the_common_shells(run: Run) -> None:
    completed = run(_HOLOTYPE_COMPLETE="complete_bash", COMP_WORDS="holotype expo", COMP_CWORD="1")
    assert completed[1].split() == ["export"]


def test_a_registry_of_a_later_version_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "zoo.jsonl").write_text('{"type":"header","format":"holotype","version":1}\n')
    data = tmp_path / "data"
    assert run("import", "zoo.jsonl", "--data", data)[0] == 0
    with closing(sqlite3.connect(data / "registry.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    code, _, messages = run("import", "zoo.jsonl", "--data", data)
    assert code == 1
    assert messages.endswith(": the database is at revision 9999, unknown to this code: upgrade Holotype\n")


def test_a_data_folder_that_cannot_be_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "zoo.jsonl").write_text("{}")
    code, _, messages = run("import", "zoo.jsonl", "--data", "zoo.jsonl")
    assert code == 1
    assert messages.startswith("holotype: the registry in zoo.jsonl cannot be opened: ")
    assert messages.count("\n") == 1
