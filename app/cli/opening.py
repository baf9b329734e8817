"""Opening the registry of a data folder, with one clear line for what can be wrong with it."""

from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError

from app.cli.terminal import fail
from app.db.engine import Database
from app.db.migrate import DatabaseNewerThanCode
from app.registry.opening import open_registry
from app.settings import Settings


def open_data(settings: Settings) -> Database:
    """Open the registry, making its folder and database where need be."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        return open_registry(settings.database_url)
    except DatabaseNewerThanCode as newer:
        fail(str(newer))
    except (DatabaseError, OSError) as broken:
        reason = broken.orig if isinstance(broken, DatabaseError) else broken
        fail(f"the registry in {settings.data} cannot be opened: {reason}")


def open_standing(settings: Settings) -> Database:
    """Open the registry of a data folder that has one."""
    if not registry_file(settings).exists():
        fail(f"there is no registry in {settings.data}; name its folder with --data")
    return open_data(settings)


def registry_file(settings: Settings) -> Path:
    """Return the file of the registry in a data folder."""
    return Path(make_url(settings.database_url).database or "")
