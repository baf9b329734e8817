"""Finding by words in the database: what is left to a search while there is no index to ask.

The full text of the database tells which things have a term, and how many do. What has the rarest terms comes
first; the first of these are read and ranked by BM25, as the index ranks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Select, select
from sqlmodel import col

from app.db.engine import ReadSession
from app.db.statements import GIVEN
from app.registry.reading.browsing import dataset_condition
from app.registry.reading.filtering import model_condition
from app.registry.reading.full_text import best_of, by_index, frequencies, having
from app.registry.tables import Dataset, RegisteredModel, Task, Words
from app.search.contract import Kind
from app.search.document import TaskWords
from app.search.filters import All, Filter, conditions_of
from app.search.fusion import attainable_bm25
from app.search.lending import Counts, lent_terms, task_mark
from app.search.ranking import highest
from app.search.tokens import query_terms

READ = 200
"""How many are read and ranked by BM25; those behind them are in the order of the rarity of their terms."""
SHORTEST_START = 4
"""How long the last term is that may be the start of others, where nothing has it as it is."""
SATURATION, BY_LENGTH = 1.2, 0.75
"""BM25's k1 and b (Robertson and Zaragoza, 2009), as the engines of the index have them."""
POINTS = 1_000
"""Rarity in points is a whole number, so that every database finds the same sums."""

_TERMS = select(col(Words.key), col(Words.terms)).where(col(Words.key).in_(GIVEN))


@dataclass(frozen=True, slots=True)
class FoundByWords:
    """What has any of the words of a text.

    Attributes:
        ids: The ids of the best, the best first.
        scores: How much each has of what the words can give, 0..1; 0 for what was not read.
        total: How many there are.
    """

    ids: Sequence[str]
    scores: Sequence[float]
    total: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A term that is looked for.

    Attributes:
        lent: How often it counts in a thing that has a task, by the mark of the task.
        starts: Whether it stands for all terms that begin with it.
        rarity: Its inverse document frequency.
    """

    term: str
    lent: Mapping[str, int]
    starts: bool = False
    rarity: float = 0.0

    def keys(self, session: ReadSession) -> Select[Any]:
        """Return what selects the keys of what has it."""
        if self.starts:
            return having(session, [*self.lent], start=self.term)
        return having(session, [self.term, *self.lent])

    def count(self, terms: Counts) -> int:
        """Return how often it counts in what has these terms."""
        lent = sum(count for mark, count in self.lent.items() if mark in terms)
        if not self.starts:
            return lent + terms.get(self.term, 0)
        return lent + sum(count for term, count in terms.items() if term.startswith(self.term))


def models_with_words(session: ReadSession, text: str, admitted: Filter, limit: int) -> FoundByWords:
    """Return the best of the living models that the filter admits by the words of `text`."""
    among = select(col(RegisteredModel.id)).where(model_condition(admitted))
    return _best(session, Kind.MODELS, text, among if _excludes(admitted) else None, limit)


def datasets_with_words(session: ReadSession, text: str, admitted: Filter, limit: int) -> FoundByWords:
    """Return the best of the datasets that the filter admits by the words of `text`."""
    among = select(col(Dataset.id)).where(dataset_condition(session, admitted))
    return _best(session, Kind.DATASETS, text, among if _excludes(admitted) else None, limit)


def _excludes(admitted: Filter) -> bool:
    return any(condition != All() for condition in conditions_of(admitted))


def _best(session: ReadSession, kind: Kind, text: str, among: Select[str] | None, limit: int) -> FoundByWords:
    terms = query_terms(text)
    if not terms:
        return FoundByWords([], [], 0)
    tasks = _terms_of_tasks(session)
    with by_index(session):
        wanted = _weighed(session, [_Wanted(term, _lent(term, tasks)) for term in terms])
        given = [(term.keys(session), round(term.rarity * POINTS)) for term in wanted]
        found = session.execute(best_of(session, kind, given, among, limit)).all()
    if not found:
        return FoundByWords([], [], 0)
    keys, ids, totals = zip(*found, strict=True)
    stored = dict(session.execute(_TERMS, {"given": keys[:READ]}).all())
    scores = _bm25([stored[key] for key in keys[:READ]], wanted, tasks)
    order = [*highest(np.array(keys[:READ]), scores, READ), *range(READ, len(keys))]
    attainable = sum(term.rarity for term in wanted)
    shown = [float(scores[place] / attainable) if place < READ else 0.0 for place in order]
    return FoundByWords([ids[place] for place in order], shown, totals[0])


def _terms_of_tasks(session: ReadSession) -> dict[str, Counts]:
    """Return the terms that each task lends, by the mark of the task."""
    rows = session.execute(select(*map(col, (Task.name, Task.title, Task.description, Task.synonyms))))
    return {
        task_mark(name): lent_terms(
            TaskWords(name=name, title=title, description=description or "", synonyms=tuple(synonyms))
        )
        for name, title, description, synonyms in rows
    }


def _lent(term: str, tasks: Mapping[str, Counts]) -> dict[str, int]:
    return {mark: counts[term] for mark, counts in tasks.items() if term in counts}


def _weighed(session: ReadSession, wanted: Sequence[_Wanted]) -> list[_Wanted]:
    """Return the terms with their rarity, the last as a start of others where nothing has it."""
    start = replace(wanted[-1], starts=True)
    counts, things = frequencies(session, [term.keys(session) for term in (*wanted, start)])
    if not counts[-2] and len(start.term) >= SHORTEST_START:
        wanted, counts = [*wanted[:-1], start], [*counts[:-2], counts[-1]]
    return [
        replace(term, rarity=attainable_bm25(things, [count]))
        for term, count in zip(wanted, counts, strict=False)
    ]


def _bm25(
    given: Sequence[Counts], wanted: Sequence[_Wanted], tasks: Mapping[str, Counts]
) -> npt.NDArray[np.float64]:
    """Return the BM25 of things by their terms, of which those that their tasks lend are a part.

    It is the sum of rarity * n / (n + k1 * (1 - b + b * length / average)) over the terms, n how often each
    counts, the average that of the things that are given.
    """
    counts = np.array([[term.count(terms) for term in wanted] for terms in given], float)
    lent = {mark: sum(terms.values()) for mark, terms in tasks.items()}
    lengths = np.array(
        [sum(terms.values()) + sum(lent[mark] for mark in terms.keys() & lent.keys()) for terms in given]
    )
    norms = SATURATION * (1 - BY_LENGTH + BY_LENGTH * lengths / lengths.mean())
    rarities = np.array([term.rarity for term in wanted])
    scores: npt.NDArray[np.float64] = (rarities * counts / (counts + norms[:, None])).sum(axis=1)
    return scores
