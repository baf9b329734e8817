"""The roles of deploy/postgresql.sql: one owns the tables, the other serves and can change none."""

import os
import subprocess
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.deploy.composed import HOLOTYPE, example, with_roles
from tests.postgresql import Cluster, text_of
from tests.transfer.files import ZOO, interchange

REFUSED = [
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "CREATE SCHEMA mine",
    "DROP TABLE change",
    "TRUNCATE change",
    "ALTER TABLE change DISABLE TRIGGER ALL",
    "ALTER TABLE change ADD COLUMN mine int",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE ROLE mine",
]


def test_the_serving_role_serves_and_changes_no_table(cluster: Cluster, tmp_path: Path) -> None:
    database = with_roles(cluster, example())
    (tmp_path / "zoo.jsonl").write_bytes(interchange(ZOO))

    def url(role: str) -> str:
        return text_of(make_url(f"postgresql://{role}@/{database}?host={cluster.folder}"))

    def holotype(role: str, *command: str | Path) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "HOLOTYPE_DATABASE_URL": url(role),
            "HOLOTYPE_DATA": str(tmp_path / "data"),
        }
        return subprocess.run(
            [HOLOTYPE, *command], env=environment, capture_output=True, text=True, check=False
        )

    early = holotype("holotype_service", "db", "upgrade")
    assert early.returncode == 1
    assert early.stderr.endswith(
        "`holotype db upgrade` is for the role that owns the tables, and all else for one "
        "that may read and write their rows\n"
    )
    assert len(early.stderr.splitlines()) == 1
    assert holotype("holotype_owner", "db", "upgrade").returncode == 0
    for command in (("import", tmp_path / "zoo.jsonl"), ("export",), ("db", "check"), ("db", "upgrade")):
        done = holotype("holotype_service", *command)
        assert done.returncode == 0, done.stderr
    for statement in REFUSED:
        with (
            psycopg.connect(url("holotype_service")) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement.encode())
