"""A backup of PostgreSQL, as docs/operations.md tells it."""

import os
import subprocess
from pathlib import Path

from sqlalchemy import make_url

from tests.deploy.composed import HOLOTYPE, example, with_roles
from tests.postgresql import Cluster, text_of
from tests.transfer.files import ZOO, interchange


def test_what_pg_dump_saved_is_restored_whole_and_served_by_the_same_roles(
    cluster: Cluster, tmp_path: Path
) -> None:
    database = with_roles(cluster, example())
    (tmp_path / "zoo.jsonl").write_bytes(interchange(ZOO))

    def url(role: str, name: str) -> str:
        return text_of(make_url(f"postgresql://{role}@/{name}?host={cluster.folder}"))

    def holotype(role: str, name: str, *command: str | Path) -> str:
        there = {"HOLOTYPE_DATABASE_URL": url(role, name), "HOLOTYPE_DATA": str(tmp_path / "data")}
        done = subprocess.run(
            [HOLOTYPE, *command], env={**os.environ, **there}, capture_output=True, text=True, check=True
        )
        return done.stdout

    def postgresql(program: str, *arguments: str | Path) -> None:
        subprocess.run([cluster.binaries / program, *arguments], check=True)

    holotype("holotype_owner", database, "db", "upgrade")
    holotype("holotype_service", database, "import", tmp_path / "zoo.jsonl")
    dump, restored = tmp_path / "holotype.dump", f"{database}_restored"
    postgresql("pg_dump", "--format=custom", f"--file={dump}", url("holotype_owner", database))
    create = ["--template=template0", "--encoding=UTF8", "--locale=C", "--owner=holotype_owner"]
    postgresql("createdb", f"--maintenance-db={text_of(cluster.server.url)}", *create, restored)
    postgresql("pg_restore", "--exit-on-error", f"--dbname={url('holotype_owner', restored)}", dump)
    assert "is whole" in holotype("holotype_service", restored, "db", "check")
    exports = [holotype("holotype_service", name, "export") for name in (database, restored)]
    assert exports[0] == exports[1]
    (tmp_path / "more.jsonl").write_bytes(interchange([{"type": "model", "name": "magpie"}]))
    holotype("holotype_service", restored, "import", tmp_path / "more.jsonl")
    assert "is whole" in holotype("holotype_service", restored, "db", "check")
