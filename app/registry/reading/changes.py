"""Reading the change log: in its order, or what touched one thing."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, select

from app.db.changelog import Change, ChangeEntity
from app.db.cursors import Order, named
from app.db.engine import ReadSession
from app.db.paging import Page, PageRequest, Parents, list_page, list_pages
from app.registry.reading.matching import text_matches, time_matches
from app.registry.reading.predicates import Text, Time


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which changes are wanted; all parts that are given hold.

    Attributes:
        subject: The id of what was changed.
        actor: The id of who changed it.
        action: A condition on the action.
        no_action: Whether a change without an action is asked for, which there is none of.
    """

    subject: str | None = None
    actor: str | None = None
    action: Text | None = None
    no_action: bool = False
    at: Time = Time()  # noqa: RUF009 - a frozen value


def list_changes(
    session: ReadSession,
    request: PageRequest,
    *,
    wanted: Wanted = Wanted(),
    counted: bool = False,
) -> Page[Change]:
    """Return a page of the change log, in its order."""
    statement = select(Change).where(time_matches(Change.at, wanted.at))
    if wanted.subject is not None:
        statement = statement.where(Change.subject_id == wanted.subject)
    if wanted.actor is not None:
        statement = statement.where(Change.actor_id == wanted.actor)
    if wanted.action is not None:
        statement = statement.where(text_matches(Change.action, wanted.action))
    if wanted.no_action:
        statement = statement.where(col(Change.action).is_(None))
    order = Order(named("changes", {"wanted": repr(wanted)}), ("sequence",))
    return list_page(session, statement, order, request, counted=counted)


def histories(
    session: ReadSession, entity_ids: Collection[str], request: PageRequest, *, counted: bool = False
) -> dict[str, Page[ChangeEntity]]:
    """Return the same page of the changes that touch each of many things, by thing, in the log's order."""
    statement = select(ChangeEntity)
    if session.as_of is not None:
        statement = statement.where(col(ChangeEntity.sequence) <= session.as_of.sequence)
    order = Order("history", ("sequence",))
    return list_pages(session, statement, Parents("entity_id", entity_ids), order, request, counted=counted)


def changes_at(session: ReadSession, sequences: Collection[int]) -> list[Change]:
    """Return the changes at these places of the log."""
    return list(session.exec(select(Change).where(col(Change.sequence).in_(sequences))))
