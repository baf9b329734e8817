"""The page of a list, as it is asked for."""

from collections.abc import Mapping
from typing import Annotated, Any

import strawberry

from app.db.paging import PageRequest
from app.graphql.inputs.drafting import stated

First = Annotated[int | None, strawberry.argument(description="How many items at most, 1 to 100.")]
After = Annotated[str | None, strawberry.argument(description="A cursor: the page starts behind it.")]
Last = Annotated[
    int | None,
    strawberry.argument(description="How many items at most, from the end; with it, `first` does not count."),
]
Before = Annotated[str | None, strawberry.argument(description="A cursor: the page ends before it.")]


def page_request(arguments: Mapping[str, Any], *, first: int = 20) -> PageRequest:
    """Return the page that a field's arguments ask for; a null `first` means its default."""
    return PageRequest(
        first=first if arguments.get("first") is None else arguments["first"],
        after=arguments.get("after"),
        last=arguments.get("last"),
        before=arguments.get("before"),
    )


def page_asked(
    first: int | None, after: str | None, last: int | None, before: str | None, *, default: int = 20
) -> PageRequest:
    """Return the page that a root field's arguments ask for; what is absent is `UNSET` there."""
    given = {"first": first, "after": after, "last": last, "before": before}
    return page_request({name: stated(value) for name, value in given.items()}, first=default)
