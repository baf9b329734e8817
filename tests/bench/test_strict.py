"""Dropping the descriptions of what queries look for."""

import gzip
import subprocess
import sys
from pathlib import Path

import orjson

QUERIES = [
    {"id": "1", "type": "paper_title", "query": "a title", "relevance": {"z/a": 2, "z/b": 1}},
    {"id": "2", "type": "task", "query": "do it", "relevance": {"z/c": 2}},
]


def test_only_the_best_answers_of_the_type_lose_their_descriptions(tmp_path: Path) -> None:
    lines = [{"type": "header", "format": "holotype", "version": 1}, *map(model, "abc")]
    source, target, queries = (tmp_path / name for name in ("in.jsonl", "out.jsonl", "queries.jsonl.gz"))
    source.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    queries.write_bytes(gzip.compress(b"".join(orjson.dumps(query) + b"\n" for query in QUERIES)))
    command = ["-m", "bench.search_quality.strict", "--queries", str(queries), str(source), str(target)]
    subprocess.run([sys.executable, *command], check=True)
    hidden, *others = [orjson.loads(line) for line in target.read_bytes().splitlines()][1:]
    assert hidden == {**model("a", None), "versions": [{"number": 1, "tags": {}}]}
    assert others == [model("b"), model("c")]


def model(name: str, description: str | None = "a title") -> dict[str, object]:
    stated = {} if description is None else {"description": description}
    versions = [{"number": 1, **stated, "tags": {}}]
    return {
        "type": "model",
        "name": name,
        **stated,
        "tags": {"source_id": [f"z/{name}"]},
        "versions": versions,
    }
