"""Interchange files made by hand, and importing them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.identity.principals import viewer_named
from app.identity.viewer import SYSTEM_SERVICE, AllowAll
from app.transfer.importing import import_files
from app.transfer.outcome import Kind, Reject, Tally
from tests.store import Store

HEADER = {"type": "header", "format": "holotype", "version": 1}

ZOO: list[dict[str, Any]] = [
    {"type": "namespace", "name": "zoo", "description": "Animals"},
    {"type": "task", "name": "bird_song", "title": "Bird song", "description": "names a bird by its song"},
    {"type": "metricDefinition", "name": "chirps", "direction": "MAXIMIZE", "unit": "Hz"},
    {
        "type": "dataset",
        "name": "Birds",
        "description": "Songs",
        "tags": {"modality": "audio"},
        "versions": [{"label": "1", "rowCount": 10, "containsPii": False}, {"label": "2"}],
    },
    {
        "type": "model",
        "namespace": "zoo",
        "name": "wren",
        "description": "Hears wrens.",
        "task": "bird song",
        "languages": ["de"],
        "license": "MIT",
        "tags": {"small": True, "source_id": ["a", "b"]},
        "versions": [
            {
                "number": 1,
                "semver": "1.0.0",
                "releasedAt": "2020-02-27T00:00:00Z",
                "params": {"lr": 0.1, "layers": 3},
                "environment": {
                    "python": "3.11.9",
                    "packages": [{"name": "torch", "version": "2.7.1+cu126"}],
                    "seeds": {"numpy": 0, "torch": [1, 2]},
                },
                "codeRevision": {"repository": "https://example.org/wren", "commit": "0a1b2c", "dirty": True},
                "signature": {"inputs": [{"name": "song", "shape": [-1, 16000]}], "outputs": []},
                "metrics": [
                    {"name": "chirps", "value": 76.1, "dataset": "Birds", "conditions": {"hardware": "CPU"}},
                    {"name": "loss", "nonFinite": "NAN", "source": "TRAINING", "step": 5},
                ],
            },
            {
                "number": 3,
                "stage": "PRODUCTION",
                "aliases": ["champion"],
                "tags": {"quick": 1},
                "metrics": [{"name": "chirps", "value": 80, "dataset": "Birds"}],
            },
        ],
    },
    {"type": "model", "namespace": "zoo", "name": "robin"},
    {
        "type": "lineage",
        "downstream": {"model": {"namespace": "zoo", "name": "wren"}, "version": 3},
        "upstream": {"model": {"namespace": "zoo", "name": "wren"}, "version": 1},
        "relation": "FINE_TUNED_FROM",
        "evidence": "its card",
    },
    {
        "type": "lineage",
        "downstream": {"model": {"namespace": "zoo", "name": "wren"}, "version": 1},
        "upstream": {"dataset": {"name": "Birds"}},
        "relation": "TRAINED_ON",
    },
    {
        "type": "lineage",
        "downstream": {"model": {"namespace": "zoo", "name": "wren"}, "version": 1},
        "upstream": {"external": "hf:songbird"},
        "relation": "DISTILLED_FROM",
        "since": "2020-01-01T00:00:00Z",
        "exceptions": {"LICENSE": "its outputs are free"},
    },
]

EVERYTHING = {
    Kind.NAMESPACE: 1,
    Kind.TASK: 1,
    Kind.METRIC_DEFINITION: 1,
    Kind.DATASET: 1,
    Kind.DATASET_VERSION: 2,
    Kind.MODEL: 2,
    Kind.VERSION: 2,
    Kind.PARAM: 2,
    Kind.METRIC_VALUE: 3,
    Kind.TAG: 4,
    Kind.ALIAS: 1,
    Kind.LINEAGE: 3,
}


def interchange(lines: Sequence[dict[str, Any]], *, header: dict[str, Any] | None = None) -> bytes:
    """Return the bytes of a file of these lines."""
    return b"".join(json.dumps(line).encode() + b"\n" for line in [header or HEADER, *lines])


@dataclass(slots=True)
class Importer:
    """Imports files into one registry and keeps what was rejected."""

    store: Store
    folder: Path
    rejects: list[Reject] = field(default_factory=list)

    def lines(self, *lines: dict[str, Any]) -> Tally:
        """Import a file of these lines."""
        return self.content(interchange(lines))

    def content(self, content: bytes, name: str = "zoo.jsonl") -> Tally:
        """Import a file of these bytes."""
        path = self.folder / name
        path.write_bytes(content)
        self.rejects.clear()
        with self.store.reading() as session:
            system = viewer_named(session, SYSTEM_SERVICE)
        return import_files(self.store.database, system, AllowAll(), [path], reject=self.rejects.append)

    @property
    def reasons(self) -> list[tuple[int, str, str]]:
        """The line, field and reason of each reject."""
        return [(reject.line, ".".join(reject.path), reject.reason) for reject in self.rejects]


@pytest.fixture(scope="module")
def shared_importer(shared_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Importer:
    """Import into one registry for all examples of a rule."""
    return Importer(shared_store, tmp_path_factory.mktemp("files"))


@pytest.fixture
def importer(store: Store, tmp_path: Path) -> Importer:
    """Import into a fresh registry."""
    return Importer(store, tmp_path)
