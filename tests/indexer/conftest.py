"""The registries that the indexer's tests work in."""

from tests.store import seeded_file, store

__all__ = ["seeded_file", "store"]
