"""Ranges of semantic versions, as npm writes them: ``1.4.2``, ``^1.4``, ``~1.2.3``, ``>=1.0 <2``."""

from collections.abc import Iterable
from typing import TypeVar

from semantic_version import NpmSpec, Version

from app.errors import InvalidInput
from app.registry.drafts import VersionState
from app.registry.drafts.rules import MAX_NAME
from app.registry.tables import ModelVersion

Row = TypeVar("Row", bound=ModelVersion)


def highest_within(rows: Iterable[Row], wanted: str) -> Row | None:
    """Return the version with the highest semantic version within a range, or None.

    What is written exactly so wins, in any state; else only what is READY counts, and a prerelease only where
    the range names one of the same version (https://github.com/npm/node-semver#prerelease-tags). Of versions
    that differ in their builds alone, the first of `rows` is taken.

    Raises:
        InvalidInput: `wanted` is no range, or is longer than any version.
    """
    within = _range(wanted)
    best: tuple[Version, Row] | None = None
    for row in rows:
        if row.semver is None:
            continue
        if row.semver == wanted:
            return row
        if row.state != VersionState.READY:
            continue
        version = Version(row.semver).truncate("prerelease")
        if version in within and (best is None or version > best[0]):
            best = version, row
    return best[1] if best else None


def _range(text: str) -> NpmSpec:
    try:
        # Without any text, npm takes every version.
        return NpmSpec(text if 0 < len(text.strip()) <= MAX_NAME else "none")
    except ValueError:
        message = f"{text[:80]!r} is no range of versions; ranges look like 1.4.2, ^1.4, ~1.2.3 or '>=1.0 <2'"
        raise InvalidInput(message, field=["range"]) from None
