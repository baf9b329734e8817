"""A disk that is full or read-only: every answer says so, nothing is lost, and the service outlives it."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.db.faults import LEAST_FREE_BYTES
from tests.graphql.conftest import REGISTER, Api, serving

COUNT = "{ registeredModels { totalCount } changes { totalCount } }"


@pytest.fixture
def api(seeded_file: Path, small_disk: Path) -> Iterator[Api]:
    """Serve a registry on a disk of its own."""
    with serving(small_disk / "data", seeded_file) as served_there:
        yield served_there


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leave no byte of a disk free."""
    with (disk / "filling").open("wb", buffering=0) as filling:
        for size in (2**20, 2**12, 1):
            try:
                while filling.write(b"0" * size) == size:
                    pass
            except OSError:
                continue
    yield
    (disk / "filling").unlink()


def register(api: Api, name: str) -> dict[str, Any]:
    """Send a model that needs some room."""
    return api.answer(
        REGISTER,
        input={
            "name": name,
            "facts": {"description": f"{name} " * 9_000},
            "version": {},
            "idempotencyKey": f"a key for {name:>9}",
        },
    )


def test_a_full_disk_is_said_and_outlived(
    api: Api, small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert "errors" not in register(api, "before")
    with filled(small_disk):
        answers = {name: register(api, name) for name in map(str, range(9))}
        kept = {name for name, answer in answers.items() if "errors" not in answer}
        lost = [answer["errors"] for name, answer in answers.items() if name not in kept]
        assert lost
        for [error] in lost:
            assert error["extensions"]["code"] == "UNAVAILABLE"
            assert "disk of the database is full" in error["message"]
            assert error["path"] == ["registerModel"]
        found = api.run(COUNT)
        assert found["registeredModels"] == {"totalCount": 1 + len(kept)}
        ready = api.http.get("/readyz")
        assert (ready.status_code, api.http.get("/healthz").status_code) == (503, 200)
        assert f"of the {LEAST_FREE_BYTES:,} that it needs" in ready.json()["parts"]["database"]
    assert "disk of the database is full" in caplog.text
    assert "Traceback" not in caplog.text
    assert api.http.get("/readyz").json()["parts"]["database"] == "ready"
    for name in answers:
        assert register(api, name)["data"]["registerModel"]["userErrors"] == []
    found = api.run(COUNT)
    assert found["registeredModels"] == {"totalCount": 1 + len(answers)}
    sequences = [change.sequence for change in api.store.changes()]
    assert sequences == list(range(1, len(sequences) + 1))
    with closing(sqlite3.connect(api.data / "registry.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


ENTRANCES = {
    "API": ["-m", "uvicorn", "--factory", "app.main:create_app_from_environment", "--port", "0"],
    "indexer": ["-m", "indexer", "run", "--once"],
}


def refused(entrance: str, data: Path, **settings: str) -> str:
    """Run an entrance of the product that refuses to start, and return the line that it leaves."""
    done = subprocess.run(
        [sys.executable, *ENTRANCES[entrance]],
        env={**os.environ, "HOLOTYPE_DATA": str(data), **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode not in {0, None}
    [line] = done.stderr.splitlines()
    return line


def test_a_read_only_disk_is_said_at_the_start(seeded_file: Path, small_disk: Path) -> None:
    shutil.copy(seeded_file, small_disk / "registry.db")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)  # noqa: S607 - the system's own
    line = refused("API", small_disk)
    assert f"the registry in {small_disk / 'registry.db'} cannot be opened: " in line
    assert "Read-only file system" in line


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_a_database_of_a_later_version_is_said_at_the_start(
    seeded_file: Path, tmp_path: Path, entrance: str
) -> None:
    shutil.copy(seeded_file, tmp_path / "registry.db")
    with closing(sqlite3.connect(tmp_path / "registry.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    line = refused(entrance, tmp_path)
    assert line.endswith("the database is at revision 9999, unknown to this code: upgrade Holotype")


@pytest.mark.parametrize("entrance", ENTRANCES)
@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("HOLOTYPE_PORT", "many", "HOLOTYPE_PORT is set to 'many': input should be a valid integer"),
        ("HOLOTYPE_ALLOWED_HOSTS", "models.example", "HOLOTYPE_ALLOWED_HOSTS is a list in JSON"),
    ],
)
def test_a_setting_that_cannot_be_is_said_at_the_start(
    tmp_path: Path, entrance: str, name: str, value: str, why: str
) -> None:
    assert why in refused(entrance, tmp_path, **{name: value})
