"""Faults of the disk and the file, as SQLite itself raises them, are told apart from defects of the code."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from app.db.engine import sqlite_url
from app.db.faults import fault


def fault_of(engine: Engine, *statements: str) -> str | None:
    """Run statements, the last of which fails, and return what its error is taken for."""
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    except (DBAPIError, NoConnection) as failed:
        return fault(failed)
    raise AssertionError("nothing failed")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Make a database with one table."""
    with create_engine(sqlite_url(tmp_path / "a.db")).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE a (b TEXT)")
    return tmp_path / "a.db"


def test_a_full_disk(file: Path) -> None:
    engine = create_engine(sqlite_url(file))
    full = fault_of(engine, "PRAGMA max_page_count = 2", "INSERT INTO a VALUES (zeroblob(100000))")
    assert full is not None
    assert "disk of the database is full" in full


def test_a_file_that_may_not_be_written(file: Path) -> None:
    engine = create_engine(f"sqlite:///file:{file}?mode=ro&uri=true")
    assert "read-only" in str(fault_of(engine, "INSERT INTO a VALUES (1)"))


def test_another_process_that_writes(file: Path) -> None:
    engine = create_engine(sqlite_url(file), connect_args={"timeout": 0})
    with engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        assert "another process" in str(fault_of(engine, "BEGIN IMMEDIATE"))


def test_too_many_writers_at_once(file: Path) -> None:
    engine = create_engine(sqlite_url(file), pool_size=1, max_overflow=0, pool_timeout=0)
    with engine.connect():
        assert "send fewer requests at once" in str(fault_of(engine, "SELECT 1"))


def test_a_file_that_is_gone_or_is_no_database(tmp_path: Path) -> None:
    gone = create_engine(sqlite_url(tmp_path / "none" / "a.db"))
    assert "cannot be opened" in str(fault_of(gone, "SELECT 1"))
    (tmp_path / "b.db").write_bytes(b"no database" * 1_000)
    assert "is no database" in str(fault_of(create_engine(sqlite_url(tmp_path / "b.db")), "SELECT * FROM a"))


def test_anything_else_is_a_defect(file: Path) -> None:
    assert fault_of(create_engine(sqlite_url(file)), "SELECT * FROM nothing") is None
    assert fault(ValueError("no")) is None
