"""`holotype backup` and `holotype restore`: a whole registry as one file."""

from pathlib import Path
from typing import NoReturn

from app.cli.opening import open_data, require_file, standing_file
from app.cli.terminal import ABSENT, fail, print_json, say
from app.settings import Settings
from app.transfer.backup import BackupRefused, copy_registry


def back_up(settings: Settings, file: Path, *, as_json: bool) -> None:
    """Copy the registry of a data folder into a new file."""
    require_file(settings, "back it up with pg_dump")
    try:
        changes = copy_registry(standing_file(settings), file)
    except (BackupRefused, OSError) as refused:
        _refuse(refused)
    if as_json:
        print_json({"file": str(file), "changes": changes})
        return
    say(f"{file} holds the registry up to change {changes:,}; it was read back and is whole")


def restore_from(settings: Settings, file: Path, *, as_json: bool) -> None:
    """Put a backup into a data folder that holds nothing yet; the index is made anew."""
    target = require_file(settings, "restore what pg_dump wrote with pg_restore")
    if not file.exists():
        fail(f"there is no file {file}", ABSENT)
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        if any(settings.data.iterdir()):
            fail(f"{settings.data} is not empty; restore into a new folder with --data")
        changes = copy_registry(file, target)
    except (BackupRefused, OSError) as refused:
        _refuse(refused)
    open_data(settings).close()
    if as_json:
        print_json({"data": str(settings.data), "changes": changes})
        return
    said = f"{settings.data} holds the registry up to change {changes:,}"
    say(f"{said}; serve it with: holotype up --data {settings.data}")


def _refuse(refused: BackupRefused | OSError) -> NoReturn:
    if isinstance(refused, OSError):
        fail(f"{refused.filename}: {refused.strerror}")
    fail(str(refused))
