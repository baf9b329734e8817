"""Opening a registry: its database at this code's revision, with everything that every registry has."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlmodel import select

from app.db import migrate
from app.db.engine import Database, ReadSession
from app.db.limits import ServerLimits
from app.db.locks import hold
from app.db.unfit import UnfitDatabase
from app.errors import Busy
from app.identity.principals import viewer_named
from app.identity.session import WriteSession, write
from app.identity.viewer import SYSTEM_SERVICE, AllowAll
from app.registry.catalogue import shipped_metrics, shipped_tasks
from app.registry.drafts import Direction, MetricDefinitionDraft, NamespaceDraft, TaskDraft
from app.registry.reading.words import count_outdated_words
from app.registry.tables import MetricDefinition, Namespace, Task
from app.registry.writing.metrics import define_metrics
from app.registry.writing.namespaces import create_namespaces
from app.registry.writing.tasks import define_tasks
from app.registry.writing.words import outdate_words, rewrite_outdated_words

logger = logging.getLogger(__name__)

DEFAULT_NAMESPACE = NamespaceDraft(name="default", description="Where models go that name no namespace.")


class RegistryNotOpened(Exception):
    """The registry cannot be opened; the message tells a person why."""


def open_registry(
    url: str,
    limits: ServerLimits = ServerLimits(),  # noqa: B008 - a frozen value
    tell: Callable[[str], None] = logger.info,
) -> Database:
    """Open the registry at `url`, making it where need be, and upgrading it where nobody else may use it.

    Args:
        url: Where its database is.
        limits: How a database server is used.
        tell: Hears how far an upgrade has come that takes its time.

    Raises:
        RegistryNotOpened: A later version of Holotype has written it, or an earlier one, or it cannot be read
            and written.
    """
    try:
        database = Database(url, limits)
    except (ValueError, ArgumentError) as unknown:
        raise RegistryNotOpened(f"HOLOTYPE_DATABASE_URL names no database: {unknown}") from None
    try:
        migrate.prepare(database)
        _complete(database)
        if database.embedded:
            renew_words(database, tell)
    except (UnfitDatabase, DatabaseError, Busy, OSError) as broken:
        database.close()
        reason = " ".join(str(broken.orig if isinstance(broken, DatabaseError) else broken).split())
        raise RegistryNotOpened(f"the registry in {database.place} cannot be opened: {reason}") from broken
    return database


def renew_words(database: Database, tell: Callable[[str], None], *, every: bool = False) -> int:
    """Write the words anew that another rule made, and return how many.

    A few hundred are written in a transaction, so that others go on writing between them, and what was done
    is done when it ends before its time. Meanwhile things are found by the words that they had.

    Args:
        database: The database of the registry.
        tell: Hears how far it has come.
        every: Whether all are written anew, whatever made them.
    """
    with database.read() as session:
        system = viewer_named(session, SYSTEM_SERVICE)
    if every:
        write(database, system, AllowAll(), outdate_words)
    with database.read() as session:
        outdated = count_outdated_words(session)
    renewed = 0
    while renewed < outdated and (some := write(database, system, AllowAll(), rewrite_outdated_words)):
        renewed += some
        tell(f"words by which the database finds, made anew: {renewed:,} of {outdated:,}")
    return renewed


def _complete(database: Database) -> None:
    """Add what every registry has and this one lacks."""
    with database.read() as session:
        system = viewer_named(session, SYSTEM_SERVICE)
        lack = _lacking(session)
    if lack.namespaces or lack.tasks or lack.metrics:
        write(database, system, AllowAll(), _seed)


@dataclass(frozen=True, slots=True)
class _Lack:
    namespaces: list[NamespaceDraft]
    tasks: list[TaskDraft]
    metrics: list[MetricDefinitionDraft]


def _lacking(session: ReadSession) -> _Lack:
    """Return what every registry has from the start and this one has not yet."""
    namespaces, tasks, metrics = (
        set(session.exec(select(table.name))) for table in (Namespace, Task, MetricDefinition)
    )
    return _Lack(
        [draft for draft in (DEFAULT_NAMESPACE,) if draft.name not in namespaces],
        [
            TaskDraft(
                name=task.name, title=task.title, description=task.description, synonyms=list(task.synonyms)
            )
            for task in shipped_tasks()
            if task.name not in tasks
        ],
        [
            MetricDefinitionDraft(
                name=metric.name,
                direction=Direction(metric.direction),
                unit=metric.unit,
                description=metric.description,
                synonyms=list(metric.synonyms),
            )
            for metric in shipped_metrics()
            if metric.name not in metrics
        ],
    )


def _seed(session: WriteSession) -> None:
    # Several processes may open a new registry at once: whoever waited finds nothing lacking.
    hold(session, "seed")
    lack = _lacking(session)
    create_namespaces(session, lack.namespaces)
    define_tasks(session, lack.tasks, shipped=True)
    define_metrics(session, lack.metrics, shipped=True)
