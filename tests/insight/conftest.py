"""The registries that the tests of this folder work in."""

from tests.store import seeded_file, shared_store, store

__all__ = ["seeded_file", "shared_store", "store"]
