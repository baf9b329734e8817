"""Which models come from which things, as a part of other statements."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import literal, select, union_all
from sqlmodel import col

from app.db.engine import ReadSession
from app.db.ids import DATASET, DATASET_VERSION, EXTERNAL, MODEL, VERSION
from app.db.json_lists import among
from app.errors import NotFound
from app.lineage.tables import DERIVING, ExternalNode
from app.lineage.ways import nodes_below
from app.registry.tables import Dataset, DatasetVersion, ModelVersion, RegisteredModel

DERIVED_FROM: Mapping[str, Any] = {
    MODEL: RegisteredModel,
    VERSION: ModelVersion,
    DATASET: Dataset,
    DATASET_VERSION: DatasetVersion,
    EXTERNAL: ExternalNode,
}
"""The things that a model may come from, by what begins their ids."""


def derived_models(things: Sequence[str]) -> Any:
    """Return the statement that selects the models of which a living version derives from any of `things`.

    A version derives from a thing by the relations that carry what it holds (`DERIVING`), at any distance.
    What is outside is what it is registered as, too.
    """
    kinds = {kind: [thing for thing in things if thing.startswith(kind)] for kind in DERIVED_FROM}
    nodes = [*kinds[VERSION], *kinds[DATASET_VERSION], *kinds[EXTERNAL]]
    start = union_all(
        select(col(ModelVersion.id)).where(col(ModelVersion.model_id).in_(kinds[MODEL])),
        select(col(DatasetVersion.id)).where(col(DatasetVersion.dataset_id).in_(kinds[DATASET])),
        select(col(ExternalNode.registered_as)).where(
            col(ExternalNode.id).in_(kinds[EXTERNAL]), col(ExternalNode.registered_as).is_not(None)
        ),
        *(select(literal(node)) for node in nodes),
    ).subquery()
    below = nodes_below(select(start.c[0]), DERIVING)
    return (
        select(col(ModelVersion.model_id))
        .where(col(ModelVersion.deleted_at).is_(None), col(ModelVersion.id).in_(below))
        .correlate(None)
    )


def require_things(session: ReadSession, things: Mapping[str, Sequence[str]]) -> None:
    """Require that there are, or were until they were deleted, all of these things.

    Args:
        session: The session.
        things: By their ids, the fields that name them.

    Raises:
        NotFound: There never was one of them.
    """
    for kind, table in DERIVED_FROM.items():
        if mine := [thing for thing in things if thing.startswith(kind)]:
            known = set(session.present.execute(select(table.id).where(among(table.id, mine))).scalars())
            for thing in mine:
                if thing not in known:
                    message = f"there is nothing with the id {thing} that a model could come from"
                    raise NotFound(message, field=things[thing])
