"""Connections: every list that can grow looks alike."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import strawberry

from app.db.paging import Page

Node = TypeVar("Node")


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    """Where a page lies in its list."""

    start_cursor: str | None = strawberry.field(description="The cursor of the page's first item.")
    end_cursor: str | None = strawberry.field(description="The cursor of the page's last item.")
    has_next_page: bool = strawberry.field(description="Whether items follow.")
    has_previous_page: bool = strawberry.field(description="Whether items come before.")


@strawberry.type(description="An item of a list and its place.")
class Edge(Generic[Node]):
    """An item of a list and its place."""

    cursor: str = strawberry.field(description="The item's place, for `after` and `before`.")
    node: Node = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[Node]):
    """A page of a list."""

    edges: list[Edge[Node]] = strawberry.field(description="The items with their places.")
    nodes: list[Node] = strawberry.field(description="The items.")
    page_info: PageInfo = strawberry.field(description="Where the page lies.")
    total_count: int = strawberry.field(description="How many items the whole list has.")


def connection(page: Page[Any] | None, nodes: Sequence[Node]) -> Connection[Node]:
    """Make a connection from a page of rows and the nodes made of them."""
    page = page or Page()
    return Connection(
        edges=[Edge(cursor=cursor, node=node) for cursor, node in zip(page.cursors, nodes, strict=True)],
        nodes=list(nodes),
        page_info=page_info(page),
        total_count=page.total or 0,
    )


def page_info(page: Page[Any]) -> PageInfo:
    """Tell where a page lies."""
    return PageInfo(
        start_cursor=page.cursors[0] if page.cursors else None,
        end_cursor=page.cursors[-1] if page.cursors else None,
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
    )
