"""What every command has: help, one clear line for a mistake, an exit code that means something."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest

CLIENTS = ["show", "history", "register", "log", "tag", "alias"]

Run = Callable[..., tuple[int, str, str]]


def test_help_lists_the_commands(run: Run) -> None:
    code, output, _ = run("--help")
    assert code == 0
    assert [line.split()[0] for line in output.partition("Commands:")[2].splitlines() if line.strip()] == [
        "up",
        "import",
        "export",
        "backup",
        "restore",
        "search",
        "show",
        "history",
        "register",
        "log",
        "tag",
        "alias",
        "index",
    ]


@pytest.mark.parametrize("command", ["up", "import", "export", "backup", "restore", "search", *CLIENTS])
def test_each_command_has_an_example(run: Run, command: str) -> None:
    code, output, _ = run(command, "--help")
    assert code == 0
    assert f"Example: holotype {command}" in " ".join(output.split())


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
        ("http://127.0.0.1:9", "nothing answers at http://127.0.0.1:9; start it with: holotype up"),
        ("127.0.0.1", "'127.0.0.1' is no address; it begins with http:// or https://"),
    ],
)
def test_a_search_without_a_server_says_what_to_do(run: Run, url: str, says: str) -> None:
    assert run("search", "sparrows", HOLOTYPE_URL=url) == (1, "", f"holotype: {says}\n")


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
