"""Any things with ids, of whatever kind: each kind's loader makes itself known here."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeAlias

from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.ids import kind_of, of_past, past_id
from app.db.past import PastSession, at_sequence
from app.db.statements import VALUES_A_STATEMENT, batched
from app.graphql.selection import Selection
from app.graphql.types.lineage import lineage_edge
from app.graphql.types.metrics import metric_definition
from app.graphql.types.principals import Node, principal
from app.graphql.types.tasks import task
from app.identity.tables import Principal
from app.lineage.tables import LineageEdge
from app.registry import tables as rows
from app.registry.reading.finding import require_kind

Loader: TypeAlias = Callable[[ReadSession, Sequence[str], Selection], dict[str, Any]]
Loaded: TypeAlias = dict[str, dict[str, Any]]
"""The answers of fields that take arguments: by the id of a thing, and by the name in the response."""

_loaders: dict[str, tuple[str, Loader]] = {}
HAVING_A_PAST = ("mdl", "ver", "lin")


def loads(prefix: str, type_name: str) -> Callable[[Loader], Loader]:
    """Mark a function as what makes the type `type_name` of things whose ids begin with `prefix`."""

    def register(loader: Loader) -> Loader:
        _loaders[prefix] = (type_name, loader)
        return loader

    return register


def load_nodes(session: ReadSession, ids: Collection[str], selection: Selection) -> dict[str, Node]:
    """Make the types of things of any kind, by id; what is not there is left out.

    Things are shown as of the present, and under the id of a past state as of its moment.
    """
    moments: dict[int | None, list[str]] = {}
    for given in ids:
        entity_id, sequence = of_past(given) or (given, None)
        moments.setdefault(sequence, []).append(entity_id)
    found: dict[str, Node] = {}
    for sequence, mine in moments.items():
        if sequence is None:
            found |= _load(session.present, mine, selection)
        elif moment := at_sequence(session, sequence):
            states = _load(PastSession(session, moment), mine, selection)
            found |= {past_id(entity_id, sequence): state for entity_id, state in states.items()}
    return found


def require_node(given: str, field: Sequence[str]) -> str:
    """Return the id of a thing, or of a past state of a thing that has a past.

    Raises:
        InvalidInput: It is no such id.
    """
    entity_id, sequence = of_past(given) or (given, None)
    require_kind(entity_id, *(HAVING_A_PAST if sequence else ()), field=field)
    return given


def _load(session: ReadSession, ids: Sequence[str], selection: Selection) -> dict[str, Node]:
    by_kind: dict[str, list[str]] = {}
    for entity_id in ids:
        by_kind.setdefault(kind_of(entity_id) or "", []).append(entity_id)
    found: dict[str, Node] = {}
    for kind, mine in by_kind.items():
        if kind in _loaders:
            type_name, load = _loaders[kind]
            for some in batched(mine, VALUES_A_STATEMENT):
                found |= load(session, some, selection.on(type_name))
    return found


def _plain(table: Any, make: Callable[[Any], Any]) -> Loader:
    """Return a loader of things that ask for nothing beside their own row."""

    def load(session: ReadSession, ids: Sequence[str], _selection: Selection) -> dict[str, Any]:
        return {row.id: make(row) for row in session.exec(select(table).where(table.id.in_(ids)))}

    return load


@loads("lin", "LineageEdge")
def edges_by_id(session: ReadSession, ids: Sequence[str], _selection: Selection) -> dict[str, Any]:
    """Make types of edges by id."""
    found = session.exec(select(LineageEdge).where(col(LineageEdge.id).in_(ids)))
    return {edge.id: lineage_edge(edge, session.as_of) for edge in found}


loads("usr", "User")(_plain(Principal, principal))
loads("sva", "ServiceAccount")(_plain(Principal, principal))
loads("tsk", "Task")(_plain(rows.Task, task))
loads("mtd", "MetricDefinition")(_plain(rows.MetricDefinition, metric_definition))
