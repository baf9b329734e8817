"""Bringing a database to the revision that this code is written for."""

import logging
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData

from app.db.engine import Database
from app.db.sealing import seal_commits
from app.db.unfit import UnfitDatabase

# Alembic tells of every look at a database; only what goes wrong is news.
logging.getLogger("alembic").setLevel(logging.WARNING)


class DatabaseNewerThanCode(UnfitDatabase):
    """The database was written by a later version of Holotype."""


class DatabaseOlderThanCode(UnfitDatabase):
    """The database was written by an earlier version of Holotype, and others may be using it."""


@dataclass(frozen=True, slots=True)
class Revisions:
    """Where a database stands.

    Attributes:
        current: Its revision; None before the first migration.
        newest: The revision that this code is written for.
        known: Whether this code knows the current one; it does not when a later version has written it.
    """

    current: str | None
    newest: str
    known: bool


def revisions(database: Database) -> Revisions:
    """Return where a database stands, and change nothing."""
    with database.readers.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory.from_config(alembic_config())
    known = current is None or current in {script.revision for script in scripts.walk_revisions()}
    return Revisions(current, scripts.get_current_head() or "", known)


def upgrade(database: Database) -> bool:
    """Run the migrations that the database lacks; return whether there were any.

    Raises:
        DatabaseNewerThanCode: The database's revision is not known here.
        UnfitDatabase: The server or the database cannot be used.
    """
    config = alembic_config()
    with database.migrating() as begin:
        if not _lacking(revisions(database)):
            return False
        with begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if not database.embedded:
                seal_commits(connection)
    return True


def prepare(database: Database) -> None:
    """Make the tables of an empty database, and bring an embedded one to this code's revision.

    Raises:
        DatabaseNewerThanCode: The database's revision is not known here.
        DatabaseOlderThanCode: Others may be using the database, so that it is upgraded when somebody says so.
        UnfitDatabase: The server or the database cannot be used.
    """
    if not database.embedded:
        found = revisions(database)
        if found.current and _lacking(found):
            raise DatabaseOlderThanCode(
                f"the database is at revision {found.current}, and this code needs {found.newest}: stop what "
                "uses it, then run `holotype db upgrade`"
            )
    upgrade(database)


def _lacking(found: Revisions) -> bool:
    """Tell whether a database lacks migrations.

    Raises:
        DatabaseNewerThanCode: The revision is not known here.
    """
    if not found.known:
        message = f"the database is at revision {found.current}, unknown to this code: upgrade Holotype"
        raise DatabaseNewerThanCode(message)
    return found.current != found.newest


def alembic_config(target: MetaData | None = None) -> Config:
    """Return Alembic's configuration for the packaged migrations; `target` is needed to write a new one."""
    with as_file(files("app.db") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(Path(folder)))
        config.attributes["target"] = target
    return config
