"""A real registry in a SQLite file or a PostgreSQL database, and the few moves that most tests make in it."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlmodel import col, select

from app.db.changelog import Change
from app.db.engine import Database, ReadSession, sqlite_url
from app.db.ids import new_id
from app.db.leases import Lease
from app.identity.principals import viewer_named
from app.identity.session import WriteSession, writing
from app.identity.viewer import LOCAL_USER, AllowAll, Viewer
from app.registry.drafts import DatasetDraft, ModelDraft, VersionDraft, draft
from app.registry.opening import open_registry
from app.registry.tables import Dataset, ModelVersion, RegisteredModel
from app.registry.writing.datasets import register_datasets
from app.registry.writing.registration import create_versions, register_models

# Every test module opens registries, and a seeded file is copied faster than made.


@dataclass(frozen=True, slots=True)
class Store:
    """A registry and the user who works in it; each move is a transaction of its own."""

    database: Database
    viewer: Viewer

    def writing(self) -> AbstractContextManager[WriteSession]:
        """Open a write transaction."""
        return writing(self.database, self.viewer, AllowAll())

    def reading(self) -> AbstractContextManager[ReadSession]:
        """Open a read session."""
        return self.database.read()

    def model(self, name: str | None = None, **facts: Any) -> RegisteredModel:
        """Register a model, under a name of its own if none is given."""
        with self.writing() as session:
            [model] = register_models(session, [draft(ModelDraft, {"name": name or new_id("mdl"), **facts})])
        return model

    def version(self, model: RegisteredModel | None = None, **facts: Any) -> ModelVersion:
        """Create a version, of a new model if none is given."""
        model = model or self.model()
        with self.writing() as session:
            [version] = create_versions(session, [(model, draft(VersionDraft, facts))])
        return version

    def dataset(self, name: str, **facts: Any) -> Dataset:
        """Register a dataset."""
        with self.writing() as session:
            [dataset] = register_datasets(session, [draft(DatasetDraft, {"name": name, **facts})])
        return dataset

    def changes(self, after: int = 0) -> list[Change]:
        """Return the log behind a sequence."""
        with self.reading() as session:
            found = select(Change).where(col(Change.sequence) > after).order_by(col(Change.sequence))
            return list(session.exec(found))

    def last_change(self) -> Change:
        """Return the end of the log."""
        return self.changes()[-1]


def made_at(store: Store, change: Change, *moments: datetime) -> bool:
    """Tell whether rows have the moment of their change; that of a COMMIT on a server comes behind theirs."""
    if store.database.embedded:
        return set(moments) == {change.at}
    return len(set(moments)) == 1 and change.at - timedelta(minutes=1) < moments[0] <= change.at


def open_store(place: Path | str) -> Store:
    """Open the registry in a file, or at a URL, as the local user."""
    database = open_registry(place if isinstance(place, str) else sqlite_url(place))
    with database.read() as session:
        return Store(database, viewer_named(session, LOCAL_USER))


def let_pass(database: Database, seconds: float) -> None:
    """Let the database's clock, as leases see it, go on."""
    with database.writers.begin() as connection:
        connection.execute(update(Lease).values(expires_at=col(Lease.expires_at) - seconds))


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Collect the SQL that readers send meanwhile, transaction control aside."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(database.readers, "before_cursor_execute", note)
    yield sent
    event.remove(database.readers, "before_cursor_execute", note)


@pytest.fixture(scope="session")
def seeded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a registry in which nothing has happened yet but its seeding."""
    path = tmp_path_factory.mktemp("seeded") / "registry.db"
    open_store(path).database.close()
    return path


@pytest.fixture
def leases(seeded_file: Path, tmp_path: Path) -> Iterator[Database]:
    """Give the database of a registry, in which those who write an index take their turns."""
    database = Database(sqlite_url(Path(shutil.copy(seeded_file, tmp_path / "leases.db"))))
    yield database
    database.close()


@contextmanager
def fresh_url(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Give the URL of a registry in which nothing has happened yet, of the kind that the test wants."""
    if request.getfixturevalue("database_kind") == "sqlite":
        yield sqlite_url(Path(shutil.copy(request.getfixturevalue("seeded_file"), folder / "registry.db")))
        return
    with request.getfixturevalue("postgresql").fresh(request.getfixturevalue("seeded_database")) as url:
        yield url


@pytest.fixture
def store(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[Store]:  # noqa: ARG001 - tests are told apart by it
    """Open a fresh registry."""
    with fresh_url(request, tmp_path) as url:
        opened = open_store(url)
        yield opened
        opened.database.close()


@pytest.fixture(scope="module")
def shared_store(
    request: pytest.FixtureRequest,
    database_kind: str,  # noqa: ARG001 - tests are told apart by it
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Store]:
    """Open one registry for all examples of a module's rules, which keep to names of their own."""
    with fresh_url(request, tmp_path_factory.mktemp("shared")) as url:
        opened = open_store(url)
        yield opened
        opened.database.close()
