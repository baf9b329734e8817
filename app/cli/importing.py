"""`holotype import`: progress while it runs, and what became of the lines at the end."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import orjson
import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy.exc import OperationalError

from app.cli.opening import open_data, registry_file, require_file
from app.cli.terminal import INTERRUPTED, err, fail, out, print_json, say, suggested
from app.db.engine import Database
from app.db.faults import Unconfirmed, fault
from app.errors import Busy
from app.identity.principals import viewer_named
from app.identity.viewer import SYSTEM_SERVICE, AllowAll
from app.settings import Settings
from app.transfer import importing
from app.transfer.backup import BackupRefused, copy
from app.transfer.outcome import Reject, Tally

SHOWN_REJECTS = 20
SHORT_BYTES = 2**16
"""A file up to this size is imported before anyone asks how far it is."""

Report = Callable[[importing.Progress], None]


def rehearse_import(
    settings: Settings, files: Sequence[Path], rejects: Path | None, *, as_json: bool = False
) -> int:
    """Import files into a copy of the registry that is thrown away, and say what became of their lines.

    Returns:
        How much would be rejected.
    """
    standing = require_file(settings, "rehearse in a copy of it (CREATE DATABASE copy TEMPLATE name)")
    with TemporaryDirectory(prefix="holotype-") as folder:
        rehearsal = settings.model_copy(update={"data": Path(folder)})
        if standing.exists():
            try:
                copy(standing, require_file(rehearsal, ""))
            except BackupRefused as refused:
                fail(str(refused))
        else:
            say(f"there is no registry in {settings.data} yet: the import would make it")
        rejected = _import(open_data(rehearsal), files, rejects, as_json=as_json)
    say("nothing was written: this is what the import would do")
    return rejected


def import_into(
    settings: Settings, files: Sequence[Path], rejects: Path | None, *, as_json: bool = False
) -> int:
    """Import files into the registry of a data folder and say what became of their lines.

    Returns:
        How much was rejected.
    """
    file = registry_file(settings)
    is_new = file is not None and not file.exists()
    database = open_data(settings)
    if is_new:
        say(f"made a new registry in {settings.data}")
    return _import(database, files, rejects, as_json=as_json)


def _import(database: Database, files: Sequence[Path], rejects: Path | None, *, as_json: bool) -> int:
    """Import files, say what became of their lines, and close the registry; return how much was rejected."""
    with database.read() as session:
        system = viewer_named(session, SYSTEM_SERVICE)
    try:
        with _reported() as report, _kept(rejects) as keep:
            tally = importing.import_files(database, system, AllowAll(), files, progress=report, reject=keep)
    except (OperationalError, Unconfirmed, Busy) as busy:
        reason = fault(busy) or busy
        fail(
            f"{database.place} cannot be written now: {reason}. Run the import again; it goes on where it was"
        )
    except KeyboardInterrupt:
        say("stopped; what was imported stays, and the same import goes on where it was")
        raise typer.Exit(INTERRUPTED) from None
    finally:
        database.close()
    if as_json:
        print_json(_counts(tally))
    else:
        _summarize(tally)
    return tally.rejected.total()


@contextmanager
def _reported() -> Iterator[Report]:
    """Show progress as a bar on a terminal, else as a line for every tenth of a file that takes a while."""
    if not err.is_terminal:
        shown: dict[Path, int] = {}

        def tell(now: importing.Progress) -> None:
            tenths = 10 * now.read // max(now.size, 1)
            if now.size > SHORT_BYTES and shown.get(now.file, -1) < tenths:
                shown[now.file] = tenths
                say(f"{now.file}: {10 * tenths} %")

        yield tell
        return
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
    with Progress(*columns, console=err) as bars:
        tasks = {}

        def draw(now: importing.Progress) -> None:
            if now.file not in tasks:
                tasks[now.file] = bars.add_task(str(now.file), total=now.size)
            bars.update(tasks[now.file], completed=now.read)

        yield draw


@contextmanager
def _kept(path: Path | None) -> Iterator[Callable[[Reject], None]]:
    """Show the first rejects, and write all of them to `path` as JSON Lines."""
    count = 0
    with ExitStack() as stack:
        file = stack.enter_context(_opened(path)) if path else None

        def keep(reject: Reject) -> None:
            nonlocal count
            count += 1
            if count <= SHOWN_REJECTS:
                say(_sentence(reject))
            if file:
                file.write(orjson.dumps(_plain(reject), option=orjson.OPT_APPEND_NEWLINE))

        yield keep
    if count > SHOWN_REJECTS:
        there = f"all are in {path}" if path else "--rejects FILE keeps all of them"
        say(f"and {count - SHOWN_REJECTS} more; {there}")


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("wb")
    except OSError as refused:
        fail(f"{path} cannot be written: {refused.strerror}")


def _sentence(reject: Reject) -> str:
    field = f"{'.'.join(reject.path)}: " if reject.path else ""
    return f"{reject.file}:{reject.line}: {field}{reject.reason}{suggested(reject.suggestions)}"


def _plain(reject: Reject) -> dict[str, object]:
    return {
        "file": str(reject.file),
        "line": reject.line,
        "field": list(reject.path),
        "reason": reject.reason,
        "suggestions": list(reject.suggestions),
    }


def _counts(tally: Tally) -> dict[str, object]:
    counted = {"new": tally.new, "unchanged": tally.unchanged, "rejected": tally.rejected}
    return {
        **{name: counts.total() for name, counts in counted.items()},
        "kinds": [
            {"kind": kind, **{name: counts[kind] for name, counts in counted.items()}} for kind in tally.kinds
        ],
    }


def _summarize(tally: Tally) -> None:
    table = Table("", box=None, header_style="bold", pad_edge=False)
    for column in ("new", "unchanged", "rejected"):
        table.add_column(column, justify="right")
    for kind in tally.kinds:
        counts = tally.new[kind], tally.unchanged[kind], tally.rejected[kind]
        table.add_row(f"{kind}es" if kind.endswith("s") else f"{kind}s", *(f"{count:,}" for count in counts))
    if tally.kinds:
        out.print(table)
    out.print(
        f"{tally.new.total():,} new, {tally.unchanged.total():,} unchanged, "
        f"{tally.rejected.total():,} rejected"
    )
