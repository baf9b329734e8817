"""The published audits of GraphQL over HTTP, run against a served registry."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.routes.serving import served

AUDITS = Path(__file__).parent / "audits"


def test_every_audit_passes(tmp_path: Path, require_engine: Callable[[str, bool], None]) -> None:
    node = shutil.which("node")
    require_engine(
        "Node.js with the audits that `make test` installs",
        (AUDITS / "node_modules").is_dir() and node is not None,
    )
    with served(tmp_path) as api:
        command = [str(node), "run.js", f"{api.url}/graphql"]
        done = subprocess.run(command, cwd=AUDITS, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    audits = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(audits) == 61
    assert [audit for audit in audits if audit["status"] != "ok"] == []
