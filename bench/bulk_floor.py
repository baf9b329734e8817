"""Filling the indexes in OpenSearch beside its floor: opensearch-py's `bulk` of the same documents.

The vectors of all documents have been made before. The indexer makes the indexes of models and datasets as
`python -m indexer run --once` does, and then anew, beside the ones that are searched, as `python -m indexer
rebuild` does. The floor is a process that has the same documents, ready as lines of JSON, sends them by the
client's own `bulk` into indexes of the same mapping, and refreshes them once: it reads no registry, prepares
no words, looks up no vector and notes no position. Run as
`python -m bench.bulk_floor [--data DATA] [--opensearch [URL]] [--postgresql [URL]]`.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson
from opensearchpy import OpenSearch
from opensearchpy.helpers import bulk, scan

from app.search.contract import Kind
from app.search.opensearch.fields import ID, STATE
from app.search.opensearch.mapping import Layout, index_body
from bench.indexing import run
from bench.stores import OPENSEARCH, PREFIX, PRIVATE, parser, registry, stores

INDEXER = (sys.executable, "-m", "indexer")
SCANNED = 500


def main() -> None:
    """Fill, rebuild, send, and print the figures; as `--floor FOLDER` be the process that sends."""
    if sys.argv[1:2] == ["--floor"]:
        print(sent(Path(sys.argv[2])))
        return
    options = parser(__doc__).parse_args()
    options.opensearch = options.opensearch or PRIVATE
    with stores(options), tempfile.TemporaryDirectory() as scratch:
        os.environ["HOLOTYPE_DATA"] = str(registry(options, Path(scratch)))
        count = sum(saved(kind, Path(scratch)) for kind in Kind)
        client().indices.delete(index=f"{os.environ[PREFIX]}-*")
        filled = run(*INDEXER, "run", "--once")
        rebuilt = run(*INDEXER, "rebuild")
        floor = run(sys.executable, "-m", "bench.bulk_floor", "--floor", scratch)
    seconds = float(floor.said)
    print(f"bulk of {count:,} documents: {seconds:.1f} s; with the start of its process: {floor}")
    for name, ran in (("filling", filled), ("rebuild", rebuilt)):
        ratios = f"{ran.clock / seconds:.2f} to the bulk, {ran.clock / floor.clock:.2f} to its process"
        print(f"{name}: {ran}; ratio {ratios}")


def client() -> OpenSearch:
    """Return the client as it comes, but for its patience."""
    return OpenSearch(os.environ[OPENSEARCH], timeout=60)


def saved(kind: Kind, folder: Path) -> int:
    """Write the documents of an index to a file, a line each, and return how many there are."""
    hits = scan(client(), index=f"{os.environ[PREFIX]}-{kind}", size=SCANNED)
    documents = (hit["_source"] for hit in hits if hit["_id"] != STATE)
    with _file(kind, folder).open("wb") as file:
        return sum(file.write(orjson.dumps(document) + b"\n") > 0 for document in documents)


def sent(folder: Path) -> float:
    """Send the documents of each kind to an index of its own; return how many seconds that took."""
    seconds = 0.0
    for kind in Kind:
        lines = _file(kind, folder).read_bytes().splitlines()
        documents = [(orjson.loads(line)[ID], line) for line in lines]
        index = f"{os.environ[PREFIX]}-floor-{kind}"
        server = client()
        server.indices.create(index=index, body=index_body(Layout(kind), ""))
        began = time.perf_counter()
        bulk(server, documents, index=index, expand_action_callback=_ready)
        server.indices.refresh(index=index)
        seconds += time.perf_counter() - began
    return seconds


def _ready(document: tuple[str, bytes]) -> tuple[dict[str, Any], str]:
    """Return the action of a document, and the document, which the client sends as it is."""
    document_id, line = document
    return {"index": {"_id": document_id}}, line.decode()


def _file(kind: Kind, folder: Path) -> Path:
    return folder / f"{kind}.jsonl"


if __name__ == "__main__":
    main()
