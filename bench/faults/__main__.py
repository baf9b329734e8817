"""What happens to servers and processes, while two clients read and one writes under idempotency keys.

PostgreSQL, OpenSearch, two APIs and two indexers run as processes of this machine over the shipped sample.
For each fault it says what clients saw, after how many seconds a model that was registered then was found
through both APIs, what `holotype index check` says afterwards, and how many acknowledged writes are lost or
there twice. Run as `python -m bench.faults [--kept DATA] [--only WORD...]`.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx2
from rich.console import Console

from bench.clients import failures
from bench.deployment import Deployment, deployed, is_ready, until
from bench.faults import processes, stores
from bench.faults.observing import Seen, observed
from bench.serving import SAMPLE
from bench.writing import Writer, compared, counted

FAULTS: dict[str, Callable[[Deployment], None]] = {
    "OpenSearch: kill -9, back after 10 s": stores.kill_opensearch,
    "OpenSearch: stands still for 20 s": stores.pause_opensearch,
    "OpenSearch: index blocked as by a full disk, 10 s": stores.block_index,
    "OpenSearch: index of models deleted by hand": stores.delete_index,
    "PostgreSQL: restart, fast": stores.restart_postgresql,
    "PostgreSQL: restart, immediate": stores.crash_postgresql,
    "PostgreSQL: stands still for 15 s": stores.pause_postgresql,
    "PostgreSQL: table locked for 25 s, 60 clients, no connection left": stores.lock_table,
    "PostgreSQL: five deadlocks": stores.cross_writers,
    "indexer: the one that works, kill -9": processes.kill_indexer,
    "indexer: the one that works stands still for 15 s": processes.pause_indexer,
    "indexer: its disk full for 15 s": processes.fill_disk,
    "API: one of two, kill -9, back after 5 s": processes.kill_api,
}


def main() -> int:
    """Let each fault happen, print a line for it, and return 0 if nothing was lost or made twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kept", type=Path, help="a data folder whose vectors and encoder are taken")
    parser.add_argument("--only", nargs="+", default=[""], help="parts of names of faults that are to happen")
    options = parser.parse_args()
    console = Console(width=150, highlight=False)
    wrong, writers = [], list[Writer]()
    with deployed(kept=options.kept, own_disk=True) as made:
        made.run("import", SAMPLE)
        until(lambda: all(map(is_ready, made.urls)), "the APIs are ready")
        with httpx2.Client(trust_env=False, timeout=60) as http:
            before = counted(http, made.urls)
        for name, fault in FAULTS.items():
            if any(part in name for part in options.only):
                seen = observed(made, fault)
                tell(console, name, seen)
                writers += [seen.written.writer, seen.probe]
                wrong += seen.wrong
        wrong += compared(writers, made.urls, before)
        wrong += [] if made.run("db", "check").returncode == 0 else ["the log is not whole"]
    console.print(f"{len(wrong)} things are wrong", *wrong, sep="\n")
    return bool(wrong)


def tell(console: Console, name: str, seen: Seen) -> None:
    """Print what came of a fault."""
    reads, written = seen.readings, seen.written
    codes = Counter(code for one in reads for code in one.degraded)
    failed = failures(reads)
    console.print(f"\n[bold]{name}[/]")
    moved, longest = sum(one.moved for one in reads), max(one.seconds for one in reads)
    said = ", ".join(f"{code} {number:,}" for code, number in codes.most_common()) or "none"
    console.print(
        f"  read: {len(reads):,} requests, {failed.total():,} failed, {moved:,} sent to the other API;"
        f" the longest {longest:.1f} s; not whole: {said}"
    )
    versions = sum(written.writer.promised.values())
    console.print(
        f"  write: {versions:,} acknowledged, {written.failures.total():,} answered by an error;"
        f" the longest until acknowledged {written.longest:.1f} s"
    )
    for what, some in (("read", failed), ("write", written.failures)):
        for failure, number in some.most_common():
            console.print(f"    {what} x {number:,}: {failure}", markup=False)
    lost = "nothing lost or twice" if not seen.wrong else "; ".join(seen.wrong)
    console.print(f"  whole after {seen.whole_after:.1f} s; {lost}; index check: {'; '.join(seen.check)}")


if __name__ == "__main__":
    sys.exit(main())
