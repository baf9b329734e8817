"""Which models and datasets have a term, asked of the full text of the database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, cast, column, func, literal, select, table, text, union_all
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import col

from app.db.engine import ReadSession
from app.db.locks import alone
from app.registry.tables import Words
from app.search.contract import Kind

_INDEX = table("words_index", column("rowid"), column("words_index"))


@contextmanager
def by_index(session: ReadSession) -> Iterator[None]:
    """Have terms looked up in the index meanwhile, however many have them.

    PostgreSQL would read every row for a frequent term: it takes vectors for as cheap to read as numbers.
    """
    if alone(session):
        yield
        return
    session.execute(text("SET LOCAL enable_seqscan = off"))
    yield
    session.execute(text("RESET enable_seqscan"))


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


def best_of(
    session: ReadSession,
    kind: Kind,
    given: Sequence[tuple[Select[Any], int]],
    among: Select[str] | None,
    limit: int,
) -> Select[int, str, int]:
    """Return what selects the keys of the best of a kind and their ids, with how many there are in all.

    Args:
        session: The session that is to be asked.
        kind: What is looked for.
        given: What selects keys, with the points of each.
        among: What selects the ids of those that may be found; None where all may.
        limit: How many are selected: by the sum of their points, then by key.
    """
    admitted = [col(Words.kind) == kind, *([] if among is None else [col(Words.subject_id).in_(among)])]
    # PostgreSQL finds a row for its terms and has its kind at once; SQLite's index has the terms alone.
    known = not alone(session)
    if known:
        given = [(keys.where(admitted[0]), points) for keys, points in given]
    hits = union_all(
        *(select(keys.subquery().c.key, literal(points).label("points")) for keys, points in given)
    ).subquery()
    sums = select(hits.c.key, func.sum(hits.c.points).label("points")).group_by(hits.c.key).subquery()
    best = select(sums.c.key, sums.c.points, func.count().over().label("total"))
    if among is not None or not known:
        best = best.join(Words, col(Words.key) == sums.c.key).where(*admitted)
    first = best.order_by(sums.c.points.desc(), sums.c.key).limit(limit).subquery()
    return (
        select(col(Words.key), col(Words.subject_id), first.c.total)
        .join(first, first.c.key == col(Words.key))
        .order_by(first.c.points.desc(), first.c.key)
    )
