"""Opening the registry of a data folder, with one clear line for what can be wrong with it."""

from pathlib import Path

from sqlalchemy import make_url

from app.cli.terminal import ABSENT, fail, say
from app.db.engine import Database
from app.db.limits import ServerLimits
from app.registry.opening import RegistryNotOpened, open_registry
from app.settings import Settings


def open_data(settings: Settings) -> Database:
    """Open the registry, making its folder and database where need be."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        return open_registry(settings.database, ServerLimits(**settings.database_limits), say)
    except RegistryNotOpened as broken:
        fail(str(broken))
    except OSError as broken:
        fail(f"the registry in {settings.data} cannot be opened: {broken}")


def open_standing(settings: Settings) -> Database:
    """Open the registry of a data folder that has one."""
    if registry_file(settings) is not None:
        standing_file(settings)
    return open_data(settings)


def standing_file(settings: Settings) -> Path:
    """Return the file of the registry in a data folder that has one."""
    file = require_file(settings, "this is about files")
    if not file.exists():
        fail(f"there is no registry in {settings.data}; name its folder with --data", ABSENT)
    return file


def registry_file(settings: Settings) -> Path | None:
    """Return the file of the registry in a data folder; None where it is in a database server."""
    url = make_url(settings.database)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def require_file(settings: Settings, instead: str) -> Path:
    """Return the file of the registry; where it is in a database server, say what to do instead."""
    file = registry_file(settings)
    if file is None:
        fail(f"the registry is in a database server (HOLOTYPE_DATABASE_URL): {instead}")
    return file
