"""Making an index directory, and finding out whether an existing one is fit for use."""

import shutil
from pathlib import Path

import tantivy

from app.search.contract import IndexPosition
from app.search.embedded.manifest import Manifest, read_manifest, sync_directory, write_manifest
from app.search.embedded.rows import cut_rows
from app.search.embedded.schema import build_schema, fingerprint


def create_generation(directory: Path, log: str) -> Manifest:
    """Make an empty index that follows the log `log`, point the manifest to it, and drop all others."""
    numbers = [int(old.name[1:]) for old in directory.glob("g[0-9]*")]
    manifest = Manifest(
        fingerprint=fingerprint(), generation=max(numbers, default=0) + 1, position=IndexPosition(log=log)
    )
    words = manifest.words(directory)
    words.mkdir(parents=True)
    tantivy.Index(build_schema(), path=str(words))
    cut_rows(manifest.rows_file(directory), 0)
    for made in (words, manifest.home(directory)):
        sync_directory(made)
    write_manifest(directory, manifest)
    for number in numbers:
        shutil.rmtree(directory / f"g{number}")
    return manifest


def why_unfit(directory: Path, log: str) -> str | None:
    """Say why the index in `directory` cannot go on for the log `log`; None if it can."""
    manifest = read_manifest(directory)
    if manifest is None:
        return "there is none yet"
    if manifest.fingerprint != fingerprint():
        return "its documents were built in another way"
    if manifest.position.log != log:
        return "it belongs to another registry"
    try:
        tantivy.Index.open(str(manifest.words(directory)))
    except (OSError, ValueError) as error:
        return f"it cannot be opened: {error}"
    if not _has_rows(manifest, directory):
        return "vectors are missing from it"
    return None


def _has_rows(manifest: Manifest, directory: Path) -> bool:
    path = manifest.rows_file(directory)
    return path.exists() and path.stat().st_size >= manifest.rows_bytes
