"""What models and versions have alike, and tags."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from app.errors import HolotypeError
from app.graphql.inputs.paging import After, Before, First, Last
from app.graphql.scalars import JSON
from app.graphql.selection import response_key
from app.graphql.types.changes import Change
from app.graphql.types.connections import Connection
from app.graphql.types.principals import Node

Loaded = strawberry.Private[dict[str, Any]]


def answer(loaded: dict[str, Any], info: strawberry.Info) -> Any:
    """Return what was loaded for the field that is being resolved.

    Raises:
        HolotypeError: Why there is no answer was loaded.
    """
    found = loaded[response_key(info)]
    if isinstance(found, HolotypeError):
        raise found
    return found


@strawberry.type(description="A typed value under a key.")
class Tag:
    """A typed value under a key."""

    key: str = strawberry.field(description="The key, unique on what is tagged.")
    value: JSON = strawberry.field(description="The value as it was written.")


@strawberry.type
class Entity(Node):
    """What has tags, a history and a past.

    Attributes:
        loaded: The answers of fields that take arguments, by the field's name in the response.
    """

    loaded: Loaded
    entity_id: strawberry.ID = strawberry.field(
        description="Its id at all times; the `id` of what is shown as of the past is that of the state."
    )
    as_of: datetime | None = strawberry.field(
        description="The time of the last change that it is shown after; null for the present. All that is "
        "below it is of the same moment, and what is known of the present alone is null with PRESENT_ONLY."
    )
    tags: list[Tag] = strawberry.field(description="Its tags, in the order of their keys.")

    @strawberry.field(description="One tag by its key.")
    def tag(
        self, info: strawberry.Info, key: Annotated[str, strawberry.argument(description="The tag's key.")]
    ) -> Tag | None:
        """Return one tag by its key."""
        return answer(self.loaded, info)  # type: ignore[no-any-return]

    @strawberry.field(
        description="The changes that touch it, as what was changed or beside it, in the order of the log; "
        "of the past, those until its moment."
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
        return answer(self.loaded, info)  # type: ignore[no-any-return]


def tags_made(values: Mapping[str, Any]) -> list[Tag]:
    """Make tags of values by key."""
    return [Tag(key=key, value=value) for key, value in values.items()]
