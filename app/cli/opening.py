"""Opening the registry of a data folder, with one clear line for what can be wrong with it."""

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
