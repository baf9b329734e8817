"""Things outside the registry, and what they turn out to be once they are registered."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.ids import EXTERNAL, new_id
from app.db.json_lists import among
from app.db.locks import held, shared
from app.db.past import named_by_then
from app.db.rows import insert_rows
from app.identity.session import WriteSession
from app.lineage.edges import NewEdge
from app.lineage.tables import ExternalNode

LONGEST_NAME = 600
"""How many characters of a name every database finds again by an index, whatever they are."""


def external_nodes(session: WriteSession, uris: Iterable[str]) -> dict[str, str]:
    """Return the nodes of things outside by what they are called, making the nodes that are new.

    What is registered by now has its node still, and `settle_edges` leads edges to what it is registered as.
    """
    wanted = set(uris)
    rows = session.exec(shared(session, select(ExternalNode).where(among(ExternalNode.uri, wanted))))
    found = {row.uri: row.id for row in rows}
    return {**found, **_make(session, dict.fromkeys(wanted - found.keys()))}


def register_names(session: WriteSession, versions: Mapping[str, str]) -> list[ExternalNode]:
    """Keep which versions are called so outside, and return the nodes that stood for them until now.

    A name stays with the first that has it, and one that is too long to be found is not kept. The nodes are
    kept from other writers: one who names the same thing at this moment loses the race for its name, or finds
    the node's row changed.

    Args:
        session: The transaction.
        versions: By what it is called outside, the node of a version.
    """
    versions = {uri: version for uri, version in versions.items() if len(uri) <= LONGEST_NAME}
    named = select(ExternalNode).where(among(ExternalNode.uri, versions.keys()))
    rows = session.exec(held(session, named.order_by(col(ExternalNode.id)))).all()
    _make(session, {uri: versions[uri] for uri in versions.keys() - {row.uri for row in rows}})
    waiting = [row for row in rows if row.registered_as is None]
    for row in waiting:
        row.registered_as = versions[row.uri]
        session.add(row)
    return waiting


def registered_nodes(session: ReadSession, nodes: Collection[str]) -> dict[str, str]:
    """Return what the outside things among `nodes` are registered as; what is outside still is left out."""
    outside = [node for node in nodes if node.startswith(EXTERNAL)]
    if not outside:
        return {}
    statement = select(ExternalNode).where(
        among(ExternalNode.id, outside), *named_by_then(session, ExternalNode.registered_as)
    )
    rows = session.exec(shared(session, statement) if isinstance(session, WriteSession) else statement)
    return {row.id: row.registered_as for row in rows if row.registered_as is not None}


def external_uris(session: ReadSession, nodes: Collection[str]) -> dict[str, str]:
    """Return what the outside things among `nodes` are called, by node."""
    statement = select(ExternalNode.id, ExternalNode.uri)
    known = statement.where(among(ExternalNode.id, nodes), *named_by_then(session, ExternalNode.id))
    return dict(session.execute(known).all())


def settle_edges(session: WriteSession, edges: Sequence[NewEdge]) -> list[NewEdge]:
    """Return edges whose ends outside are what these are registered as.

    What says that a version comes from the thing that it is a copy of leads to that thing, outside.
    """
    known = registered_nodes(session, {end for edge in edges for end in (edge.downstream, edge.upstream)})
    settled = []
    for edge in edges:
        lower, upper = (known.get(end, end) for end in (edge.downstream, edge.upstream))
        settled.append(replace(edge, downstream=lower, upstream=edge.upstream if lower == upper else upper))
    return settled


def _make(session: WriteSession, registered: Mapping[str, str | None]) -> dict[str, str]:
    """Make nodes by what they are called, each with what it is registered as; return their ids."""
    made = [
        {"id": new_id(EXTERNAL), "uri": uri, "created_at": session.now, "registered_as": registered[uri]}
        for uri in sorted(registered)
    ]
    insert_rows(session, ExternalNode, made)
    return {str(row["uri"]): str(row["id"]) for row in made}
