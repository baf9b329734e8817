"""Opening the registry of a data folder, with one clear line for what can be wrong with it."""

from pathlib import Path

from sqlalchemy import make_url

from app.cli.terminal import ABSENT, fail
from app.db.engine import Database
from app.registry.opening import RegistryNotOpened, open_registry
from app.settings import Settings


def open_data(settings: Settings) -> Database:
    """Open the registry, making its folder and database where need be."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        return open_registry(settings.database_url)
    except RegistryNotOpened as broken:
        fail(str(broken))
    except OSError as broken:
        fail(f"the registry in {settings.data} cannot be opened: {broken}")


def open_standing(settings: Settings) -> Database:
    """Open the registry of a data folder that has one."""
    standing_file(settings)
    return open_data(settings)


def standing_file(settings: Settings) -> Path:
    """Return the file of the registry in a data folder that has one."""
    file = registry_file(settings)
    if not file.exists():
        fail(f"there is no registry in {settings.data}; name its folder with --data", ABSENT)
    return file


def registry_file(settings: Settings) -> Path:
    """Return the file of the registry in a data folder."""
    return Path(make_url(settings.database_url).database or "")
