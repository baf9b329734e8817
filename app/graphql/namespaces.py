"""Namespaces and their stages."""

from datetime import datetime

import strawberry

from app.graphql.principals import Node
from app.registry import tables as rows
from app.registry.stages import DEFAULT_STAGES


@strawberry.type(description="A step in the life of a version.")
class Stage:
    """A step in the life of a version."""

    name: str = strawberry.field(description="Its name, such as `PRODUCTION`.")
    rank: int = strawberry.field(description="Its place in the order of the stages, from 0.")
    description: str | None = strawberry.field(description="What being in it means.")
    allowed_next: list[str] = strawberry.field(description="The stages that a version may go to from here.")
    exclusive: bool = strawberry.field(description="Whether at most one version of a model may be in it.")


@strawberry.type(description="The owner of names: a team, an organisation.")
class Namespace(Node):
    """The owner of names."""

    name: str = strawberry.field(description="Its name, unique.")
    description: str | None = strawberry.field(description="What it is for.")
    created_at: datetime = strawberry.field(description="When it was made.")
    stages: list[Stage] = strawberry.field(description="The stages of its models' versions, in their order.")


STAGES = {
    stage.name: Stage(
        name=stage.name,
        rank=stage.rank,
        description=stage.description,
        allowed_next=[other.name for other in DEFAULT_STAGES if other is not stage],
        exclusive=stage.exclusive,
    )
    for stage in DEFAULT_STAGES
}
"""The stages by name."""


def namespace(row: rows.Namespace) -> Namespace:
    """Make a namespace from its row."""
    return Namespace(
        id=strawberry.ID(row.id),
        name=row.name,
        description=row.description,
        created_at=row.created_at,
        stages=list(STAGES.values()),
    )
