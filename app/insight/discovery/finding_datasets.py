"""Finding datasets by words and meaning: the index ranks, the database tells the truth."""

from dataclasses import dataclass, field

from app.db.cursors import Order, named
from app.db.engine import ReadSession
from app.db.paging import Page, PageRequest, sequence_page
from app.insight.discovery.asking import Degradation, Discovery, ask, instead_of_index
from app.registry.reading.browsing import datasets_admitted, datasets_by_id
from app.registry.reading.finding_by_words import datasets_with_words
from app.registry.tables import Dataset
from app.search.contract import WINDOW, Kind, SearchRequest
from app.search.document import key_of
from app.search.filters import All, Filter, Keys


@dataclass(frozen=True, slots=True)
class FoundDatasets:
    """A page of what was found, the best first.

    Attributes:
        page: The datasets; its total counts what the filter admits that matches the words or lies in the
            window by meaning.
        degraded: Why the answer is not whole; empty when it is.
        unmatched: The terms of the text that no dataset has.
    """

    page: Page[Dataset]
    degraded: list[Degradation] = field(default_factory=list)
    unmatched: frozenset[str] = frozenset()


def find_datasets(
    session: ReadSession, discovery: Discovery, text: str, request: PageRequest, admitted: Filter
) -> FoundDatasets:
    """Find the datasets that the filter admits by `text`.

    Raises:
        InvalidInput: The text is too long, the page size is out of bounds, or a cursor is not one of this
            search.
    """
    order = Order(named("datasets found", {"text": text, "filter": repr(admitted)}), ("id",))
    keys = admitted if isinstance(admitted, All) else _keys(session, admitted)
    reply = ask(session, discovery, Kind.DATASETS, SearchRequest(text=text, filter=keys))
    if reply.answer is None:
        worded = datasets_with_words(session, text, admitted, WINDOW)
        hits, total, degraded = worded.ids, worded.total, instead_of_index(reply)
    else:
        hits, total, degraded = list(reply.answer.hits.ids), reply.answer.total, reply.degraded
    page = sequence_page(hits, hits, order, request)
    rows = datasets_by_id(session, page.items)
    shown = [place for place, found in enumerate(page.items) if found in rows]
    return FoundDatasets(
        Page(
            items=[rows[page.items[place]] for place in shown],
            cursors=[page.cursors[place] for place in shown],
            has_next=page.has_next,
            has_previous=page.has_previous,
            total=total,
        ),
        degraded,
        reply.answer.unmatched if reply.answer else frozenset(),
    )


def _keys(session: ReadSession, admitted: Filter) -> Keys:
    return Keys(frozenset(map(key_of, datasets_admitted(session, admitted))))
