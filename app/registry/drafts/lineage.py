"""Edges to be added, ended, or given exceptions."""

from collections import Counter
from enum import StrEnum

from pydantic import Field, field_validator

from app.lineage.tables import Relation
from app.registry.drafts.checking import Draft
from app.registry.drafts.rules import Instant, Text
from app.registry.drafts.versions import UpstreamDraft


class FactKind(StrEnum):
    """What travels down the edges of lineage."""

    LICENSE = "LICENSE"
    PII = "PII"
    REVOKED_DATASET = "REVOKED_DATASET"


class LineageDraft(Draft):
    """An edge to be added."""

    upstream: UpstreamDraft
    relation: Relation
    evidence: Text | None = None
    since: Instant | None = None


class LineageEndDraft(Draft):
    """The end of an edge.

    Attributes:
        until: Until when it held; now where it is None.
        reason: Why, for the log.
    """

    until: Instant | None = None
    reason: Text | None = None


class LineageExceptionDraft(Draft):
    """A fact that does not travel down an edge, and why."""

    fact: FactKind
    reason: Text = Field(min_length=1)


class LineageExceptionsDraft(Draft):
    """All that does not travel down an edge."""

    exceptions: list[LineageExceptionDraft] = Field(default=[])

    @field_validator("exceptions")
    @classmethod
    def _each_once(cls, exceptions: list[LineageExceptionDraft]) -> list[LineageExceptionDraft]:
        counted = Counter(one.fact for one in exceptions)
        for fact in (fact for fact, count in counted.items() if count > 1):
            raise ValueError(f"the fact {fact} is given twice; give it once")
        return exceptions
