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
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from app.search.contract import IndexPosition, Mark
from app.search.embedded.rows import ROW
from app.search.keeping import Ahead, Rejected
from app.search.parking import Parked, Part

FORMAT = 3
NAME = "manifest.json"


class OtherManifest(Exception):
    """A manifest that another version of Holotype wrote, or a hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What of an index directory counts.

    Attributes:
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


def read_manifest(directory: Path) -> Manifest | None:
    """Return the manifest of an index directory; None if there is none.

    Raises:
        OtherManifest: It is not what this version writes.
    """
    try:
        return _manifest(orjson.loads((directory / NAME).read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise OtherManifest("how far it is was not written by this version") from error


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Put `manifest` in the place of the last one, durably and at once."""
    draft = directory / f".{NAME}"
    with draft.open("wb") as file:
        file.write(orjson.dumps({"format": FORMAT, **_plain(manifest)}, option=orjson.OPT_INDENT_2))
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


def _plain(manifest: Manifest) -> dict[str, Any]:
    plain: dict[str, Any] = orjson.loads(orjson.dumps(manifest))
    return plain


def _manifest(data: dict[str, Any]) -> Manifest:
    if (made := data.pop("format")) != FORMAT:
        raise ValueError(f"format {made}, not {FORMAT}")
    position, filling = data.pop("position"), data.pop("filling_from")
    position |= {name: _mark(position[name]) for name in ("words", "meaning")}
    parked = tuple(_parked(one) for one in data.pop("parked"))
    ahead, rejected = data.pop("ahead", None), data.pop("rejected", None)
    return Manifest(
        **data,
        filling_from=filling and _mark(filling),
        ahead=ahead and _ahead(ahead),
        parked=parked,
        rejected=rejected and _rejected(rejected),
        position=IndexPosition(**position),
    )


def _ahead(data: dict[str, Any]) -> Ahead:
    return Ahead(followed=_mark(data["followed"]), through=_mark(data["through"]), done=data["done"])


def _rejected(data: dict[str, Any]) -> Rejected:
    return Rejected(**data | {"retry_at": datetime.fromisoformat(data["retry_at"])})


def _mark(data: dict[str, Any]) -> Mark:
    at = data.pop("at")
    return Mark(**data, at=at and datetime.fromisoformat(at))


def _parked(data: dict[str, Any]) -> Parked:
    part, retry_at = Part(data.pop("part")), datetime.fromisoformat(data.pop("retry_at"))
    return Parked(**data, part=part, retry_at=retry_at)
