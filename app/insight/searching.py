"""Finding models by words and meaning: the index ranks, the database tells the truth."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from app.db.cursors import Order, cursor_of, values_of
from app.db.engine import ReadSession
from app.errors import InvalidInput
from app.insight.discovery import Degradation, Discovery, ask, through
from app.insight.documents import model_documents
from app.registry.filtering import answered
from app.registry.listing import models_by_id
from app.registry.tables import RegisteredModel
from app.search.contract import WINDOW, FacetCounts, FacetRequest, Hit, Kind, SearchMode, SearchRequest
from app.search.filters import All, Filter
from app.search.reasons import Reasons, explain


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for.

    Attributes:
        text: A person's words; None or blank for everything that the filter admits.
        size: How many hits a page has.
        after: The cursor of the hit that the page starts behind.
    """

    text: str | None = None
    mode: SearchMode = SearchMode.HYBRID
    filter: Filter = All()  # noqa: RUF009 - a frozen value without parts
    facets: tuple[FacetRequest, ...] = ()
    size: int = 20
    after: str | None = None


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A hit with the model it leads to.

    Attributes:
        rank: Its place in the order, from 1.
        reasons: The words it shares with the query; None when nobody asked.
    """

    rank: int
    cursor: str
    hit: Hit
    model: RegisteredModel
    reasons: Reasons | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of what was found.

    Attributes:
        total: How many models match.
        indexed_through: Every change up to then is in the answer; None when that is not known.
        degraded: Why the answer is not whole; empty when it is.
    """

    found: list[FoundModel]
    total: int
    window: int
    has_next: bool
    facets: tuple[FacetCounts, ...]
    indexed_through: datetime | None
    degraded: list[Degradation]


def search(session: ReadSession, discovery: Discovery, query: Query, *, reasons: bool = True) -> Answer:
    """Answer a query.

    Raises:
        InvalidInput: The text is too long, or the cursor is not one of this query.
    """
    start = _rank_of(query)
    reply = ask(
        session,
        discovery,
        Kind.MODELS,
        SearchRequest(
            text=query.text, mode=query.mode, filter=answered(session, query.filter), facets=query.facets
        ),
    )
    answer = reply.answer
    if answer is None:
        return Answer([], 0, WINDOW, has_next=False, facets=(), indexed_through=None, degraded=reply.degraded)
    shown = answer.hits[start : start + query.size]
    return Answer(
        found=_found(session, query, shown, start, reasons=reasons),
        total=answer.total,
        window=WINDOW,
        has_next=start + query.size < len(answer.hits),
        facets=answer.facets,
        indexed_through=through(answer, query.mode),
        degraded=reply.degraded,
    )


def _found(
    session: ReadSession, query: Query, hits: tuple[Hit, ...], start: int, *, reasons: bool
) -> list[FoundModel]:
    """Fill hits from the database; a model that was deleted since is left out."""
    models = models_by_id(session, [hit.id for hit in hits])
    why: dict[str, Reasons] = {}
    if reasons and query.text:
        documents = model_documents(session, list(models))
        explained = explain(query.text, documents)
        why = {document.id: one for document, one in zip(documents, explained, strict=True)}
    ranking = _ranking(query)
    return [
        FoundModel(rank, cursor_of(ranking, [rank]), hit, models[hit.id], why.get(hit.id))
        for rank, hit in enumerate(hits, start + 1)
        if hit.id in models
    ]


def _ranking(query: Query) -> Order:
    """Return the order of an answer, whose cursors belong to this query alone."""
    asked = repr((query.text, query.mode.value, query.filter)).encode("utf-8", "surrogatepass")
    return Order(f"search {hashlib.blake2b(asked, digest_size=6).hexdigest()}", ("rank",))


def _rank_of(query: Query) -> int:
    """Return the rank that the page starts behind."""
    if query.after is None:
        return 0
    [rank] = values_of(_ranking(query), query.after)
    if not isinstance(rank, int) or isinstance(rank, bool) or rank < 0:
        raise InvalidInput("after is a cursor of another search", field=["after"])
    return rank
