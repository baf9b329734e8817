"""What a search is asked for, and where its pages begin."""

import hashlib
from dataclasses import dataclass

from app.db.cursors import Order, values_of
from app.errors import InvalidInput
from app.insight.discovery.facets import FacetWanted
from app.registry.reading import ordering
from app.registry.reading.ordering import Collapse, Placed, SearchOrder
from app.search.contract import SearchMode
from app.search.filters import All, Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for.

    Attributes:
        text: A person's words; None for everything that the filter admits.
        order: What the answer is ordered by; None for relevance, and by name without a text.
        collapse: In what models agree of which only the first is shown.
        size: How many models a page has.
        after: The cursor of the model that the page starts behind.
    """

    text: str | None = None
    mode: SearchMode = SearchMode.HYBRID
    filter: Filter = All()  # noqa: RUF009 - a frozen value without parts
    facets: tuple[FacetWanted, ...] = ()
    order: SearchOrder | None = None
    collapse: Collapse | None = None
    size: int = 20
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts of an answer are wanted beside what was found.

    Attributes:
        total: How many models match.
        reasons: The words that each shares with the query.
        highlights: Where these words stand, told with the reasons.
    """

    total: bool = True
    reasons: bool = True
    highlights: bool = True


ALL_PARTS = Parts()


def order_of(query: Query) -> Order:
    """Return the order of an answer, whose cursors belong to this query alone."""
    asked = repr((query.text, query.mode.value, query.filter, query.order, query.collapse))
    digest = hashlib.blake2b(asked.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    by_text = query.text and query.text.strip()
    return Order(f"search {digest}", ("rank",) if by_text else ("rank", "value", "id"))


def rank_before(query: Query) -> int:
    """Return the rank that the page starts behind.

    Raises:
        InvalidInput: The cursor is not one of this query.
    """
    if query.after is None:
        return 0
    [rank] = values_of(order_of(query), query.after)
    return _checked_rank(rank)


def place_before(query: Query, order: SearchOrder) -> tuple[int, Placed | None]:
    """Return the rank and the place that the page starts behind.

    Raises:
        InvalidInput: The cursor is not one of this query.
    """
    if query.after is None:
        return 0, None
    rank, value, model_id = values_of(order_of(query), query.after)
    if not isinstance(model_id, str):
        raise _another_search()
    try:
        return _checked_rank(rank), Placed(model_id, ordering.value_from(value, order))
    except ValueError:
        raise _another_search() from None


def _checked_rank(rank: object) -> int:
    if not isinstance(rank, int) or isinstance(rank, bool) or rank < 0:
        raise _another_search()
    return rank


def _another_search() -> InvalidInput:
    return InvalidInput("after is a cursor of another search", field=["after"])
