"""The import beside its floor: plain `executemany` of the same rows into the same tables.

Both write the file that is named, or the shipped sample, into a fresh database with the product's own schema,
indexes and durability, in transactions of 1,000 rows. Run as `python -m bench.import_floor [FILE]`.
"""

import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from bench.serving import HOLOTYPE, SAMPLE

HEADER = '{"type":"header","format":"holotype","version":1}\n'
ROWS_A_TRANSACTION = 1_000
TABLES = "SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
"""Those that somebody writes, and not those in which a full-text index keeps itself."""


def main() -> None:
    """Import a file twice, write its rows plainly, and print the figures."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        nothing = home / "nothing.jsonl"
        nothing.write_text(HEADER)
        imported(nothing, home / "empty")
        shutil.copytree(home / "empty", home / "plain")
        shutil.copytree(home / "empty", home / "imported")
        first = imported(file, home / "imported")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        again = imported(file, home / "imported")
        rows, floor = written(home / "imported" / "registry.db", home / "plain" / "registry.db")
    print(f"import of {file.name}: {first:.1f} s, peak {peak:.0f} MB; again, changing nothing: {again:.1f} s")
    print(f"executemany of its {rows:,} rows: {floor:.1f} s; ratio {first / floor:.1f}")


def imported(file: Path, data: Path) -> float:
    """Import a file by the command and return the seconds it took."""
    began = time.perf_counter()
    subprocess.run([HOLOTYPE, "import", file, "--data", data], check=True, capture_output=True)
    return time.perf_counter() - began


def written(source: Path, target: Path) -> tuple[int, float]:
    """Write the rows of one database into an empty one; return their number and the seconds of writing."""
    count, seconds = 0, 0.0
    with closing(sqlite3.connect(source)) as full, closing(sqlite3.connect(target)) as plain:
        plain.isolation_level = None
        plain.execute("PRAGMA synchronous = FULL")
        for (table,) in full.execute(TABLES).fetchall():
            rows = full.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 - our own tables
            if not rows or table == "alembic_version":
                continue
            plain.execute(f'DELETE FROM "{table}"')  # noqa: S608
            insert = f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(rows[0]))})'  # noqa: S608
            began = time.perf_counter()
            for start in range(0, len(rows), ROWS_A_TRANSACTION):
                plain.execute("BEGIN IMMEDIATE")
                plain.executemany(insert, rows[start : start + ROWS_A_TRANSACTION])
                plain.execute("COMMIT")
            seconds += time.perf_counter() - began
            count += len(rows)
    return count, seconds


if __name__ == "__main__":
    main()
