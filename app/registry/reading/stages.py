"""Stages: the default set."""

from dataclasses import dataclass

from app.db.text import nearest
from app.errors import NotFound


@dataclass(frozen=True, slots=True)
class Stage:
    """A step in the life of a version.

    Attributes:
        rank: Its place in the order of stages, from 0.
        exclusive: Whether at most one version of a model may be in it.
        live: Whether somebody relies on the versions in it.
    """

    name: str
    rank: int
    description: str
    exclusive: bool = False
    live: bool = False


DEFAULT_STAGES = (
    Stage("DEVELOPMENT", 0, "Being worked on; where every version starts."),
    Stage("STAGING", 1, "On trial: measured and reviewed before it may serve.", live=True),
    Stage("PRODUCTION", 2, "Serving.", live=True),
    Stage("ARCHIVED", 3, "Out of use and kept."),
)
LIVE_STAGES = tuple(stage.name for stage in DEFAULT_STAGES if stage.live)
FIRST_STAGE = DEFAULT_STAGES[0].name
ARCHIVE = "ARCHIVED"
OPEN_TO_DRAFTS = (FIRST_STAGE, ARCHIVE)
"""The stages of versions that are not READY: nobody is led to what is in them."""


def stage_named(name: str) -> Stage:
    """Return the stage `name`.

    Raises:
        NotFound: There is no such stage; the nearest are suggested.
    """
    names = [stage.name for stage in DEFAULT_STAGES]
    if name not in names:
        raise NotFound(
            f"there is no stage {name!r}; the stages are {', '.join(names)}",
            field=["to"],
            suggestions=nearest(name, names) or names,
        )
    return DEFAULT_STAGES[names.index(name)]
