"""`holotype import`: what it says, and that it survives being killed and running twice at once."""

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from app.db.engine import Database, sqlite_url
from tests.transfer.files import ZOO, interchange

Run = Callable[..., tuple[int, str, str]]
Start = Callable[..., subprocess.Popen[str]]

MODELS = 2_000


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Return a file of many models of long ago, each with a version that was measured twice."""
    past = {"createdAt": "2020-02-27T00:00:00Z", "createdBy": "Ada", "updatedAt": "2020-02-28T00:00:00Z"}
    metrics = [
        {"name": name, "value": 0.5, "recordedAt": "2020-02-27T00:00:00Z"} for name in ("accuracy", "F1")
    ]
    version = {"number": 1, "stageSince": "2020-02-27T00:00:00Z", "metrics": metrics, **past}
    path = tmp_path / "many.jsonl"
    path.write_bytes(
        interchange(
            [
                {"type": "model", "name": f"model-{number}", "versions": [version], **past}
                for number in range(MODELS)
            ]
        )
    )
    return path


def counts(data: Path) -> dict[str, int]:
    """Count the rows of a registry."""
    database = Database(sqlite_url(data / "registry.db"))
    with database.read() as session:
        found = {
            table: session.connection().execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
            for table in ("model", "model_version", "metric_point", "model_history", "change")
        }
    database.close()
    return found


def test_it_says_what_became_of_the_lines(run: Run, tmp_path: Path) -> None:
    (tmp_path / "zoo.jsonl").write_bytes(interchange(ZOO))
    code, output, messages = run("import", "zoo.jsonl")
    assert code == 0
    assert output.splitlines()[-1] == "23 new, 0 unchanged, 0 rejected"
    assert ["metric", "values", "3", "0", "0"] in [line.split() for line in output.splitlines()]
    assert messages == "made a new registry in .holotype\n"
    assert (tmp_path / ".holotype" / "registry.db").exists()
    code, output, messages = run("import", "zoo.jsonl")
    assert (code, output.splitlines()[-1], messages) == (0, "0 new, 23 unchanged, 0 rejected", "")


def test_a_line_that_breaks_the_format_is_invalid(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_bytes(interchange([{"type": "model", "name": "wren", "verions": []}]))
    code, output, messages = run("import", "bad.jsonl")
    assert (code, ["invalid", "lines", "0", "0", "1"]) == (1, output.splitlines()[1].split())
    assert "bad.jsonl:2: verions: there is no such field; leave it out (did you mean versions?)" in messages


def test_rejects_are_shown_and_kept(run: Run, tmp_path: Path) -> None:
    bad = [{"type": "model", "name": f"{number}", "namespace": "defautl"} for number in range(30)]
    (tmp_path / "bad.jsonl").write_bytes(interchange(bad))
    code, output, messages = run("import", "bad.jsonl", "--rejects", "rejects.jsonl")
    assert code == 1
    assert output.splitlines()[-1] == "0 new, 0 unchanged, 30 rejected"
    shown = [line for line in messages.splitlines() if "there is no namespace" in line]
    assert len(shown) == 20
    assert shown[0] == ("bad.jsonl:2: namespace: there is no namespace 'defautl' (did you mean default?)")
    assert "and 10 more; all are in rejects.jsonl" in messages
    kept = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text().splitlines()]
    assert [reject["line"] for reject in kept] == list(range(2, 32))
    assert kept[0] == {
        "file": "bad.jsonl",
        "line": 2,
        "field": ["namespace"],
        "reason": "there is no namespace 'defautl'",
        "suggestions": ["default"],
    }


def test_one_bad_file_leaves_the_next(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "zoo.jsonl").write_bytes(interchange(ZOO))
    code, output, _ = run("import", "empty.jsonl", "zoo.jsonl")
    assert (code, output.splitlines()[-1]) == (1, "23 new, 0 unchanged, 1 rejected")


def test_a_file_that_is_not_there_is_a_usage_error(run: Run) -> None:
    code, output, messages = run("import", "nowhere.jsonl")
    assert (code, output) == (2, "")
    assert "nowhere.jsonl" in messages


def test_a_killed_import_leaves_whole_lines_and_the_next_goes_on(
    run: Run, start: Start, many: Path, tmp_path: Path
) -> None:
    killed = start("import", many, "--data", "killed")
    assert killed.stderr is not None
    while "30 %" not in killed.stderr.readline():
        assert killed.poll() is None
    killed.kill()
    killed.wait()
    assert killed.returncode == -signal.SIGKILL
    left = counts(tmp_path / "killed")
    assert 0 < left["model"] < MODELS
    assert left["model_version"] == left["model"]
    assert left["metric_point"] == 2 * left["model"]
    code, output, _ = run("import", many, "--data", "killed")
    assert code == 0
    assert output.splitlines()[-1].startswith(f"{4 * (MODELS - left['model']):,} new")
    run("import", many, "--data", "whole")
    assert counts(tmp_path / "killed") == counts(tmp_path / "whole")
    assert run("export", "--data", "killed")[1] == run("export", "--data", "whole")[1]


def test_two_imports_at_once_are_one(start: Start, many: Path, tmp_path: Path) -> None:
    both = [start("import", many, "--data", "both") for _ in range(2)]
    outputs = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    new = [int(output.splitlines()[-1].split()[0].replace(",", "")) for output in outputs]
    assert sum(new) == 4 * MODELS + 1
    found = counts(tmp_path / "both")
    assert found["model"] == found["model_version"] == MODELS
    assert found["metric_point"] == 2 * MODELS
