"""The inputs of mutations of lineage."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from app.graphql.enums import FactKind, LineageRelation
from app.graphql.inputs.facts import LineageUpstream
from app.graphql.inputs.mutations import MutationInput


@strawberry.input(description="A statement of descent to be added; read: downstream RELATION upstream.")
class AddLineageInput(MutationInput):
    """A statement of descent to be added."""

    downstream: strawberry.ID = strawberry.field(
        description="What came later: a model version, a dataset version or an external node."
    )
    upstream: LineageUpstream = strawberry.field(description="What it came from.")
    relation: LineageRelation = strawberry.field(description="How it came from it.")
    evidence: str | None = strawberry.field(default=UNSET, description="Where that was read.")
    since: datetime | None = strawberry.field(
        default=UNSET, description="From when it holds; now by default, and never a time to come."
    )


@strawberry.input(description="The end of a statement of descent.")
class EndLineageInput(MutationInput):
    """The end of a statement of descent."""

    id: strawberry.ID = strawberry.field(description="The edge.")
    until: datetime | None = strawberry.field(
        default=UNSET,
        description="Until when it held; now by default, never a time to come nor before it began.",
    )
    reason: str | None = strawberry.field(default=UNSET, description="Why, for the log.")


@strawberry.input(description="A fact that does not travel down an edge.")
class LineageExceptionInput:
    """A fact that does not travel down an edge."""

    fact: FactKind = strawberry.field(description="The fact.")
    reason: str = strawberry.field(description="Why it does not hold below, such as the terms of a licence.")


@strawberry.input(description="What does not travel down an edge, instead of what was said before.")
class SetLineageExceptionsInput(MutationInput):
    """What does not travel down an edge."""

    id: strawberry.ID = strawberry.field(description="The edge.")
    exceptions: list[LineageExceptionInput] = strawberry.field(
        description="The exceptions, each fact once; without any, all that its relation carries travels."
    )
