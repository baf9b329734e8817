"""Changes, with what they touch."""

from collections.abc import Sequence
from typing import Any

import orjson
import strawberry
from sqlmodel import col, select

from app.db.changelog import Change as ChangeRow
from app.db.engine import ReadSession
from app.graphql.inputs.paging import page_request
from app.graphql.loading.nodes import Loaded, load_nodes, loads
from app.graphql.scalars import BigInt
from app.graphql.selection import Selection
from app.graphql.types.changes import Change
from app.graphql.types.connections import connection
from app.graphql.types.principals import Node, principal
from app.identity.principals import principals_by_id
from app.registry.reading.changes import changes_at, histories


@loads("chg", "Change")
def changes_by_id(session: ReadSession, ids: Sequence[str], selection: Selection) -> dict[str, Any]:
    """Make types of changes by id."""
    found = session.exec(select(ChangeRow).where(col(ChangeRow.id).in_(ids))).all()
    return {str(node.id): node for node in load_changes(session, found, selection)}


def load_histories(session: ReadSession, loaded: Loaded, selection: Selection) -> None:
    """Fill the field `history` of things with what touched them."""
    for call in selection.calls("history"):
        request = page_request(call.arguments, first=50)
        pages = histories(session, loaded.keys(), request, counted="totalCount" in call.below)
        places = {item.sequence for page in pages.values() for item in page.items}
        changes = changes_at(session, places) if places else []
        # A change is the same thing at all times: what it leads to is of the present.
        nodes = load_changes(session.present, changes, call.below.items())
        made = {change.sequence: node for change, node in zip(changes, nodes, strict=True)}
        for entity_id, fields in loaded.items():
            page = pages.get(entity_id)
            fields[call.key] = connection(page, [made[item.sequence] for item in page.items] if page else [])


def load_changes(session: ReadSession, changes: Sequence[ChangeRow], selection: Selection) -> list[Change]:
    """Make types of changes, with what they touch where that is asked for."""
    actors = principals_by_id(session, {change.actor_id for change in changes})
    subjects: dict[str, Node] = {}
    related: dict[str, Node] = {}
    if "subject" in selection:
        wanted = {change.subject_id for change in changes}
        subjects = load_nodes(session, wanted, selection.below("subject"))
    if "related" in selection:
        wanted = {entity for change in changes for entity in change.related}
        related = load_nodes(session, wanted, selection.below("related"))
    return [
        Change(
            id=strawberry.ID(row.id),
            sequence=BigInt(row.sequence),
            transaction=strawberry.ID(row.transaction),
            at=row.at,
            actor=principal(actors[row.actor_id]),
            action=row.action,
            subject=subjects.get(row.subject_id),
            related=[related[entity] for entity in row.related if entity in related],
            before=None if row.before is None else orjson.loads(row.before),
            after=None if row.after is None else orjson.loads(row.after),
            digest=row.digest,
            request_id=row.request_id,
        )
        for row in changes
    ]
