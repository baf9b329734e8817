"""Stages."""

import strawberry

from app.registry.reading.stages import DEFAULT_STAGES


@strawberry.type(description="A step in the life of a version.")
class Stage:
    """A step in the life of a version."""

    name: str = strawberry.field(description="Its name, such as `PRODUCTION`.")
    rank: int = strawberry.field(description="Its place in the order of the stages, from 0.")
    description: str | None = strawberry.field(description="What being in it means.")
    allowed_next: list[str] = strawberry.field(description="The stages that a version may go to from here.")
    exclusive: bool = strawberry.field(description="Whether at most one version of a model may be in it.")
    live: bool = strawberry.field(
        description="Whether somebody relies on the versions in it: impact counts them."
    )


STAGES = {
    stage.name: Stage(
        name=stage.name,
        rank=stage.rank,
        description=stage.description,
        allowed_next=[other.name for other in DEFAULT_STAGES if other is not stage],
        exclusive=stage.exclusive,
        live=stage.live,
    )
    for stage in DEFAULT_STAGES
}
"""The stages by name."""
