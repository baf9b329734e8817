"""Models that are like a given one, with what they have in common."""

from dataclasses import dataclass

from app.db.engine import ReadSession
from app.insight.discovery.asking import MOST_TRIES, Discovery, embedder_of
from app.insight.discovery.documents import model_documents
from app.registry.reading.listing import models_by_id
from app.registry.tables import RegisteredModel
from app.search.contract import IndexUnavailable, Likeness, MeaningVectors
from app.search.document import Document, meaning_texts
from app.search.languages import language_name
from app.search.query_encoder import EmbedderUnavailable, QueryEncoder

MOST = 50


@dataclass(frozen=True, slots=True)
class SimilarModel:
    """A model that is like another.

    Attributes:
        score: 0 to 1, from the vectors of both.
        because: What the two have in common, for people; empty when only their meaning is alike.
    """

    model: RegisteredModel
    score: float
    because: tuple[str, ...]


def similar_models(
    session: ReadSession, discovery: Discovery, model: RegisteredModel, limit: int
) -> list[SimilarModel] | None:
    """Return the models most like `model`, the likest first; None when the index cannot tell."""
    try:
        found = _alike(session, discovery, model, limit + 1)
    except (IndexUnavailable, EmbedderUnavailable):
        return None
    others = [likeness for likeness in found if likeness.id != model.id][:limit]
    return _explained(session, model, others)


def _alike(session: ReadSession, discovery: Discovery, model: RegisteredModel, limit: int) -> list[Likeness]:
    """Return what is nearest to a model, itself included, by vectors of one embedder.

    Raises:
        IndexUnavailable: There is no index.
        EmbedderUnavailable: There is no encoder yet, or the index changes its embedder all the time.
    """
    for _ in range(MOST_TRIES):
        embedder = embedder_of(discovery.models)
        vectors = discovery.models.vectors_of(model.key or 0)
        if vectors is None:
            vectors = _encoded(session, discovery.encoders.for_embedder(embedder), model)
        found = discovery.models.alike(vectors, limit)
        if embedder_of(discovery.models) == embedder:
            return found
    raise EmbedderUnavailable("the vectors of the index are being replaced")


def _encoded(session: ReadSession, encoder: QueryEncoder, model: RegisteredModel) -> MeaningVectors:
    """Encode a model that the index does not hold yet."""
    [document] = model_documents(session, [model.id])
    texts = meaning_texts(document)
    return MeaningVectors(encoder.encode(texts.facts), encoder.encode(texts.description))


def _explained(session: ReadSession, model: RegisteredModel, found: list[Likeness]) -> list[SimilarModel]:
    """Fill what was found from the database; a model that was deleted since is left out."""
    models = models_by_id(session, [likeness.id for likeness in found])
    documents = {document.id: document for document in model_documents(session, [model.id, *models])}
    seed = documents[model.id]
    return [
        SimilarModel(models[likeness.id], likeness.score, _in_common(seed, documents[likeness.id]))
        for likeness in found
        if likeness.id in models
    ]


def _in_common(one: Document, other: Document) -> tuple[str, ...]:
    """Say which facts two models share."""
    reasons = []
    tasks = [
        task.title or task.name for task in one.tasks if task.name in {task.name for task in other.tasks}
    ]
    if tasks:
        reasons.append(f"same task: {', '.join(tasks)}")
    for name in ("family", "architecture", "framework", "publisher"):
        value = getattr(one, name)
        if value and value == getattr(other, name):
            reasons.append(f"same {name}: {value}")
    datasets = [name for name in one.datasets if name in other.datasets]
    if datasets:
        reasons.append(f"same data: {', '.join(datasets[:3])}")
    languages = [language_name(tag) for tag in one.languages if tag in other.languages]
    if languages:
        reasons.append(f"same language: {', '.join(languages[:3])}")
    return tuple(reasons)
