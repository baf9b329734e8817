"""The files that the tests of this folder work with."""

from tests.transfer.files import importer, shared_importer

__all__ = ["importer", "shared_importer"]
