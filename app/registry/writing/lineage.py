"""Lineage that is stated by itself: edges are added, ended, given exceptions, and led to what arrived."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import col, select

from app.db.changelog import Fact
from app.db.ids import CODE, ENVIRONMENT
from app.db.locks import hold
from app.errors import AlreadyExists, Conflict, Immutable, InvalidInput, NotFound
from app.identity.session import WriteSession
from app.lineage.changing import change_edges, edges_at, find_edge
from app.lineage.edges import NewEdge, add_edges, unknown_edges
from app.lineage.outside import external_nodes, register_names, settle_edges
from app.lineage.tables import LineageEdge
from app.lineage.ways import edges_above
from app.registry.drafts import LineageDraft, LineageEndDraft, LineageExceptionsDraft
from app.registry.reading.finding import require_kind
from app.registry.reading.nodes import LINEAGE_KINDS, known_nodes, models_of

MOST_RELATED = 1_000
"""How many of the nodes that an edge leads from are named by one change."""


def link(session: WriteSession, edges: Sequence[NewEdge]) -> list[str]:
    """Add edges between nodes that exist, one change for each lower end; return the ids of the new ones.

    Raises:
        CycleFound: An edge would make a node its own ancestor.
        InvalidInput: An edge leads from a node to itself.
    """
    edges = settle_edges(session, edges)
    # Each of two edges may be harmless by itself and close a circle with the other.
    hold(session, "lineage")
    fresh = unknown_edges(session, edges)
    by_node: dict[str, list[NewEdge]] = {}
    for edge in fresh:
        by_node.setdefault(edge.downstream, []).append(edge)
    models = models_of(session, by_node)
    for node in by_node:
        session.require("lineage.add", node)
    logged = session.record(
        [
            Fact(
                action="lineage.added",
                subject_id=node,
                related=[*_model(models, node), *(edge.upstream for edge in mine)],
                after={
                    "edges": [{"upstream": edge.upstream, "relation": str(edge.relation)} for edge in mine]
                },
            )
            for node, mine in by_node.items()
        ]
    )
    return add_edges(session, fresh, dict(zip(by_node, logged, strict=True)))


def add_lineage(session: WriteSession, downstream: str, draft: LineageDraft) -> str:
    """Add an edge and return its id.

    Raises:
        InvalidInput: An id is of a thing that has no lineage, `since` is to come, or both ends are one.
        NotFound: There is no such end, or it was deleted.
        AlreadyExists: The edge is there.
        CycleFound: The edge would make a node its own ancestor.
    """
    ends = {"downstream": require_kind(downstream, *LINEAGE_KINDS, field=["downstream"])}
    uri = draft.upstream.external_uri
    if draft.upstream.id is not None:
        ends["id"] = require_kind(draft.upstream.id, *LINEAGE_KINDS, field=["upstream", "id"])
    known = known_nodes(session, set(ends.values()))
    for name, end in ends.items():
        if end not in known:
            path = ["upstream", "id"] if name == "id" else [name]
            raise NotFound(f"there is nothing with the id {end}; what was deleted is not there", field=path)
    if draft.since is not None and draft.since > session.now:
        raise InvalidInput(f"since is {draft.since.isoformat()}, which is to come", field=["since"])
    upstream = external_nodes(session, [uri])[uri] if uri is not None else ends["id"]
    stated = NewEdge(downstream, upstream, draft.relation, draft.evidence, draft.since)
    [edge] = settle_edges(session, [stated])
    added = link(session, [edge])
    if not added:
        raise _there_already(session, edge)
    return added[0]


def end_lineage(session: WriteSession, edge_id: str, draft: LineageEndDraft) -> None:
    """End an edge, which is kept with its history.

    Raises:
        InvalidInput: `until` is to come, or before the edge began.
        NotFound: There is no such edge.
        Conflict: It has ended already.
        Immutable: It leads to the code or the environment that a version states.
    """
    edge = _held_edge(session, edge_id, "lineage.end")
    if edge.upstream.startswith((CODE, ENVIRONMENT)):
        message = "what a version was made with is stated with the version and never changes"
        raise Immutable(message, field=["id"])
    until = max(session.now, edge.since) if draft.until is None else draft.until
    if until < edge.since:
        message = f"until is {until.isoformat()}, before the edge's since, {edge.since.isoformat()}"
        raise InvalidInput(message, field=["until"])
    if draft.until is not None and draft.until > session.now:
        raise InvalidInput(f"until is {until.isoformat()}, which is to come", field=["until"])
    reason = {"reason": draft.reason} if draft.reason else {}
    _change(session, edge, "lineage.ended", {"until": until}, reason)


def set_exceptions(session: WriteSession, edge_id: str, draft: LineageExceptionsDraft) -> None:
    """Say what does not travel down an edge, instead of what was said before.

    Raises:
        NotFound: There is no such edge.
        Conflict: It has ended.
    """
    edge = _held_edge(session, edge_id, "lineage.except")
    exceptions = {str(one.fact): one.reason for one in draft.exceptions}
    if exceptions != edge.exceptions:
        _change(session, edge, "lineage.excepted", {"exceptions": exceptions}, {})


def link_arrived(session: WriteSession, arrived: Mapping[str, str], models: Mapping[str, str]) -> None:
    """Lead the edges of outside things to the versions that they turn out to be.

    An edge keeps its id, and its history tells where it led before. One whose other end the version descends
    from stays as it is, since it would close a circle.

    Args:
        session: The transaction.
        arrived: By what it is called outside, the version that has it as its source.
        models: The models of the versions.
    """
    for node in register_names(session, arrived) if arrived else ():
        version = arrived[node.uri]
        hold(session, "lineage")
        above = edges_above(session, [version])
        closing = {version, *(edge.upstream for edge in above)}
        stated = {(edge.upstream, edge.relation) for edge in above if edge.downstream == version}
        edges = edges_at(session, node.id)
        lower = [edge for edge in edges if edge.upstream == node.id and edge.downstream not in closing]
        upper = [
            edge
            for edge in edges
            if edge.downstream == node.id and (edge.upstream, edge.relation) not in stated
        ]
        [logged] = session.record(
            [
                Fact(
                    action="lineage.linked",
                    subject_id=version,
                    related=[models[version], node.id, *(edge.downstream for edge in lower[:MOST_RELATED])],
                    before={"node": node.id},
                    after={"node": version, "edges": len(lower) + len(upper)},
                )
            ]
        )
        change_edges(session, lower, {"upstream": version}, logged)
        change_edges(session, upper, {"downstream": version}, logged)


def _held_edge(session: WriteSession, edge_id: str, action: str) -> LineageEdge:
    edge = find_edge(session, require_kind(edge_id, "lin"))
    session.require(action, edge.downstream)
    if edge.until is not None:
        message = (
            f"the edge ended at {edge.until.isoformat()} and stays as it is; add it anew if it holds again"
        )
        raise Conflict(message, field=["id"])
    return edge


def _change(
    session: WriteSession, edge: LineageEdge, action: str, values: Mapping[str, Any], also: Mapping[str, Any]
) -> None:
    """Give columns of an edge new values as one change of its lower end."""
    models = models_of(session, [edge.downstream])
    [logged] = session.record(
        [
            Fact(
                action=action,
                subject_id=edge.downstream,
                related=[*_model(models, edge.downstream), edge.upstream, edge.id],
                before={name: getattr(edge, name) for name in values},
                after={**values, **also},
            )
        ]
    )
    change_edges(session, [edge], values, logged)


def _model(models: Mapping[str, str], node: str) -> list[str]:
    return [models[node]] if node in models else []


def _there_already(session: WriteSession, edge: NewEdge) -> AlreadyExists:
    existing = session.exec(
        select(LineageEdge.id).where(
            LineageEdge.downstream == edge.downstream,
            LineageEdge.upstream == edge.upstream,
            LineageEdge.relation == str(edge.relation),
            col(LineageEdge.until).is_(None),
        )
    ).one()
    message = (
        f"{edge.downstream} {edge.relation} {edge.upstream} is stated already: end that edge to replace it"
    )
    return AlreadyExists(message, existing=existing, field=["upstream"])
