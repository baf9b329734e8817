"""Making an index directory, and finding out whether an existing one is fit for use."""

import shutil
from dataclasses import replace
from pathlib import Path

import tantivy

from app.search.contract import IndexPosition
from app.search.embedded.manifest import (
    Manifest,
    OtherManifest,
    read_manifest,
    sync_directory,
    write_manifest,
)
from app.search.embedded.rows import cut_rows
from app.search.embedded.schema import build_schema
from app.search.terms import fingerprint


def create_generation(directory: Path, log: str) -> Manifest:
    """Make an empty index that follows the log `log`, point the manifest to it, and drop all others."""
    manifest = Manifest(
        fingerprint=fingerprint(), generation=_next(directory), position=IndexPosition(log=log)
    )
    words = manifest.words(directory)
    words.mkdir(parents=True)
    tantivy.Index(build_schema(), path=str(words))
    cut_rows(manifest.rows_file(directory), 0)
    for made in (words, manifest.home(directory)):
        sync_directory(made)
    write_manifest(directory, manifest)
    drop_others(directory, manifest)
    return manifest


def adopt_generation(directory: Path, draft: Path) -> None:
    """Make the closed index in the directory `draft`, on the same disk, the index in `directory`.

    A process that is killed in between leaves the old index, or the new one.
    """
    made = read_manifest(draft)
    if made is None:
        raise FileNotFoundError(draft)
    manifest = replace(made, generation=_next(directory))
    made.home(draft).rename(manifest.home(directory))
    sync_directory(draft)
    sync_directory(directory)
    write_manifest(directory, manifest)
    drop_others(directory, manifest)
    shutil.rmtree(draft)


def drop_others(directory: Path, manifest: Manifest) -> None:
    """Delete all that the manifest does not point to."""
    for number in _numbers(directory):
        if number != manifest.generation:
            shutil.rmtree(directory / f"g{number}")
    for rows in manifest.home(directory).glob("vectors-*.bin"):
        if rows != manifest.rows_file(directory):
            rows.unlink()


def why_unfit(directory: Path, log: str | None = None) -> str | None:
    """Say why the index in `directory` cannot go on, for the log `log` if one is given; None if it can."""
    manifest, outdated = look_at(directory)
    if outdated:
        return outdated
    if manifest is None:
        return "there is none yet"
    if log is not None and manifest.position.log != log:
        return "it belongs to another registry"
    return _why_broken(directory, manifest)


def look_at(directory: Path) -> tuple[Manifest | None, str | None]:
    """Return the manifest as far as there is one, and what about its index this version makes otherwise."""
    try:
        manifest = read_manifest(directory)
    except OtherManifest as other:
        return None, str(other)
    if manifest is not None and manifest.fingerprint != fingerprint():
        return manifest, "its documents were built in another way"
    return manifest, None


def _why_broken(directory: Path, manifest: Manifest) -> str | None:
    try:
        tantivy.Index.open(str(manifest.words(directory)))
    except (OSError, ValueError) as error:
        return f"it cannot be opened: {error}"
    rows = manifest.rows_file(directory)
    if not rows.exists() or rows.stat().st_size < manifest.rows_bytes:
        return "vectors are missing from it"
    return None


def _next(directory: Path) -> int:
    return max(_numbers(directory), default=0) + 1


def _numbers(directory: Path) -> list[int]:
    return [int(made.name[1:]) for made in directory.glob("g[0-9]*")]
