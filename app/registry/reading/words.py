"""Which models and datasets have a term, asked of the full text of the database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, cast, column, func, literal, select, table, text, union_all
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import col

from app.db.engine import ReadSession
from app.db.locks import alone
from app.registry.tables import Words

_INDEX = table("words_index", column("rowid"), column("words_index"))


def prepare(session: ReadSession) -> None:
    """Have terms looked up in the index, however many have them.

    PostgreSQL would read every row for a frequent term: it takes vectors for as cheap to read as numbers.
    """
    if not alone(session):
        session.execute(text("SET LOCAL enable_seqscan = off"))


def having(session: ReadSession, terms: Sequence[str], *, start: str | None = None) -> Select[Any]:
    """Return what selects the keys of what has any of the terms, or one that begins with `start`."""
    if alone(session):
        phrases = [f'"{term}"' for term in terms] + ([f'"{start}" *'] if start else [])
        asked = _INDEX.c.words_index.op("MATCH")(" OR ".join(phrases))
        return select(_INDEX.c.rowid.label("key")).where(asked)
    lexemes = [f"'{term}'" for term in terms] + ([f"'{start}':*"] if start else [])
    query = cast(literal(" | ".join(lexemes)), TSQUERY)
    return select(col(Words.key).label("key")).where(col(Words.terms).op("@@")(query))


def frequencies(session: ReadSession, given: Sequence[Select[Any]]) -> tuple[list[int], int]:
    """Return how many each of the statements selects, and how many models and datasets there are."""
    counts = [
        select(literal(place).label("place"), func.count().label("count")).select_from(keys.subquery())
        for place, keys in enumerate([*given, select(col(Words.subject_id))])
    ]
    found: dict[int, int] = dict(session.execute(union_all(*counts)).all())
    *each, every = (found[place] for place in range(len(counts)))
    return each, every


def best_of(given: Sequence[tuple[Select[Any], int]], *conditions: Any, limit: int) -> Select[int, str, int]:
    """Return what selects the keys of the best and their ids, with how many there are in all.

    Args:
        given: What selects keys, with the points of each.
        conditions: What else must hold of the words.
        limit: How many are selected: by the sum of their points, then by key.
    """
    hits = union_all(
        *(select(keys.subquery().c.key, literal(points).label("points")) for keys, points in given)
    ).subquery()
    sums = select(hits.c.key, func.sum(hits.c.points).label("points")).group_by(hits.c.key).subquery()
    return (
        select(col(Words.key), col(Words.subject_id), func.count().over().label("total"))
        .join(sums, sums.c.key == col(Words.key))
        .where(*conditions)
        .order_by(sums.c.points.desc(), col(Words.key))
        .limit(limit)
    )
