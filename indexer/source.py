"""Where documents and changes come from: the registry's database."""

from collections.abc import Collection, Sequence
from typing import Protocol

from app.db import changelog
from app.db.engine import Database
from app.search.contract import Mark
from app.search.document import ModelDocument
from indexer.documents import TouchedModels, all_model_keys, documents_for, touched_models


class DocumentSource(Protocol):
    """A registry, as the indexer sees it; each call is one snapshot."""

    def log(self) -> str:
        """Return the identity of the change log, empty before the first change."""

    def head(self) -> Mark:
        """Return the end of the change log."""

    def model_ids(self) -> list[str]:
        """Return the ids of all living models."""

    def touched(self, after: int, limit: int) -> TouchedModels:
        """Return the models that the next `limit` changes behind `after` touched."""

    def documents(self, ids: Collection[str]) -> Sequence[ModelDocument]:
        """Return the documents of the living models among `ids`."""


class RegistrySource:
    """The registry in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def log(self) -> str:
        """Return the identity of the change log, empty before the first change."""
        with self._database.read() as session:
            return changelog.identity(session)

    def head(self) -> Mark:
        """Return the end of the change log."""
        with self._database.read() as session:
            sequence = changelog.head(session)
            last = changelog.changes_after(session, sequence - 1, limit=1)
            return Mark(sequence, last[0].at if last else None)

    def model_ids(self) -> list[str]:
        """Return the ids of all living models."""
        with self._database.read() as session:
            return [model_id for _, model_id in all_model_keys(session)]

    def touched(self, after: int, limit: int) -> TouchedModels:
        """Return the models that the next `limit` changes behind `after` touched."""
        with self._database.read() as session:
            return touched_models(session, after, limit)

    def documents(self, ids: Collection[str]) -> Sequence[ModelDocument]:
        """Return the documents of the living models among `ids`."""
        with self._database.read() as session:
            return documents_for(session, ids)
