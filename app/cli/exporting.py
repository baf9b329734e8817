"""`holotype export`: the lines of a registry, into a file or to standard output."""

import gzip
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import IO

from app.cli.opening import open_standing
from app.cli.terminal import fail, print_json, say
from app.db.engine import Database
from app.settings import Settings
from app.transfer.exporting import export_lines


def export_from(settings: Settings, file: Path | None, *, as_json: bool = False) -> None:
    """Write what the registry of a data folder holds to `file`, or to standard output."""
    with closing(open_standing(settings)) as database:
        _export(database, file, as_json=as_json)


def _export(database: Database, file: Path | None, *, as_json: bool) -> None:
    if file is None:
        try:
            _write(database, sys.stdout.buffer)
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read has read enough; what Python would still flush has nowhere to go.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    partial = file.with_name(f".{file.name}.partial")
    try:
        with partial.open("wb") as target:
            if file.suffix == ".gz":
                # Without a name and a time, so that the same registry makes the same bytes.
                with gzip.GzipFile("", "wb", 6, target, mtime=0) as packed:
                    count = _write(database, packed)
            else:
                count = _write(database, target)
        partial.replace(file)
    except OSError as refused:
        fail(f"{file} cannot be written: {refused.strerror}")
    finally:
        partial.unlink(missing_ok=True)
    if as_json:
        print_json({"file": str(file), "lines": count})
    else:
        say(f"{count:,} lines are in {file}")


def _write(database: Database, target: IO[bytes] | gzip.GzipFile) -> int:
    count = 0
    with database.read() as session:
        for line in export_lines(session):
            target.write(line)
            count += 1
    return count
