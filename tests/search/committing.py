"""Commit one new document after another until killed: `python -m tests.search.committing DIRECTORY`."""

import sys
from itertools import count
from pathlib import Path

from app.search.contract import Mark
from app.search.embedded.writer import EmbeddedWriter
from tests.search.samples import LOG, document, vectors


def main(directory: Path) -> None:
    """Commit n brings model n, and moves model 0 to framework n."""
    writer = EmbeddedWriter(directory, LOG)
    writer.use_embedder("test")
    for number in count(writer.position.words.sequence + 1):
        documents = [document(key, framework=f"f{number}", sequence=number) for key in (100_000, number)]
        writer.put(documents)
        writer.put_vectors(vectors(documents))
        writer.commit(Mark(number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
