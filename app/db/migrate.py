"""Bringing a database to the revision that this code is written for."""

import logging
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from filelock import FileLock
from sqlalchemy import MetaData

from app.db.engine import Database

# Alembic tells of every look at a database; only what goes wrong is news.
logging.getLogger("alembic").setLevel(logging.WARNING)


class DatabaseNewerThanCode(RuntimeError):
    """The database was written by a later version of Holotype."""


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
    """
    path = database.writers.url.database
    with FileLock(f"{path}.migrating"):
        config = alembic_config()
        with database.readers.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        scripts = ScriptDirectory.from_config(config)
        if current == scripts.get_current_head():
            return False
        try:
            scripts.get_revision(current or "base")
        except CommandError as unknown:
            message = f"the database is at revision {current}, unknown to this code: upgrade Holotype"
            raise DatabaseNewerThanCode(message) from unknown
        with database.writers.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        return True


def alembic_config(target: MetaData | None = None) -> Config:
    """Return Alembic's configuration for the packaged migrations; `target` is needed to write a new one."""
    with as_file(files("app.db") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(Path(folder)))
        config.attributes["target"] = target
    return config
