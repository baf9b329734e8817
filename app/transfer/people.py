"""Whom files name: authors and owners."""

from collections.abc import Iterable, Mapping

from sqlmodel import select

from app.db.engine import ReadSession
from app.identity.principals import ensure_principals
from app.identity.session import WriteSession
from app.identity.tables import Principal
from app.transfer.outcome import Kind, Outcome


def people_named(
    session: WriteSession, names: Iterable[str | None], outcome: Outcome
) -> Mapping[str | None, str]:
    """Return the ids of principals by name; a name that the registry does not know becomes a user."""
    wanted = {name for name in names if name is not None}
    people: dict[str | None, str] = {}
    if wanted:
        before = len(session.logged)
        people.update(ensure_principals(session, wanted))
        outcome.count(Kind.USER, new=len(session.logged) - before)
    return people


def names_of_people(session: ReadSession) -> Mapping[str, str]:
    """Return the names of all principals, by id."""
    return dict(session.execute(select(Principal.id, Principal.name)).all())
