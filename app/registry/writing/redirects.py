"""Giving models their old names: these lead to them until others take them."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import col, delete, select

from app.db.changelog import Fact
from app.errors import Conflict
from app.identity.session import WriteSession
from app.registry.reading.finding import models_named
from app.registry.tables import ModelRedirect, RegisteredModel


def lead_from(session: WriteSession, model: RegisteredModel, names: Mapping[str, datetime | None]) -> int:
    """Let former names of a model lead to it, each since a moment or now, and return how many did not yet.

    Raises:
        Conflict: A model has the name by now, or it leads to another.
    """
    for taken in models_named(session, model.namespace_id, list(names)):
        raise Conflict(f"a model is called {taken!r} by now", field=["formerNames", taken])
    mine = (ModelRedirect.namespace_id == model.namespace_id, col(ModelRedirect.name).in_(names))
    leading = {row.name: row.model_id for row in session.exec(select(ModelRedirect).where(*mine))}
    for name, model_id in leading.items():
        if model_id != model.id:
            raise Conflict(f"{name!r} leads to another model", field=["formerNames", name])
    fresh = sorted(names.keys() - leading.keys())
    if fresh:
        session.record([Fact(action="model.restated", subject_id=model.id, after={"formerNames": fresh})])
    for name in fresh:
        since = names[name] or session.now
        session.add(ModelRedirect(namespace_id=model.namespace_id, name=name, model_id=model.id, since=since))
    session.flush()
    return len(fresh)


def drop_redirects(session: WriteSession, namespace_id: str, names: Collection[str]) -> None:
    """Let old names of models lead nowhere any more, since others have taken them."""
    session.execute(
        delete(ModelRedirect).where(
            col(ModelRedirect.namespace_id) == namespace_id, col(ModelRedirect.name).in_(names)
        )
    )
