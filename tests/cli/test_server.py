"""The commands on a registry in PostgreSQL."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.postgresql import Server
from tests.transfer.files import ZOO, interchange

Run = Callable[..., tuple[int, str, str]]


def test_it_works(run: Run, postgresql: Server, tmp_path: Path) -> None:
    (tmp_path / "zoo.jsonl").write_bytes(interchange(ZOO))
    with postgresql.fresh() as url:
        there = {"HOLOTYPE_DATABASE_URL": url}
        assert run("import", "zoo.jsonl", **there)[0] == 0
        code, output, _ = run("import", "zoo.jsonl", **there)
        assert code == 0
        assert "0 new" in output
        exported = run("export", **there)[1]
        (tmp_path / "exported.jsonl").write_text(exported)
        assert run("import", "exported.jsonl", "--data", "file")[0] == 0
        assert run("export", "--data", "file")[1] == exported
        state = json.loads(run("db", "status", "--json", **there)[1])
        assert state["revision"] == state["newest"]
        checked = json.loads(run("db", "check", "--json", **there)[1])
        assert checked == {"whole": True, "changes": state["changes"], "outdatedWords": 0}
        code, _, messages = run("backup", "copy.db", **there)
        assert (code, "pg_dump" in messages) == (1, True)


def test_an_edited_log_and_a_later_database_are_told(run: Run, postgresql: Server) -> None:
    with postgresql.fresh() as url:
        there = {"HOLOTYPE_DATABASE_URL": url}
        assert run("db", "upgrade", **there)[0] == 0
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("UPDATE change SET digest = 'edited' WHERE sequence = 2")
        code, _, messages = run("db", "check", **there)
        assert (code, messages.strip().endswith("its change log is broken at change 2")) == (1, True)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        code, _, messages = run("export", **there)
        assert (code, "revision 9999, unknown to this code: upgrade Holotype" in messages) == (1, True)
        assert len(messages.splitlines()) == 1
