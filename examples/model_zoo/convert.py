"""Raw records of model collections -> Holotype's interchange format.

    python -m examples.model_zoo.convert RAW_DIR OUT.jsonl[.gz] [--map MAP.json]

RAW_DIR holds `models.jsonl.gz`, `datasets.jsonl.gz`, `lineage.jsonl.gz`, `dataset_edges.jsonl.gz` and
`sources.json`. The same input gives the same bytes. The rules are in the README beside this file.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from examples.model_zoo.datasets import DatasetBook
from examples.model_zoo.edges import EdgeLines, Nodes, Placement
from examples.model_zoo.metrics import metric_definitions
from examples.model_zoo.models import model_line
from examples.model_zoo.names import NameBook
from examples.model_zoo.records import Record, read_lines, write_lines
from examples.model_zoo.versions import Line, lines_of, release_date

HEADER: Record = {"type": "header", "format": "holotype", "version": 1}


@dataclass(frozen=True, slots=True)
class Raw:
    """Everything the sources state: records of models and datasets, edges, and the sources themselves."""

    models: list[Record]
    datasets: list[Record]
    lineage: list[Record]
    dataset_edges: list[Record]
    sources: list[Record]


@dataclass(frozen=True, slots=True)
class Converted:
    """The result of a conversion.

    Attributes:
        lines: The interchange lines, in the order of the format.
        placements: Where each model record went.
        rejected: How many edges were turned away, by reason.
        examples: One edge for each reason.
    """

    lines: list[Record]
    placements: list[Placement]
    rejected: Counter[str]
    examples: dict[str, Record]


def read_raw(folder: Path) -> Raw:
    """Read the raw files of a folder."""
    return Raw(
        models=list(read_lines(folder / "models.jsonl.gz")),
        datasets=list(read_lines(folder / "datasets.jsonl.gz")),
        lineage=list(read_lines(folder / "lineage.jsonl.gz")),
        dataset_edges=list(read_lines(folder / "dataset_edges.jsonl.gz")),
        sources=json.loads((folder / "sources.json").read_text("utf-8")),
    )


def convert(raw: Raw) -> Converted:
    """Turn raw records into interchange lines, in the order of the format."""
    datasets = DatasetBook(raw.datasets, _dataset_mentions(raw))
    names = NameBook()
    models: list[Record] = []
    placements: list[Placement] = []
    for line in lines_of(raw.models, raw.lineage):
        name = names.claim(line.namespace, line.name, line.versions[-1]["source_id"])
        models.append(model_line(line, name, datasets.name))
        placements += _placements(line, name)
    every_edge = [*raw.lineage, *raw.dataset_edges]
    edges = EdgeLines(Nodes(placements, datasets, every_edge))
    lineage = list(edges.lines(every_edge))
    namespaces = _namespaces(raw.sources, {model["namespace"] for model in models})
    definitions = metric_definitions(raw.models)
    lines = [HEADER, *namespaces, *definitions, *datasets.lines(), *models, *lineage]
    return Converted(lines, placements, edges.rejected, edges.examples)


def _dataset_mentions(raw: Raw) -> Iterator[str]:
    for edge in raw.dataset_edges:
        yield edge["dataset"]
    for record in raw.models:
        for metric in record.get("metrics") or []:
            if metric.get("dataset"):
                yield metric["dataset"]


def _placements(line: Line, name: str) -> list[Placement]:
    return [
        Placement(record["source_id"], line.namespace, name, number, record["name"], release_date(record))
        for number, record in enumerate(line.versions, 1)
    ]


def _namespaces(sources: Iterable[Record], used: set[str]) -> list[Record]:
    return [
        {"type": "namespace", "name": source["source"], "description": _source_description(source)}
        for source in sorted(sources, key=lambda source: str(source["source"]))
        if source["source"] in used
    ]


def _source_description(source: Record) -> str:
    repository = str(source["repository"])
    address = (
        f"https://github.com/{repository}" if re.fullmatch(r"[\w.-]+/[\w.-]+", repository) else repository
    )
    return f"Records of {address}, licence {source['metadata_license']}"


def report(raw: Raw, converted: Converted) -> str:
    """Return what went in and what came out, counted, and what was rejected with its reason."""
    kinds = Counter(line["type"] for line in converted.lines)
    versions = [
        version for line in converted.lines for version in line.get("versions", []) if "number" in version
    ]
    metrics_in = sum(len(record.get("metrics") or []) for record in raw.models)
    metrics_out = sum(len(version.get("metrics", [])) for version in versions)
    edges_in = len(raw.lineage) + len(raw.dataset_edges)
    given = {
        "model records": len(raw.models),
        "metric values": metrics_in,
        "dataset records": len(raw.datasets),
        "edges": edges_in,
    }
    made = {
        "models": kinds["model"],
        "versions": len(versions),
        "metric values": metrics_out,
        "metric definitions": kinds["metricDefinition"],
        "datasets": kinds["dataset"],
        "edges": kinds["lineage"],
        "namespaces": kinds["namespace"],
    }
    counts = ["in:  " + _counted(given), "out: " + _counted(made)]
    rejects = [
        f"rejected: {count:,} x {reason}, as {json.dumps(converted.examples[reason], ensure_ascii=False)}"
        for reason, count in converted.rejected.items()
    ]
    return "\n".join([*counts, *(rejects or ["rejected: nothing"])])


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in counts.items())


def main() -> None:
    """Convert a folder of raw records."""
    parser = argparse.ArgumentParser(description=convert.__doc__, prog="python -m examples.model_zoo.convert")
    parser.add_argument("raw", type=Path, help="folder of the raw files")
    parser.add_argument("out", type=Path, help="interchange file to write, .jsonl or .jsonl.gz")
    parser.add_argument(
        "--map", type=Path, help="also write where each record went: {source_id: [namespace, name, number]}"
    )
    arguments = parser.parse_args()
    raw = read_raw(arguments.raw)
    converted = convert(raw)
    write_lines(arguments.out, converted.lines)
    if arguments.map:
        places = {
            place.source_id: [place.namespace, place.name, place.number] for place in converted.placements
        }
        arguments.map.write_text(json.dumps(places, ensure_ascii=False, indent=0) + "\n", "utf-8")
    print(report(raw, converted))


if __name__ == "__main__":
    main()
