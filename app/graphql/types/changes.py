"""The change log."""

from datetime import datetime

import strawberry

from app.graphql.scalars import JSON, BigInt
from app.graphql.types.principals import Node, Principal


@strawberry.type(description="One row of the log: who did what, when, and what it was before and after.")
class Change(Node):
    """One row of the log."""

    sequence: BigInt = strawberry.field(description="Its place in the log, without a gap.")
    transaction: strawberry.ID = strawberry.field(
        description="Shared by the changes that were committed together."
    )
    at: datetime = strawberry.field(description="When; never before its predecessor.")
    actor: Principal = strawberry.field(description="Who did it.")
    action: str = strawberry.field(description="What was done, such as `version.staged`.")
    subject: Node | None = strawberry.field(description="What was changed; null when it is gone.")
    related: list[Node] = strawberry.field(description="What else the change touches, as far as it is there.")
    before: JSON | None = strawberry.field(description="What the changed fields held.")
    after: JSON | None = strawberry.field(description="What they hold since.")
    digest: str = strawberry.field(
        description="SHA-256 over the predecessor's digest and this row's canonical text (RFC 8785)."
    )
    request_id: str | None = strawberry.field(description="The request that asked for it.")
