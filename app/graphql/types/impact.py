"""What hangs on a thing."""

import strawberry
from strawberry import UNSET

from app.graphql.inputs.paging import After, First
from app.graphql.types.connections import Connection
from app.graphql.types.entities import Loaded, answer
from app.graphql.types.lineage import LineageNode, LineagePath
from app.graphql.types.registered import ModelVersion


@strawberry.type(description="A version in a live stage that comes from a thing.")
class ImpactedVersion:
    """A version in a live stage that comes from a thing."""

    version: ModelVersion = strawberry.field(description="The version.")
    path: LineagePath = strawberry.field(description="A shortest way from the version up to the thing.")


@strawberry.type(description="What hangs on a thing: every version in a live stage below it.")
class Impact:
    """What hangs on a thing."""

    loaded: Loaded
    of: LineageNode = strawberry.field(description="The thing.")
    total_versions: int = strawberry.field(description="How many versions in live stages come from it.")
    truncated: bool = strawberry.field(description="Whether more lies below than maxDepth hops reach.")

    @strawberry.field(description="The versions in live stages, nearest first.")
    def staged(
        self, info: strawberry.Info, first: First = 50, after: After = UNSET
    ) -> Connection[ImpactedVersion]:
        """Return a page of the versions."""
        return answer(self.loaded, info)  # type: ignore[no-any-return]
