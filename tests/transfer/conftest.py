"""The registries and files that the tests of this folder work with."""

from tests.store import seeded_file, shared_store, store
from tests.transfer.files import importer, shared_importer

__all__ = ["importer", "seeded_file", "shared_importer", "shared_store", "store"]
