"""Finding by words in the database: what is left to a search while there is no index to ask.

Terms are looked for within names, tags and descriptions as they are stored. A term in a name counts three
times as much as one in a tag or a description; how rare it is, is not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlmodel import col

from app.db.engine import ReadSession
from app.registry.reading.browsing import dataset_condition
from app.registry.reading.filtering import model_condition
from app.registry.tables import Dataset, RegisteredModel, Tag
from app.search.contract import query_terms
from app.search.filters import Filter

MOST_TERMS = 8
"""How many terms are looked for: each one reads all names, tags and descriptions."""
NAMED, SAID = 3, 1
"""What a term counts in a name, and in a tag or a description."""


@dataclass(frozen=True, slots=True)
class Worded:
    """What has any of the words of a text.

    Attributes:
        ids: The ids of the best, the best first, then by id.
        scores: How much each has of what all words in the name would count, 0..1.
        total: How many there are.
    """

    ids: Sequence[str]
    scores: Sequence[float]
    total: int


def models_with_words(session: ReadSession, text: str, admitted: Filter, limit: int) -> Worded:
    """Return the best of the living models that the filter admits by the words of `text`."""
    names = (RegisteredModel.name_folded, RegisteredModel.display_name)
    among = col(RegisteredModel.deleted_at).is_(None) & model_condition(admitted)
    return _best(session, _Texts(RegisteredModel, names), text, among, limit)


def datasets_with_words(session: ReadSession, text: str, admitted: Filter, limit: int) -> Worded:
    """Return the best of the datasets that the filter admits by the words of `text`."""
    among = dataset_condition(session, admitted)
    return _best(session, _Texts(Dataset, (Dataset.name_folded,)), text, among, limit)


@dataclass(frozen=True, slots=True)
class _Texts:
    """Where the words of a table's rows are."""

    entity: Any
    names: Sequence[Any]

    def points(self, term: str) -> ColumnElement[int]:
        """Return what a term counts in a row."""
        in_tag = col(Tag.key).icontains(term) | col(Tag.text_folded).contains(term)
        tagged = self.entity.id.in_(select(col(Tag.subject_id)).where(in_tag))
        said = self.entity.description.icontains(term) | tagged
        return case((or_(*(name.icontains(term) for name in self.names)), NAMED), (said, SAID), else_=0)


def _best(session: ReadSession, texts: _Texts, text: str, among: Any, limit: int) -> Worded:
    terms = query_terms(text)[:MOST_TERMS]
    if not terms:
        return Worded([], [], 0)
    points = reduce(add, map(texts.points, terms)).label("points")
    rows = select(texts.entity.id.label("id"), points).where(among).subquery()
    found = session.execute(
        select(rows.c.id, rows.c.points, func.count().over())
        .where(rows.c.points > 0)
        .order_by(rows.c.points.desc(), rows.c.id)
        .limit(limit)
    ).all()
    most = NAMED * len(terms)
    return Worded([row[0] for row in found], [row[1] / most for row in found], found[0][2] if found else 0)
