"""What hangs on a thing: the versions below it that somebody relies on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.ids import VERSION
from app.db.json_lists import among
from app.lineage.tables import Relation
from app.lineage.walks import Reached, Walk, WalkDirection, walk
from app.registry.reading.stages import LIVE_STAGES
from app.registry.tables import ModelVersion, RegisteredModel


@dataclass(frozen=True, slots=True)
class Impact:
    """The versions in live stages below a node.

    Attributes:
        below: What lies below; not complete where more does than was gone through.
        staged: The versions among them that are in a live stage, nearest first, then by id.
    """

    below: Reached
    staged: Sequence[str]


def find_impact(
    session: ReadSession, node: str, max_depth: int, relations: Collection[Relation] | None = None
) -> Impact:
    """Return the living versions in live stages that lie up to `max_depth` hops below a node."""
    further = Walk(
        root=node,
        direction=WalkDirection.DOWNSTREAM,
        # One level more tells whether there is more.
        max_depth=max_depth + 1,
        relations=relations,
        most=None,
    )
    levels = walk(session, further).levels
    below = Reached(levels[: max_depth + 1], complete=len(levels) <= max_depth + 1)
    live = _live(session, [key for level in below.levels[1:] for key in level if key.startswith(VERSION)])
    return Impact(below, list(below.depths(live)))


def _live(session: ReadSession, versions: Collection[str]) -> set[str]:
    """Return which of `versions` are there still and in live stages."""
    if not versions:
        return set()
    statement = (
        select(ModelVersion.id)
        .join(RegisteredModel, col(RegisteredModel.id) == ModelVersion.model_id)
        .where(
            among(ModelVersion.id, versions),
            col(ModelVersion.stage).in_(LIVE_STAGES),
            col(ModelVersion.deleted_at).is_(None),
            col(RegisteredModel.deleted_at).is_(None),
        )
    )
    return set(session.exec(statement))
