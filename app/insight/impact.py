"""What hangs on a thing: the versions below it that somebody relies on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.json_lists import among
from app.lineage.tables import Relation
from app.lineage.walks import Walk, WalkDirection, walk
from app.registry.tables import ModelVersion, RegisteredModel
from app.registry.writing.stages import LIVE_STAGES


@dataclass(frozen=True, slots=True)
class Impact:
    """The versions in live stages below a node.

    Attributes:
        depths: All nodes below, with their hops.
        staged: The versions among them that are in a live stage, nearest first, then by id.
        truncated: Whether more lies below than was gone through.
    """

    depths: Mapping[str, int]
    staged: Sequence[str]
    truncated: bool


def find_impact(
    session: ReadSession, node: str, max_depth: int, relations: Collection[Relation] | None = None
) -> Impact:
    """Return the living versions in live stages that lie up to `max_depth` hops below a node."""
    below = Walk(
        root=node,
        direction=WalkDirection.DOWNSTREAM,
        # One level more tells whether there is more.
        max_depth=max_depth + 1,
        relations=relations,
        most=None,
    )
    reached = walk(session, below).depths
    depths = {key: depth for key, depth in reached.items() if depth <= max_depth}
    versions = [key for key in depths if key.startswith("ver_") and key != node]
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
    live = set(session.exec(statement)) if versions else set()
    return Impact(depths, [key for key in versions if key in live], len(depths) < len(reached))
