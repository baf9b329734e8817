"""The drawing of the rooms is the code: who may import whom, and how long a file may grow."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "transformers", "sentence_transformers", "onnx", "onnxscript")
ENTRANCES = ("app.main", "app.cli")
MAX_LINES = 300


def run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_rooms_keep_their_order() -> None:
    code = "from importlinter.cli import lint_imports; import sys; sys.exit(lint_imports(no_cache=True))"
    assert " 0 broken" in run(sys.executable, "-c", code)


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_no_entrance_loads_what_only_the_indexer_needs(entrance: str) -> None:
    code = f"import {entrance}, sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    loaded = set(run(sys.executable, "-c", code).split())
    assert "app" in loaded
    assert loaded.isdisjoint({*HEAVY, "indexer"})


def test_files_stay_short() -> None:
    files = [
        file
        for room in ("app", "indexer")
        for file in (ROOT / room).rglob("*.py")
        if "migrations" not in file.parts
    ]
    assert len(files) > 50
    long = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in files}
    assert {name: lines for name, lines in long.items() if lines > MAX_LINES} == {}
