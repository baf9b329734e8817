"""Finding models: words and meaning rank inside a window, fields and metrics order all that is admitted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.db.changelog import newest
from app.db.cursors import cursor_of
from app.db.engine import ReadSession
from app.insight.discovery.asking import Degradation, Discovery, ask, instead_of_index, lacking, through
from app.insight.discovery.documents import documents_of
from app.insight.discovery.facets import (
    FacetFound,
    FacetWanted,
    by_database,
    by_index,
    count_admitted,
    count_found,
    in_order,
    own_filters,
)
from app.insight.discovery.queries import ALL_PARTS, Parts, Query, order_of, place_before, rank_before
from app.registry.reading import ordering
from app.registry.reading.filtering import answered
from app.registry.reading.finding_by_words import models_with_words
from app.registry.reading.listing import ModelOrder, models_by_id
from app.registry.reading.ordering import FieldOrder
from app.registry.tables import RegisteredModel
from app.search.contract import WINDOW, FacetRequest, Hit, Kind, SearchMode, SearchRequest
from app.search.reasons import Reasons, explain


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model that was found, at its place.

    Attributes:
        rank: Its place in the order, from 1.
        hit: How well it matched.
        reasons: The words it shares with the query; None when nobody asked.
        collapsed: How many models it stands for beside itself.
    """

    rank: int
    cursor: str
    hit: Hit
    model: RegisteredModel
    reasons: Reasons | None
    collapsed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A page of what was found.

    Attributes:
        total: How many models match; None when nobody asked.
        indexed_through: Every change up to then is in the answer; None when that is not known.
        degraded: Why the answer is not whole; empty when it is.
        unmatched: The terms of the text that no model has; none if words took no part.
    """

    found: list[FoundModel] = field(default_factory=list)
    total: int | None = 0
    has_next: bool = False
    facets: tuple[FacetFound, ...] = ()
    indexed_through: datetime | None = None
    degraded: list[Degradation] = field(default_factory=list)
    unmatched: frozenset[str] = frozenset()


def search(session: ReadSession, discovery: Discovery, query: Query, wanted: Parts = ALL_PARTS) -> Answer:
    """Answer a query: with a text from the index, without one from the database.

    Raises:
        InvalidInput: The text is too long, or the cursor is not one of this query.
    """
    if query.text and query.text.strip():
        return _by_text(session, discovery, query, wanted)
    return _by_order(session, discovery, query, wanted)


def _by_text(session: ReadSession, discovery: Discovery, query: Query, wanted: Parts) -> Answer:
    start = rank_before(query)
    further = by_database(query.facets)
    admitted = answered(session, query.filter)
    request = SearchRequest(
        text=query.text,
        mode=query.mode,
        filter=admitted,
        facets=by_index(query.facets),
        listed=own_filters(session, further, query.filter, admitted),
        window=WINDOW,
    )
    reply = ask(session, discovery, Kind.MODELS, request)
    answer = reply.answer
    if answer is None:
        return _by_words_alone(session, query, start, instead_of_index(reply), wanted)
    firsts = _firsts(session, query, answer.hits.ids)
    shown = [(answer.hits[place], others) for place, others in firsts[start : start + query.size]]
    return Answer(
        found=_found(session, query, shown, start, wanted, reply.task),
        total=answer.total,
        has_next=start + query.size < len(firsts),
        facets=in_order(query.facets, answer.facets, count_found(session, further, answer.listed)),
        indexed_through=through(answer, query.mode),
        degraded=reply.degraded,
        unmatched=answer.unmatched,
    )


def _by_words_alone(
    session: ReadSession, query: Query, start: int, degraded: list[Degradation], wanted: Parts
) -> Answer:
    """Return what the database finds by words; it counts no facets."""
    worded = models_with_words(session, query.text or "", query.filter, WINDOW)
    firsts = _firsts(session, query, worded.ids)
    shown = [
        (Hit(0, worded.ids[place], worded.scores[place], None, None), others)
        for place, others in firsts[start : start + query.size]
    ]
    last = newest(session)
    return Answer(
        found=_found(session, query, shown, start, wanted),
        total=worded.total,
        has_next=start + query.size < len(firsts),
        indexed_through=last.at if last else None,
        degraded=_uncounted(degraded, query.facets),
    )


def _uncounted(
    degraded: list[Degradation], facets: Sequence[FacetWanted | FacetRequest]
) -> list[Degradation]:
    """Return why an answer is not whole that lacks facets, with their names."""
    if not facets:
        return degraded
    return lacking(degraded, f"not counted: the facets {', '.join(one.field.name for one in facets)}")


def _firsts(session: ReadSession, query: Query, ids: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of the first hits of those that agree, each with how many it stands for.

    Each hit stands for itself alone unless more is asked for.
    """
    places = _ordered(session, query, ids)
    if query.collapse is None:
        return [(place, 0) for place in places]
    shared = ordering.shared_by(session, ids, query.collapse)
    members: dict[str, list[int]] = {}
    for place in places:
        members.setdefault(shared.get(ids[place], ids[place]), []).append(place)
    return [(first, len(others)) for first, *others in members.values()]


def _ordered(session: ReadSession, query: Query, ids: Sequence[str]) -> Sequence[int]:
    """Return places in the order that is asked for; equals, and what has no value, stay as they are."""
    places = range(len(ids))
    if query.order is None:
        return places
    values = ordering.values_of(session, ids, query.order)
    valued = [place for place in places if values.get(ids[place]) is not None]
    valued.sort(key=lambda place: values[ids[place]], reverse=query.order.descending)  # type: ignore[arg-type, return-value]
    return [*valued, *(place for place in places if values.get(ids[place]) is None)]


def _found(
    session: ReadSession,
    query: Query,
    shown: Sequence[tuple[Hit, int]],
    start: int,
    wanted: Parts,
    task: str | None = None,
) -> list[FoundModel]:
    """Fill hits from the database; a model that was deleted since is left out.

    Words of the `task` that the query describes are reasons too.
    """
    models = models_by_id(session, [hit.id for hit, _ in shown])
    why: dict[str, Reasons] = {}
    if wanted.reasons and query.text:
        documents = documents_of(session, list(models.values()))
        explained = explain(f"{query.text} {task or ''}", documents, highlighted=wanted.highlights)
        why = dict(zip(models, explained, strict=True))
    window = order_of(query)
    return [
        FoundModel(
            rank,
            cursor_of(window, [rank]),
            hit,
            models[hit.id],
            why.get(hit.id),
            others,
        )
        for rank, (hit, others) in enumerate(shown, start + 1)
        if hit.id in models
    ]


def _by_order(session: ReadSession, discovery: Discovery, query: Query, wanted: Parts) -> Answer:
    order = query.order or FieldOrder(ModelOrder.NAME)
    rank, after = place_before(query, order)
    placed = ordering.place_models(
        session, query.filter, order, collapse=query.collapse, after=after, limit=query.size + 1
    )
    models = models_by_id(session, [one.id for one in placed])
    listed = order_of(query)
    found = [
        FoundModel(
            place,
            cursor_of(listed, [place, one.value, one.id]),
            Hit(models[one.id].key or 0, one.id, 0.0, None, None),
            models[one.id],
            None,
            one.members - 1,
        )
        for place, one in enumerate(placed[: query.size], rank + 1)
    ]
    total = ordering.count_models(session, query.filter) if wanted.total else None
    counts = _counts(session, discovery, query)
    return Answer(
        found=found,
        total=total,
        has_next=len(placed) > query.size,
        facets=counts.facets,
        indexed_through=counts.indexed_through,
        degraded=counts.degraded,
    )


def _counts(session: ReadSession, discovery: Discovery, query: Query) -> Answer:
    """Return the facets of a query without a text, and how far the index was if it was asked for them."""
    further = count_admitted(session, by_database(query.facets), query.filter)
    facets = by_index(query.facets)
    if not facets:
        last = newest(session)
        return Answer(facets=in_order(query.facets, (), further), indexed_through=last.at if last else None)
    request = SearchRequest(
        mode=SearchMode.WORDS, filter=answered(session, query.filter), facets=facets, window=1
    )
    reply = ask(session, discovery, Kind.MODELS, request)
    counted = reply.answer.facets if reply.answer else ()
    return Answer(
        facets=in_order(query.facets, counted, further),
        indexed_through=through(reply.answer, request.mode) if reply.answer else None,
        degraded=reply.degraded if reply.answer else _uncounted(reply.degraded, facets),
    )
