"""The manifest: the one small file that says what of an index directory counts.

INDEX/manifest.json            swapped by rename; nothing else is read before it
INDEX/g<n>/words/              tantivy's directory
INDEX/g<n>/vectors-<m>.bin     rows of vectors; only the first `rows` of them count
INDEX/writer.lock              held by the one writer
INDEX/turn.lock                held by who waits for the writer to let go
INDEX/draft/                   the index that a rebuild makes, laid out alike; it becomes INDEX/g<n>
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import orjson
from pydantic import ConfigDict, TypeAdapter, ValidationError

from app.search.contract import IndexPosition, Mark
from app.search.embedded.rows import ROW
from app.search.keeping import Ahead, Rejected
from app.search.parking import Parked

NAME = "manifest.json"


class OtherManifest(Exception):
    """A manifest that another version of Holotype wrote, or a hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What of an index directory counts.

    Attributes:
        format: How the manifest is written.
        fingerprint: How the documents were built.
        generation: Number of the directory that holds words and vectors.
        vectors: Number of the vector file in it.
        rows: How many rows of that file count.
        ahead: How far the log was followed beyond the position.
        filling_from: While all is read for the first time: the change that this began at.
        parked: What could not be indexed.
        rejected: The drafts before this one that were dropped.
        position: How far the index is.
    """

    # Who wrote what this version does not know relies on it.
    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    format: Literal[3] = 3
    fingerprint: str
    generation: int
    vectors: int = 1
    rows: int = 0
    filling_from: Mark | None = None
    ahead: Ahead | None = None
    parked: tuple[Parked, ...] = ()
    rejected: Rejected | None = None
    position: IndexPosition

    def home(self, directory: Path) -> Path:
        """Return the directory of this generation."""
        return directory / f"g{self.generation}"

    def words(self, directory: Path) -> Path:
        """Return tantivy's directory."""
        return self.home(directory) / "words"

    def rows_file(self, directory: Path) -> Path:
        """Return the file of vectors."""
        return self.home(directory) / f"vectors-{self.vectors}.bin"

    @property
    def rows_bytes(self) -> int:
        """How long the file of vectors is at least."""
        return self.rows * ROW.itemsize

    def at(self, **position: Any) -> "Manifest":
        """Return the manifest with parts of its position changed."""
        return replace(self, position=replace(self.position, **position))


_MANIFEST = TypeAdapter(Manifest)


def read_manifest(directory: Path) -> Manifest | None:
    """Return the manifest of an index directory; None if there is none.

    Raises:
        OtherManifest: It is not what this version writes.
    """
    try:
        return _MANIFEST.validate_json((directory / NAME).read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise OtherManifest("how far it is was not written by this version") from error


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Put `manifest` in the place of the last one, durably and at once."""
    draft = directory / f".{NAME}"
    with draft.open("wb") as file:
        file.write(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(directory / NAME)
    sync_directory(directory)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
