"""The words by which models and datasets are found in the database alone, kept in step with what they say."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlmodel import col, delete, select, update

from app.db.locks import held, hold
from app.db.rows import insert_rows
from app.db.statements import batched
from app.identity.session import WriteSession
from app.registry.reading.listing import tags_of
from app.registry.reading.words import (
    SUBJECTS_A_STEP,
    Subject,
    has_words,
    outdated_words,
    word_key,
    word_rows,
)
from app.registry.tables import Dataset, RegisteredModel, Words


def write_words(session: WriteSession, given: Sequence[tuple[Subject, Mapping[str, Any]]]) -> None:
    """Keep the words of new models and datasets, each with its tags."""
    insert_rows(session, Words, word_rows(session, given))


def rewrite_words(session: WriteSession, subjects: Sequence[Subject]) -> None:
    """Keep the words of models and datasets as they are by now; deleted models have none."""
    session.execute(delete(Words).where(col(Words.key).in_([word_key(one) for one in subjects])))
    tags = tags_of(session, [one.id for one in subjects])
    write_words(session, [(one, tags.get(one.id, {})) for one in subjects if has_words(one)])


def rewrite_words_of(session: WriteSession, ids: Collection[str]) -> None:
    """Keep the words of models and datasets as they are by now, by their ids."""
    for some in batched(sorted(ids), SUBJECTS_A_STEP):
        rewrite_words(session, _held(session, some))


def rewrite_outdated_words(session: WriteSession) -> int:
    """Write some of the words anew that another rule made; return how many, 0 where none is left."""
    hold(session, "words")
    outdated = outdated_words(session, SUBJECTS_A_STEP)
    subjects = _held(session, list(outdated.values()))
    session.execute(delete(Words).where(col(Words.key).in_(outdated)))
    rewrite_words(session, subjects)
    return len(outdated)


def outdate_words(session: WriteSession) -> None:
    """Have all words written anew, whatever made them."""
    session.execute(update(Words).values(rule=""))


def _held(session: WriteSession, ids: Sequence[str]) -> list[Subject]:
    """Return models and datasets, kept from other writers."""
    subjects: list[Subject] = []
    tables: tuple[Any, ...] = (RegisteredModel, Dataset)
    for table in tables:
        mine = select(table).where(table.id.in_(ids)).order_by(table.id)
        subjects += session.exec(held(session, mine))
    return subjects
