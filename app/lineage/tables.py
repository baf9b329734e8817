"""The rows of the lineage graph."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from app.db.columns import Json, Moment, Row
from app.db.history import history_of


class Relation(StrEnum):
    """What an edge says, read as *downstream* RELATION *upstream*."""

    TRAINED_ON = "TRAINED_ON"
    EVALUATED_ON = "EVALUATED_ON"
    FINE_TUNED_FROM = "FINE_TUNED_FROM"
    INITIALIZED_FROM = "INITIALIZED_FROM"
    ADAPTED_FROM = "ADAPTED_FROM"
    DISTILLED_FROM = "DISTILLED_FROM"
    QUANTIZED_FROM = "QUANTIZED_FROM"
    CONVERTED_FROM = "CONVERTED_FROM"
    MERGED_FROM = "MERGED_FROM"
    ENSEMBLE_OF = "ENSEMBLE_OF"
    DERIVED_FROM = "DERIVED_FROM"
    REPUBLISHED_FROM = "REPUBLISHED_FROM"
    PREVIOUS_VERSION = "PREVIOUS_VERSION"
    DEPENDS_ON = "DEPENDS_ON"
    BUILT_FROM = "BUILT_FROM"
    RAN_IN = "RAN_IN"
    GENERATED_BY = "GENERATED_BY"
    DEPLOYMENT_OF = "DEPLOYMENT_OF"
    CONSUMES = "CONSUMES"


DERIVING = frozenset(Relation) - {
    Relation.EVALUATED_ON,
    Relation.PREVIOUS_VERSION,
    Relation.DEPENDS_ON,
    Relation.BUILT_FROM,
    Relation.RAN_IN,
    Relation.DEPLOYMENT_OF,
    Relation.CONSUMES,
}
"""The relations whose lower end was made of the upper, or learned from it."""


class LineageEdge(Row, table=True):
    """One statement of descent: *downstream* RELATION *upstream*.

    Attributes:
        downstream: The node that came later, by its id.
        upstream: The node it came from.
        evidence: Where the statement was read, in the words of who made it.
        since: From when it holds.
        until: Until when it held; None while it holds. An ended edge is kept.
        exceptions: What does not travel down this edge though its relation carries it, each with the reason.
    """

    __tablename__ = "lineage_edge"
    __table_args__ = (
        Index(
            "uq_lineage_edge_living",
            "downstream",
            "upstream",
            "relation",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        Index(
            "ix_lineage_edge_living_below",
            "upstream",
            "downstream",
            "relation",
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        CheckConstraint("downstream <> upstream", name="no_self_edge"),
    )

    id: str = Field(primary_key=True)
    downstream: str
    upstream: str
    relation: str
    evidence: str | None = None
    since: datetime = Field(sa_type=Moment)
    until: datetime | None = Field(default=None, sa_type=Moment)
    exceptions: dict[str, str] = Field(sa_type=Json, sa_column_kwargs={"server_default": "{}"})


class ExternalNode(Row, table=True):
    """A name outside the registry: of something that lineage leads to, or of what a version was made from.

    Attributes:
        uri: A URI, or what the thing is called where it is.
        registered_as: The node that it turned out to be once it was registered; its edges lead there since.
    """

    __tablename__ = "external_node"

    id: str = Field(primary_key=True)
    uri: str = Field(unique=True)
    created_at: datetime = Field(sa_type=Moment)
    registered_as: str | None = None


lineage_edge_history = history_of(LineageEdge, "id")
Index("ix_lineage_edge_history_up", lineage_edge_history.c.downstream)
Index("ix_lineage_edge_history_down", lineage_edge_history.c.upstream)
