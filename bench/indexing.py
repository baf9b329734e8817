"""The first indexing beside its floor: the bare encoder over the same texts.

Both encode every different text of the models of a registry, the shipped sample if none is named; the index
is made as `python -m indexer run --once` makes it. The second indexing finds all vectors kept. The floor
has all texts at once, sorted by length. Run as `python bench/indexing.py [DATA]`.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.search.contract import Kind

SAMPLE = Path(__file__).parents[1] / "examples" / "model_zoo" / "sample.jsonl.gz"
CHUNK = 500


def main() -> None:
    """Index twice, encode once, and print the figures; as `--floor DATA` be the process that encodes."""
    if sys.argv[1:2] == ["--floor"]:
        print(encoded(Path(sys.argv[2])))
        return
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        if sys.argv[1:]:
            shutil.copy(Path(sys.argv[1]) / "registry.db", data)
        else:
            run(str(Path(sys.executable).with_name("holotype")), "import", str(SAMPLE), "--data", folder)
        indexing = [sys.executable, "-m", "indexer", "run", "--once", "--data", folder]
        first, _ = run(*indexing)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        forget(data / "index")
        again, _ = run(*indexing)
        whole, said = run(sys.executable, __file__, "--floor", folder)
    texts, seconds = said.split()
    print(f"bare encoder over {int(texts):,} texts: {float(seconds):.1f} s, {whole:.1f} s with its start")
    print(f"first indexing: {first:.1f} s, peak {peak:.0f} MB; with the vectors kept: {again:.1f} s")
    print(f"ratio of whole processes: {first / whole:.2f}; with the vectors kept: {again / whole:.2f}")


def run(*command: str) -> tuple[float, str]:
    """Run a command and return the seconds it took and what it printed."""
    began = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - began, done.stdout


def forget(index: Path) -> None:
    """Delete what is made of documents; the encoder for queries and the kept vectors stay."""
    for kind in Kind:
        shutil.rmtree(index / kind)


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
