"""Migrations: they make exactly the declared tables, once, and refuse what they do not know."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from app.db.changelog import ChangeEntity
from app.db.columns import metadata
from app.db.engine import Database, sqlite_url
from app.db.migrate import DatabaseNewerThanCode, alembic_config, upgrade
from app.identity.tables import Principal
from app.lineage.tables import LineageEdge
from app.registry.tables import RegisteredModel

DECLARING = (Principal, LineageEdge, RegisteredModel)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "registry.db"


@pytest.fixture
def empty(file: Path) -> Iterator[Database]:
    database = Database(sqlite_url(file))
    yield database
    database.close()


def tables(database: Database) -> set[str]:
    with database.readers.connect() as connection:
        return set(inspect(connection).get_table_names())


def schema(file: Path) -> list[str]:
    with sqlite3.connect(file) as connection:
        rows = connection.execute(
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql"
        ).fetchall()
    connection.close()
    return [sql for (sql,) in rows]


def test_migrations_make_exactly_the_declared_tables(empty: Database) -> None:
    assert upgrade(empty)
    assert tables(empty) == {*metadata.tables, "alembic_version"}
    assert {table.__tablename__ for table in DECLARING} <= tables(empty)
    with empty.readers.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_a_second_upgrade_does_nothing(empty: Database, file: Path) -> None:
    upgrade(empty)
    before = schema(file)
    assert not upgrade(empty)
    assert schema(file) == before


def test_the_way_back_leaves_nothing_and_can_be_gone_again(empty: Database, file: Path) -> None:
    upgrade(empty)
    before = schema(file)
    config = alembic_config()
    with empty.writers.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert tables(empty) == {"alembic_version"}
    assert upgrade(empty)
    assert schema(file) == before


def test_a_database_of_a_later_version_is_refused(empty: Database) -> None:
    upgrade(empty)
    with empty.writers.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseNewerThanCode, match="9999"):
        upgrade(empty)


def test_a_migration_that_fails_leaves_nothing(empty: Database) -> None:
    with empty.writers.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE param (stranger TEXT)")
    with pytest.raises(OperationalError, match="param"):
        upgrade(empty)
    assert tables(empty) == {"param"}


def test_a_user_and_a_service_are_there_from_the_start(empty: Database) -> None:
    upgrade(empty)
    with empty.read() as session:
        known = {(row.kind, row.name, row.id[:3]) for row in session.exec(select(Principal))}
    assert known == {("user", "local", "usr"), ("service", "system", "sva")}


def test_changes_that_were_logged_before_are_found_by_what_they_touch(empty: Database) -> None:
    config = alembic_config()
    with empty.writers.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for sequence, subject, related in ((1, "mdl_a", '["nsp_a"]'), (2, "ver_a", '["mdl_a","ver_a"]')):
            connection.exec_driver_sql(
                'INSERT INTO change (sequence, id, "transaction", at, actor_id, action, subject_id, related,'
                " digest) VALUES (?, ?, 't', '2026-01-01', 'a', 'a', ?, ?, 'd')",
                (sequence, f"chg_{sequence}", subject, related),
            )
    upgrade(empty)
    with empty.read() as session:
        rows = session.exec(select(ChangeEntity)).all()
    touched = {(row.entity_id, row.sequence) for row in rows}
    assert touched == {("mdl_a", 1), ("nsp_a", 1), ("mdl_a", 2), ("ver_a", 2)}


def test_only_sqlite_is_served() -> None:
    with pytest.raises(ValueError, match="postgresql"):
        Database("postgresql://localhost/registry")
