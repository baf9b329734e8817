"""Lineage graphs."""

from datetime import datetime

import strawberry

from app.db.engine import AsOf
from app.db.ids import past_id
from app.graphql.enums import FactKind, LineageNodeKind, LineageRelation
from app.graphql.types.principals import Node
from app.lineage import tables as rows


@strawberry.type(
    description="A node of a lineage graph; its depth depends on the query, so it has a key and no id."
)
class LineageNode:
    """A node of a lineage graph."""

    key: strawberry.ID = strawberry.field(description="Names the node in the edges of this answer.")
    depth: int = strawberry.field(description="Hops of the shortest way from the root.")
    kind: LineageNodeKind = strawberry.field(description="What it is.")
    name: str = strawberry.field(description="What it is called, such as `vision/resnet50 v3`.")
    entity: Node | None = strawberry.field(
        description="The registered thing; null for what is outside or deleted."
    )
    stage: str | None = strawberry.field(description="The stage of a model version.")
    direct_upstream: int = strawberry.field(description="How many edges lead up from it, shown or not.")
    direct_downstream: int = strawberry.field(description="How many edges lead down from it, shown or not.")


@strawberry.type(description="A fact that does not travel down an edge.")
class LineageException:
    """A fact that does not travel down an edge."""

    fact: FactKind = strawberry.field(description="The fact.")
    reason: str = strawberry.field(description="Why it does not hold below.")


@strawberry.type(description="One statement of descent; read: downstream RELATION upstream.")
class LineageEdge(Node):
    """One statement of descent."""

    downstream: strawberry.ID = strawberry.field(description="The key of the node that came later.")
    upstream: strawberry.ID = strawberry.field(description="The key of the node it came from.")
    relation: LineageRelation = strawberry.field(description="What the edge says.")
    evidence: str | None = strawberry.field(description="Where that was read.")
    since: datetime = strawberry.field(description="From when it holds.")
    until: datetime | None = strawberry.field(description="Until when it held.")
    exceptions: list[LineageException] = strawberry.field(
        description="What does not travel down it though its relation carries it."
    )


@strawberry.type(description="A way through the lineage, each node next to the one before it.")
class LineagePath:
    """A way through the lineage."""

    nodes: list[LineageNode] = strawberry.field(
        description="The nodes in the order of the way; the depth of each is its place."
    )
    edges: list[LineageEdge] = strawberry.field(
        description="The edges between neighbours, in the order of the way."
    )


@strawberry.type(description="A fact that a version has from something that it comes from.")
class InheritedFact:
    """A fact that a version has from something that it comes from."""

    kind: FactKind = strawberry.field(description="What it is.")
    value: str = strawberry.field(
        description="The licence; `true` for personal data; the moment at which the dataset was revoked."
    )
    origin: LineageNode = strawberry.field(description="What it is a fact of.")
    path: LineagePath = strawberry.field(
        description="A shortest way by which it came, from the version up to the origin."
    )


@strawberry.type(description="A part of the lineage graph, nearest to its root first.")
class LineageGraph:
    """A part of the lineage graph."""

    root: LineageNode = strawberry.field(description="Where the walk began.")
    nodes: list[LineageNode] = strawberry.field(description="The nodes, the root first.")
    edges: list[LineageEdge] = strawberry.field(description="The edges between these nodes.")
    total_nodes: int = strawberry.field(description="How many nodes the walk reaches, shown or not.")
    total_edges: int = strawberry.field(description="How many edges lie between them.")
    totals_exact: bool = strawberry.field(
        description="Whether the totals are exact: they are up to 50,000 nodes."
    )
    truncated: bool = strawberry.field(
        description="Whether nodes within maxDepth were left out for maxNodes."
    )


def lineage_edge(row: rows.LineageEdge, as_of: AsOf | None) -> LineageEdge:
    """Make an edge from its row, as of a moment."""
    return LineageEdge(
        id=strawberry.ID(row.id if as_of is None else past_id(row.id, as_of.sequence)),
        downstream=strawberry.ID(row.downstream),
        upstream=strawberry.ID(row.upstream),
        relation=LineageRelation(row.relation),
        evidence=row.evidence,
        since=row.since,
        until=row.until,
        exceptions=[
            LineageException(fact=FactKind[fact], reason=reason)
            for fact, reason in sorted(row.exceptions.items())
        ],
    )
