"""Models that are like a given one."""

from app.db.engine import ReadSession
from app.errors import InvalidInput
from app.graphql.loading.nodes import load_nodes
from app.graphql.selection import Selection
from app.graphql.types.registered import RegisteredModel, SimilarModel
from app.insight.discovery.asking import provided
from app.insight.discovery.likeness import MOST, similar_models
from app.registry import tables as rows


def load_similar(
    session: ReadSession, model: rows.RegisteredModel, limit: int | None, selection: Selection
) -> list[SimilarModel] | None:
    """Make types of the models that are like one; None when the index cannot tell.

    Raises:
        InvalidInput: The limit is out of range.
    """
    wanted = 10 if limit is None else limit
    if not 1 <= wanted <= MOST:
        raise InvalidInput(f"limit is 1 to {MOST}, not {wanted}", field=["limit"])
    index = provided(session)
    found = similar_models(session, index, model, wanted) if index else None
    if found is None:
        return None
    nodes = load_nodes(session, [one.model.id for one in found], selection.below("model"))
    return [
        SimilarModel(model=node, score=one.score, because=list(one.because))
        for one in found
        if isinstance(node := nodes.get(one.model.id), RegisteredModel)
    ]
