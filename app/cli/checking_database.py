"""`holotype db`: the state of the database, its migrations, and the proof that it is whole."""

from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from app.cli.opening import open_data, standing_file
from app.cli.terminal import fail, out, print_json
from app.db.changelog import head
from app.db.engine import Database, sqlite_url
from app.db.migrate import Revisions, revisions
from app.settings import Settings
from app.transfer.backup import BackupRefused, verify


def show_status(settings: Settings, *, as_json: bool) -> None:
    """Say which revision the database is at, and how much there is in it; nothing is changed."""
    file = standing_file(settings)
    found, changes = _state(file)
    state = {
        "file": str(file),
        "bytes": file.stat().st_size,
        "changes": changes,
        "revision": found.current,
        "newest": found.newest,
        "known": found.known,
    }
    if as_json:
        print_json(state)
        return
    out.out(f"{file}: {changes:,} changes, {state['bytes']:,} bytes, {_standing(found)}", highlight=False)


def upgrade(settings: Settings, *, as_json: bool) -> None:
    """Bring the database to the revision of this code."""
    before, _ = _state(standing_file(settings))
    open_data(settings).close()
    if as_json:
        print_json({"from": before.current, "to": before.newest})
    elif before.current == before.newest:
        out.out(f"at revision {before.newest} already", highlight=False)
    else:
        out.out(f"upgraded from revision {before.current} to {before.newest}", highlight=False)


def check(settings: Settings, *, as_json: bool) -> None:
    """Follow the digests of the change log from the first change to the last, and look for damage."""
    file = standing_file(settings)
    try:
        changes = verify(file, named=file)
    except BackupRefused as damaged:
        if as_json:
            print_json({"whole": False, "finding": str(damaged)})
        fail(str(damaged))
    if as_json:
        print_json({"whole": True, "changes": changes})
    else:
        out.out(f"{file} is whole; the digests of its {changes:,} changes hold", highlight=False)


def _state(file: Path) -> tuple[Revisions, int]:
    """Return where a database stands and how many changes it holds."""
    try:
        with closing(Database(sqlite_url(file))) as database:
            found = revisions(database)
            with database.read() as session:
                return found, head(session) if found.current else 0
    except DatabaseError as broken:
        fail(f"{file} is no registry: {broken.orig}")


def _standing(found: Revisions) -> str:
    if not found.known:
        return f"revision {found.current}, of a later Holotype: upgrade Holotype"
    if found.current != found.newest:
        return f"revision {found.current}; holotype db upgrade brings it to {found.newest}"
    return f"revision {found.current}, the newest"
