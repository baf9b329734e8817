"""Where documents and changes come from: the registry's database."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.db import changelog
from app.db.engine import Database, ReadSession
from app.insight.discovery.documents import dataset_documents, model_documents
from app.search.contract import Kind, Mark
from app.search.document import Document
from indexer.documents import (
    Touched,
    all_datasets,
    living_models,
    mark_of,
    touched_datasets,
    touched_models,
)

if TYPE_CHECKING:
    from indexer.crew import Crew


class DocumentSource(Protocol):
    """A registry, as the indexer of one kind sees it; each call is one snapshot."""

    @property
    def kind(self) -> Kind:
        """What the documents are of."""

    @property
    def crew(self) -> "Crew | None":
        """The processes that read it, too; None if this one is alone."""

    def log(self) -> str:
        """Return the identity of the change log, empty before the first change."""

    def head(self) -> Mark:
        """Return the end of the change log."""

    def mark(self, sequence: int) -> Mark:
        """Return the place of a change in the log; none, `Mark()`, if the log does not reach there."""

    def ids(self) -> list[str]:
        """Return the ids of all that has a document."""

    def touched(self, after: int, limit: int) -> Touched:
        """Return what the next `limit` changes behind `after` touched."""

    def documents(self, ids: Collection[str]) -> Sequence[Document]:
        """Return the documents of what is there of `ids`."""


@dataclass(frozen=True, slots=True)
class _Readings:
    """How one kind is read."""

    ids: Callable[[ReadSession], list[str]]
    touched: Callable[[ReadSession, int, int], Touched]
    documents: Callable[[ReadSession, Collection[str]], Sequence[Document]]


_READINGS = {
    Kind.MODELS: _Readings(living_models, touched_models, model_documents),
    Kind.DATASETS: _Readings(all_datasets, touched_datasets, dataset_documents),
}


class RegistrySource:
    """One kind of thing in the registry's database."""

    def __init__(self, database: Database, kind: Kind = Kind.MODELS, crew: "Crew | None" = None) -> None:
        self._database = database
        self.kind = kind
        self.crew = crew
        self._read = _READINGS[kind]

    def log(self) -> str:
        """Return the identity of the change log, empty before the first change."""
        with self._database.read() as session:
            return changelog.identity(session)

    def head(self) -> Mark:
        """Return the end of the change log."""
        with self._database.read() as session:
            last = changelog.newest(session)
            return mark_of(last) if last else Mark()

    def mark(self, sequence: int) -> Mark:
        """Return the place of a change in the log; none, `Mark()`, if the log does not reach there."""
        with self._database.read() as session:
            return _mark(session, sequence)

    def ids(self) -> list[str]:
        """Return the ids of all that has a document."""
        with self._database.read() as session:
            return self._read.ids(session)

    def touched(self, after: int, limit: int) -> Touched:
        """Return what the next `limit` changes behind `after` touched."""
        with self._database.read() as session:
            return self._read.touched(session, after, limit)

    def documents(self, ids: Collection[str]) -> Sequence[Document]:
        """Return the documents of what is there of `ids`."""
        with self._database.read() as session:
            return self._read.documents(session, ids)


def _mark(session: ReadSession, sequence: int) -> Mark:
    for change in changelog.changes_after(session, sequence - 1, limit=1) if sequence else ():
        return mark_of(change)
    return Mark()
