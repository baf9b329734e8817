"""`holotype db`: the state of the database, its migrations, and the proof that it is whole."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.cli.opening import open_data, registry_file, standing_file
from app.cli.terminal import fail, out, print_json, say
from app.db.changelog import head
from app.db.engine import Database
from app.db.faults import fault
from app.db.limits import ServerLimits
from app.db.migrate import Revisions, revisions
from app.db.migrate import upgrade as upgrade_tables
from app.db.unfit import UnfitDatabase
from app.registry.opening import renew_words
from app.registry.reading.words import count_outdated_words, wrong_words
from app.settings import Settings
from app.transfer.backup import BackupRefused, verify, verify_log

_SIZE = text("SELECT pg_database_size(current_database())")


def show_status(settings: Settings, *, as_json: bool) -> None:
    """Say which revision the database is at, and how much there is in it; nothing is changed."""
    with _connected(settings) as database:
        place, found, (changes, size) = database.place, revisions(database), _contents(database)
    state = {
        "file" if database.embedded else "url": place,
        "bytes": size,
        "changes": changes,
        "revision": found.current,
        "newest": found.newest,
        "known": found.known,
    }
    if as_json:
        print_json(state)
        return
    out.out(f"{place}: {changes:,} changes, {size:,} bytes, {_standing(found)}", highlight=False)


def upgrade(settings: Settings, *, rewrite_words: bool, as_json: bool) -> None:
    """Bring the database to the revision of this code, and its words to those that this code makes."""
    with _connected(settings) as database:
        before = revisions(database)
        upgrade_tables(database)
    # What every registry has is more in a later version.
    with closing(open_data(settings)) as opened:
        words = renew_words(opened, say, every=rewrite_words)
    if as_json:
        print_json({"from": before.current, "to": before.newest, "words": words})
    elif before.current == before.newest:
        out.out(f"at revision {before.newest} already", highlight=False)
    else:
        out.out(f"upgraded from revision {before.current} to {before.newest}", highlight=False)


def check(settings: Settings, *, as_json: bool) -> None:
    """Follow the digests of the change log from the first change to the last, and look for damage.

    Where the database is at the revision of this code, its words are compared with what they should be.
    """
    file = registry_file(settings)
    place = str(file)
    try:
        if file is not None:
            changes = verify(standing_file(settings), named=file)
        else:
            with _connected(settings) as database, database.read() as session:
                place = database.place
                changes = verify_log(session, place)
        outdated = _check_words(settings, place)
    except BackupRefused as damaged:
        if as_json:
            print_json({"whole": False, "finding": str(damaged)})
        fail(str(damaged))
    if as_json:
        print_json({"whole": True, "changes": changes, "outdatedWords": outdated})
        return
    out.out(f"{place} is whole; the digests of its {changes:,} changes hold", highlight=False)
    if outdated:
        say(f"{outdated:,} are found by words of another release until `holotype db upgrade` is run")


def _check_words(settings: Settings, place: str) -> int:
    """Compare the words with those that should be there; return how many another release made.

    Raises:
        BackupRefused: Some of this release are others.
    """
    with _connected(settings) as database, database.read() as session:
        found = revisions(database)
        if found.current != found.newest:
            return 0
        wrong = list(wrong_words(session))
        if wrong:
            raise BackupRefused(
                f"{place} does not find {len(wrong):,} by the words that they say, {wrong[0]} first: "
                "`holotype db upgrade --rewrite-words` mends it"
            )
        return count_outdated_words(session)


@contextmanager
def _connected(settings: Settings) -> Iterator[Database]:
    """Connect to a database that is there, as it is."""
    if registry_file(settings) is not None:
        standing_file(settings)
    with closing(Database(settings.database, ServerLimits(**settings.database_limits))) as database:
        try:
            yield database
        except DatabaseError as broken:
            wrong = fault(broken) or f"this is no registry: {broken.orig}"
            fail(f"{database.place}: {wrong}")
        except UnfitDatabase as unfit:
            fail(f"{database.place}: {unfit}")


def _contents(database: Database) -> tuple[int, int]:
    """Return how many changes a database holds, and how many bytes it has."""
    with database.read() as session:
        if revisions(database).current is None:
            return 0, 0
        size = (
            Path(database.place).stat().st_size if database.embedded else session.execute(_SIZE).scalar_one()
        )
        return head(session), size


def _standing(found: Revisions) -> str:
    if not found.known:
        return f"revision {found.current}, of a later Holotype: upgrade Holotype"
    if found.current != found.newest:
        return f"revision {found.current}; holotype db upgrade brings it to {found.newest}"
    return f"revision {found.current}, the newest"
