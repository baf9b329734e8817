"""Finding models by words and meaning: the index ranks, the database tells the truth."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.db.changelog import head
from app.db.engine import ReadSession
from app.db.paging import Order, cursor_of, values_of
from app.errors import InvalidInput
from app.insight.documents import documents_for
from app.registry.filtering import answered
from app.registry.listing import models_by_id
from app.registry.tables import RegisteredModel
from app.search.contract import (
    WINDOW,
    FacetCounts,
    FacetRequest,
    Hit,
    IndexPosition,
    IndexReader,
    IndexUnavailable,
    SearchAnswer,
    SearchMode,
    SearchRequest,
    Vector,
)
from app.search.filters import All, Filter
from app.search.query_encoder import EmbedderMeta, EmbedderUnavailable, QueryEncoders
from app.search.reasons import Reasons, explain

MAX_QUERY = 10_000


class DegradationCode(StrEnum):
    """Why an answer is not whole."""

    WORDS_BEHIND = "WORDS_BEHIND"
    MEANING_BEHIND = "MEANING_BEHIND"
    INDEX_UNAVAILABLE = "INDEX_UNAVAILABLE"
    EMBEDDER_UNAVAILABLE = "EMBEDDER_UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Degradation:
    """A reason why an answer is not whole, for programs and for people."""

    code: DegradationCode
    message: str


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


@dataclass(frozen=True, slots=True)
class Discovery:
    """The search index as the API uses it: a reader of the index and the encoders of queries."""

    reader: IndexReader
    encoders: QueryEncoders

    def embedder(self) -> EmbedderMeta | None:
        """Return what the index's vectors were made with, or None while there is no encoder for them."""
        position = self.reader.position()
        try:
            return self.encoders.for_embedder(position.embedder if position else None).meta
        except EmbedderUnavailable:
            return None


def provide(session: ReadSession, discovery: Discovery) -> None:
    """Let what reads through `session` ask the index too."""
    session.info[Discovery] = discovery


def provided(session: ReadSession) -> Discovery | None:
    """Return the index that was provided to `session`."""
    found: Discovery | None = session.info.get(Discovery)
    return found


def search(session: ReadSession, discovery: Discovery, query: Query, *, reasons: bool = True) -> Answer:
    """Answer a query.

    Raises:
        InvalidInput: The text is too long, or the cursor is not one of this query.
    """
    if query.text is not None and len(query.text) > MAX_QUERY:
        raise InvalidInput(f"text has at most {MAX_QUERY} characters", field=["text"])
    start = _rank_of(query)
    vector, degraded = _encode(discovery, query)
    admitted = answered(session, query.filter)
    try:
        answer = discovery.reader.search(
            SearchRequest(
                text=query.text, vector=vector, mode=query.mode, filter=admitted, facets=query.facets
            )
        )
    except IndexUnavailable as away:
        gone = Degradation(DegradationCode.INDEX_UNAVAILABLE, str(away))
        return Answer([], 0, WINDOW, has_next=False, facets=(), indexed_through=None, degraded=[gone])
    degraded += _behind(session, answer.position, query)
    shown = answer.hits[start : start + query.size]
    return Answer(
        found=_found(session, query, shown, start, reasons=reasons),
        total=answer.total,
        window=WINDOW,
        has_next=start + query.size < len(answer.hits),
        facets=answer.facets,
        indexed_through=_through(answer, query),
        degraded=degraded,
    )


def lags(session: ReadSession, position: IndexPosition | None) -> tuple[int | None, int | None]:
    """Return by how many changes the index is behind, in words and in meaning; None when not known."""
    if position is None:
        return None, None
    newest = head(session)
    return newest - position.words.sequence, newest - position.meaning.sequence


def _encode(discovery: Discovery, query: Query) -> tuple[Vector | None, list[Degradation]]:
    if query.mode is SearchMode.WORDS or not (query.text and query.text.strip()):
        return None, []
    position = discovery.reader.position()
    try:
        encoder = discovery.encoders.for_embedder(position.embedder if position else None)
    except EmbedderUnavailable as away:
        return None, [Degradation(DegradationCode.EMBEDDER_UNAVAILABLE, f"{away}; found by words alone")]
    return encoder.encode(query.text), []


def _behind(session: ReadSession, position: IndexPosition, query: Query) -> list[Degradation]:
    words, meaning = lags(session, position)
    behind = []
    if words:
        message = f"changes not found by words yet: {words}"
        behind.append(Degradation(DegradationCode.WORDS_BEHIND, message))
    if meaning and query.mode is not SearchMode.WORDS:
        message = f"models not found by meaning yet: {position.documents - position.embedded}"
        behind.append(Degradation(DegradationCode.MEANING_BEHIND, message))
    return behind


def _through(answer: SearchAnswer, query: Query) -> datetime | None:
    marks = [answer.position.words]
    if query.mode is not SearchMode.WORDS:
        marks.append(answer.position.meaning)
    return min(marks, key=lambda mark: mark.sequence).at


def _found(
    session: ReadSession, query: Query, hits: tuple[Hit, ...], start: int, *, reasons: bool
) -> list[FoundModel]:
    """Fill hits from the database; a model that was deleted since is left out."""
    models = models_by_id(session, [hit.id for hit in hits])
    why: dict[str, Reasons] = {}
    if reasons and query.text:
        documents = documents_for(session, list(models))
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
