"""Migrations: they make exactly the declared tables, once, and refuse what they do not know."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import column, delete, insert, inspect, table
from sqlalchemy import select as sql_select
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from app.db.changelog import ChangeEntity
from app.db.columns import metadata
from app.db.engine import Database, sqlite_url
from app.db.leases import Lease
from app.db.migrate import (
    DatabaseNewerThanCode,
    DatabaseOlderThanCode,
    alembic_config,
    prepare,
    revisions,
    upgrade,
)
from app.identity.tables import Principal
from app.lineage.tables import ExternalNode, LineageEdge, lineage_edge_history
from app.registry.drafts import DatasetVersionPatch, draft
from app.registry.opening import RegistryNotOpened, open_registry
from app.registry.tables import DatasetVersion, RegisteredModel, dataset_version_history
from app.registry.writing.datasets import update_dataset_version
from tests.postgresql import Server, text_of
from tests.store import Store

DECLARING = (Lease, Principal, LineageEdge, RegisteredModel)


pytestmark = pytest.mark.both_databases

REVISIONS = [script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()]


@pytest.fixture
def empty(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[Database]:
    with ExitStack() as held:
        url = sqlite_url(tmp_path / "registry.db")
        if database_kind == "postgresql":
            url = held.enter_context(request.getfixturevalue("postgresql").fresh())
        database = Database(url)
        held.callback(database.close)
        yield database


def tables(database: Database) -> set[str]:
    with database.readers.connect() as connection:
        return {name for name in inspect(connection).get_table_names() if not of_full_text(name)}


def of_full_text(table: str) -> bool:
    """Tell whether a table belongs to the full-text index of SQLite, which keeps it as it likes."""
    return table.startswith("words_index")


def schema(database: Database) -> list[Any]:
    """Return every column, index and constraint, in an order of their own."""
    with database.readers.connect() as connection:
        found = inspect(connection)
        return sorted(
            (table, repr(thing))
            for table in found.get_table_names()
            if not of_full_text(table)
            for thing in (
                *found.get_columns(table),
                *map(written, found.get_indexes(table)),
                *found.get_unique_constraints(table),
                *found.get_foreign_keys(table),
                found.get_pk_constraint(table),
            )
        )


def written(index: Any) -> dict[str, Any]:
    """Return an index whose condition is a text."""
    options = {name: str(option) for name, option in index.get("dialect_options", {}).items()}
    return {**index, "dialect_options": options}


def differences(database: Database) -> list[Any]:
    with database.readers.connect() as connection:
        options = {
            "compare_type": True,
            "include_name": lambda name, kind, _: kind != "table" or not of_full_text(name),
        }
        context = MigrationContext.configure(connection, opts=options)
        found: list[Any] = compare_metadata(context, metadata)
        return found


def upgrade_to(database: Database, revision: str) -> None:
    config = alembic_config()
    with database.writers.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_migrations_make_exactly_the_declared_tables(empty: Database) -> None:
    assert upgrade(empty)
    assert tables(empty) == {*metadata.tables, "alembic_version"}
    assert {table.__tablename__ for table in DECLARING} <= tables(empty)
    assert differences(empty) == []


@pytest.mark.parametrize("earlier", REVISIONS[1:])
def test_every_earlier_revision_is_brought_to_the_declared_tables(empty: Database, earlier: str) -> None:
    upgrade_to(empty, earlier)
    assert upgrade(empty)
    assert differences(empty) == []


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_a_second_upgrade_does_nothing(empty: Database) -> None:
    upgrade(empty)
    before = schema(empty)
    assert not upgrade(empty)
    assert schema(empty) == before


def test_the_way_back_leaves_nothing_and_can_be_gone_again(empty: Database) -> None:
    upgrade(empty)
    before = schema(empty)
    config = alembic_config()
    with empty.writers.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert tables(empty) == {"alembic_version"}
    assert upgrade(empty)
    assert schema(empty) == before


def test_a_database_of_a_later_version_is_refused(empty: Database) -> None:
    upgrade(empty)
    with empty.writers.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseNewerThanCode, match="9999"):
        upgrade(empty)


def test_a_migration_that_fails_leaves_nothing(empty: Database) -> None:
    with empty.writers.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE param (stranger TEXT)")
    with pytest.raises(DBAPIError, match="param"):
        upgrade(empty)
    assert tables(empty) == {"param"}


def test_a_user_and_a_service_are_there_from_the_start(empty: Database) -> None:
    upgrade(empty)
    with empty.read() as session:
        known = {(row.kind, row.name, row.id[:3]) for row in session.exec(select(Principal))}
    assert known == {("user", "local", "usr"), ("service", "system", "sva")}


def test_changes_that_were_logged_before_are_found_by_what_they_touch(empty: Database) -> None:
    upgrade_to(empty, "0003")
    names = "sequence", "id", "transaction", "at", "actor_id", "action", "subject_id", "related", "digest"
    change = table("change", *map(column, names))
    with empty.writers.begin() as connection:
        for sequence, subject, related in ((1, "mdl_a", '["nsp_a"]'), (2, "ver_a", '["mdl_a","ver_a"]')):
            at = datetime(2026, 1, 1)  # noqa: DTZ001 - as it lies in the file
            values = [sequence, f"chg_{sequence}", "t", at, "a", "a", subject, related, "d"]
            connection.execute(insert(change).values(values))
    upgrade(empty)
    with empty.read() as session:
        rows = session.exec(select(ChangeEntity)).all()
    touched = {(row.entity_id, row.sequence) for row in rows}
    assert touched == {("mdl_a", 1), ("nsp_a", 1), ("mdl_a", 2), ("ver_a", 2)}


def kept(store: Store) -> dict[str, list[Any]]:
    """Return what the migration to lineage of everything has to find, but for ids that are drawn."""
    apart = {"history_id", "id"}
    made = [column for column in lineage_edge_history.c if column.name not in apart]
    states = [column for column in dataset_version_history.c if column.name != "history_id"]
    named = col(ExternalNode.uri), col(ExternalNode.registered_as)
    with store.reading() as session:
        return {
            "edges": sorted(map(repr, session.execute(sql_select(*made)))),
            "datasets": sorted(map(repr, session.execute(sql_select(*states)))),
            "names": sorted(map(repr, session.execute(sql_select(*named)))),
        }


def test_lineage_of_everything_is_found_in_what_was_logged_before(store: Store) -> None:
    store.dataset("faces", versions=[{"label": "1", "license": "MIT"}, {"label": "2"}])
    with store.reading() as session:
        first, _ = session.exec(select(DatasetVersion.id).order_by(col(DatasetVersion.label))).all()
    for patch in ({"license": "CC-BY-4.0", "contains_pii": True}, {"revoked": True}, {"revoked": False}):
        with store.writing() as writer:
            update_dataset_version(writer, first, draft(DatasetVersionPatch, patch))
    made: dict[str, Any] = {"environment": {"python": "3.11"}, "codeRevision": {"commit": "0a1b"}}
    store.version(**made, source="hf:base")
    store.version(**made, source="hf:base")
    store.version(parents=[{"upstream": {"externalUri": "hf:other"}, "relation": "DERIVED_FROM"}])
    before = kept(store)
    assert [len(found) for found in before.values()] == [5, 5, 2]
    config = alembic_config()
    with store.database.writers.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0014")
        names = delete(ExternalNode).where(col(ExternalNode.registered_as).is_not(None))
        connection.execute(names)
    assert upgrade(store.database)
    assert kept(store) == before


def test_an_embedded_database_is_upgraded_when_it_is_opened_and_a_shared_one_when_somebody_says_so(
    empty: Database,
) -> None:
    upgrade_to(empty, "0004")
    if empty.embedded:
        prepare(empty)
        assert revisions(empty).current == revisions(empty).newest
    else:
        with pytest.raises(DatabaseOlderThanCode, match=r"revision 0004.*holotype db upgrade"):
            prepare(empty)
        assert revisions(empty).current == "0004"


def test_other_databases_are_not_served() -> None:
    with pytest.raises(ValueError, match="mysql"):
        Database("mysql://localhost/registry")


def test_a_database_that_sorts_by_the_rules_of_a_language_is_refused(postgresql: Server) -> None:
    url = postgresql.make(locale="C.UTF-8")
    with pytest.raises(RegistryNotOpened, match="LOCALE 'C'"):
        open_registry(text_of(url))
    postgresql.drop(url)
