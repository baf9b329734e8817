"""What models and versions have alike."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from app.graphql.changes import Change
from app.graphql.connections import After, Before, Connection, First, Last
from app.graphql.datasets import Tag
from app.graphql.principals import Node
from app.graphql.selection import response_key

Loaded = strawberry.Private[dict[str, Any]]


@strawberry.type
class Entity(Node):
    """What has tags and a history.

    Attributes:
        loaded: The answers of fields that take arguments, by the field's name in the response.
    """

    loaded: Loaded
    tags: list[Tag] = strawberry.field(description="Its tags, in the order of their keys.")

    @strawberry.field(description="One tag by its key.")
    def tag(
        self, info: strawberry.Info, key: Annotated[str, strawberry.argument(description="The tag's key.")]
    ) -> Tag | None:
        """Return one tag by its key."""
        return self.loaded[response_key(info)]  # type: ignore[no-any-return]

    @strawberry.field(
        description="The changes that touch it, as what was changed or beside it, in the order of the log."
    )
    def history(
        self,
        info: strawberry.Info,
        first: First = 50,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Change] | None:
        """Return a page of the changes that touch it."""
        return self.loaded[response_key(info)]  # type: ignore[no-any-return]
