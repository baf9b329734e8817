"""The first indexing beside its floor, the bare encoder over the same texts; and a rebuild beside the first.

Both encode every different text of the models and datasets of a registry, the shipped sample if none is
named; the index is made as `python -m indexer run --once` makes it, and made anew, with nothing changed, by
`python -m indexer rebuild`. The floor is the indexer's own encoder, loaded in a process that does nothing
else: the same weights, threads, texts a batch and choice of precision, with all texts at once, sorted by
length. What it does not have is the export of the encoder of queries, reading, words, and the index. The
indexer encodes at a lower priority, so the clock compares them on an idle machine alone. Seconds of the
processor are given beside those of the clock, for a machine that has other work. Memory is the most that all
processes of the indexer held together, shared pages counted once. Run as `python -m bench.indexing [DATA]`.
"""

import ctypes
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.search.contract import Kind
from bench.consumption import memory, tree
from bench.serving import HOLOTYPE, SAMPLE

CHUNK = 500
LAST_WORDS = 2_000
"""How many characters are shown of what a command said that failed."""
SAMPLED_SECONDS = 0.2
PR_SET_CHILD_SUBREAPER = 36
"""`prctl(2)`: who is left without a parent becomes a child of this process."""


def main() -> None:
    """Index twice, encode once, and print the figures; as `--floor DATA` be the process that encodes."""
    if sys.argv[1:2] == ["--floor"]:
        print(encoded(Path(sys.argv[2])))
        return
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        os.environ["HOLOTYPE_DATA"] = folder
        if sys.argv[1:]:
            shutil.copy(Path(sys.argv[1]) / "registry.db", data)
        else:
            run(HOLOTYPE, "import", str(SAMPLE))
        indexer = [sys.executable, "-m", "indexer"]
        first = run(*indexer, "run", "--once")
        rebuilt = run(*indexer, "rebuild")
        floor = run(sys.executable, "-m", "bench.indexing", "--floor", folder)
    texts, seconds = floor.said.split()
    print(f"bare encoder over {int(texts):,} texts: {float(seconds):.1f} s; with its start: {floor}")
    print(f"first indexing: {first}; a rebuild: {rebuilt}")
    for name, ran, rival in (("first indexing", first, floor), ("rebuild by the first", rebuilt, first)):
        clock, processor = ran.clock / rival.clock, ran.processor / rival.processor
        print(f"ratio, {name}: {clock:.2f} by the clock, {processor:.2f} by the processor")


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that ran: seconds by the clock and of the processor, megabytes at its peak, its output."""

    clock: float
    processor: float
    peak: float
    said: str

    def __str__(self) -> str:
        return f"{self.clock:.1f} s ({self.processor:.1f} s of the processor, {self.peak:.0f} MB)"


def run(*command: str) -> Ran:
    """Run a command with all processes that it starts, those included that outlive it for a moment."""
    # What a process takes is told to who waits for it: here also for those whose own parent did not.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    began, before, peak = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN), 0.0
    seen: set[int] = set()
    with (
        tempfile.TemporaryFile("w+") as messages,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=messages, text=True) as process,
    ):
        while process.poll() is None:
            peak = max(peak, memory(process.pid))
            seen.update(tree(process.pid))
            time.sleep(SAMPLED_SECONDS)
        said = process.stdout.read() if process.stdout else ""
        if process.returncode:
            messages.seek(0)
            sys.stderr.write(messages.read()[-LAST_WORDS:])
            raise subprocess.CalledProcessError(process.returncode, command)
    for left in seen:
        with suppress(ChildProcessError):
            os.waitpid(left, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Ran(time.perf_counter() - began, processor, peak, said)


def encoded(data: Path) -> str:
    """Encode the different texts of a registry; return their number and the seconds it took."""
    from app.db.engine import Database, sqlite_url  # noqa: PLC0415 - the floor's process alone
    from app.db.statements import batched  # noqa: PLC0415 - likewise
    from app.search.document import meaning_texts  # noqa: PLC0415 - likewise
    from indexer.encoder import SentenceEncoder  # noqa: PLC0415 - takes seconds
    from indexer.source import RegistrySource  # noqa: PLC0415 - likewise

    database = Database(sqlite_url(data / "registry.db"))
    texts: set[str] = set()
    for source in (RegistrySource(database, kind) for kind in Kind):
        for ids in batched(source.ids(), CHUNK):
            for document in source.documents(ids):
                both = meaning_texts(document)
                texts |= {both.facts, both.description}
    encoder = SentenceEncoder()
    began = time.perf_counter()
    encoder.encode(sorted(texts, key=len))
    return f"{len(texts)} {time.perf_counter() - began}"


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    main()
