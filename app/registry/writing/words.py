"""The words by which models and datasets are found in the database alone, kept in step with what they say."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlmodel import col, delete, select

from app.db.engine import ReadSession
from app.db.locks import held, hold
from app.db.rows import insert_rows
from app.db.statements import batched
from app.identity.session import WriteSession
from app.registry.reading.documents import dataset_document, model_document, named_tasks, task_words
from app.registry.reading.listing import tags_of
from app.registry.reading.tasks import TaskMatcher, task_names
from app.registry.tables import Dataset, RegisteredModel, Words, WordsRule
from app.search.contract import Kind
from app.search.document import Document, key_of
from app.search.terms import fingerprint
from app.search.wording import mark_of, own_terms

Worded = RegisteredModel | Dataset
THINGS_A_STEP = 500
MOST_TERMS = 2_000
"""How many different terms are kept of a thing, the first ones: PostgreSQL keeps a megabyte of them."""


def write_words(session: WriteSession, given: Sequence[tuple[Worded, Mapping[str, Any]]]) -> None:
    """Keep the words of new models and datasets, each with its tags."""
    tasks = task_names(session)
    insert_rows(session, Words, [_row(thing, tags, tasks) for thing, tags in given])


def rewrite_words(session: WriteSession, things: Sequence[Worded]) -> None:
    """Keep the words of models and datasets as they are by now; deleted models have none."""
    session.execute(delete(Words).where(col(Words.key).in_([_key(thing) for thing in things])))
    tags = tags_of(session, [thing.id for thing in things])
    write_words(session, [(thing, tags.get(thing.id, {})) for thing in things if _living(thing)])


def words_are_current(session: ReadSession) -> bool:
    """Return whether all words were written as this code writes them."""
    return session.exec(select(WordsRule.digest)).all() == [fingerprint()]


def write_all_words(session: WriteSession) -> None:
    """Keep the words of everything, unless another process has done so meanwhile."""
    hold(session, "words")
    if words_are_current(session):
        return
    session.execute(delete(Words))
    for some in _everything(session):
        rewrite_words(session, some)
        session.expunge_all()
    session.execute(delete(WordsRule))
    session.add(WordsRule(digest=fingerprint()))
    session.flush()


def _everything(session: WriteSession) -> Iterator[Sequence[Worded]]:
    """Yield models and datasets, kept from other writers, some at a time."""
    tables: tuple[Any, ...] = (RegisteredModel, Dataset)
    for table in tables:
        ids = session.exec(select(table.id).order_by(col(table.id))).all()
        for some in batched(ids, THINGS_A_STEP):
            yield session.exec(held(session, select(table).where(col(table.id).in_(some)))).all()


def _row(thing: Worded, tags: Mapping[str, Any], tasks: TaskMatcher) -> dict[str, Any]:
    document = _document(thing, tags, tasks)
    marks = (mark_of(tasks.canonical(task.name) or task.name) for task in document.tasks)
    terms = dict.fromkeys(marks, 1) | own_terms(document)
    kind = Kind.DATASETS if isinstance(thing, Dataset) else Kind.MODELS
    return {
        "key": _key(thing),
        "kind": kind,
        "subject_id": thing.id,
        "terms": dict(islice(terms.items(), MOST_TERMS)),
    }


def _document(thing: Worded, tags: Mapping[str, Any], tasks: TaskMatcher) -> Document:
    if isinstance(thing, Dataset):
        return dataset_document(thing, tags, tasks)
    return model_document(thing, tags, [task_words(name, None) for name in named_tasks(thing, tags)])


def _key(thing: Worded) -> int:
    return key_of(thing.id) if isinstance(thing, Dataset) else thing.key or 0


def _living(thing: Worded) -> bool:
    return isinstance(thing, Dataset) or thing.deleted_at is None
